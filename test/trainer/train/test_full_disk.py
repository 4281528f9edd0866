"""The disk is full, or the process dies, at any byte that torch and safetensors write."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig import ROOT, adapter_digest, make_job, stop_at, train
from trainer.runtime import disk_space
from trainer.runtime.events import Failure, Interrupted
from trainer.train.session import Session

SEED, POINTS = 20260101, 20
DISK_BYTES = 16 << 20
PAGE = 4096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Any]:
    """Mounts a small file system, so that the disk is really full for libraries in C, Rust and Python."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill_up_to(place: Path, free: int) -> Path:
    """Fills the disk until that many bytes are free, in whole pages."""
    filler = place / "filler"
    stats = os.statvfs(place)
    with filler.open("wb") as file:
        file.write(b"\0" * max(0, stats.f_bavail * stats.f_frsize - free))
    return filler


@pytest.fixture(scope="module")
def undisturbed(base: Path, rows: Path, held_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    workdir = tmp_path_factory.mktemp("undisturbed")
    outputs, _ = train(make_job(workdir, base, rows, held_out))
    return workdir, outputs["final_step"]


def names(workdir: Path) -> Any:
    return sorted(path.name for path in (workdir / "checkpoints").iterdir())


def test_a_full_disk_at_twenty_bytes_of_a_save_changes_no_later_bit(
    undisturbed: Any, base: Path, rows: Path, held_out: Path, small_disk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pick = random.Random(SEED)
    failures = []
    real_usage = shutil.disk_usage
    save, workdir = Session.save, small_disk / "work"

    def save_on_a_full_disk(self: Session, step: int, write: Any) -> None:
        if step == 8:
            before = names(workdir)
            size = sum(path.stat().st_size for path in (workdir / "checkpoints/checkpoint-4").iterdir())
            # The free space was checked earlier. Another process has written a file since.
            with monkeypatch.context() as patched:
                patched.setattr(Session, "_check_disk", lambda self: None)
                for point in range(POINTS):
                    if point == POINTS - 5:
                        # The free bytes do not show a quota.
                        patched.setattr(shutil, "disk_usage", lambda path: real_usage(path)._replace(free=10**12))
                    filler = fill_up_to(small_disk, pick.randrange(0, size - PAGE))
                    with pytest.raises(Failure) as failed:
                        save(self, step, write)
                    failures.append(failed.value)
                    filler.unlink()
                    assert names(workdir) == before
        save(self, step, write)

    monkeypatch.setattr(Session, "save", save_on_a_full_disk)
    outputs, _ = train(make_job(workdir, base, rows, held_out))
    assert len(failures) == POINTS
    for point, failure in enumerate(failures):
        assert failure.code == "DISK_FULL"
        by_quota = point >= POINTS - 5
        assert (failure.facts["free_bytes"] < failure.facts["needed_bytes"]) != by_quota
        assert ("quota" in str(failure)) == by_quota
        assert str(workdir / "checkpoints") in str(failure)
    whole, last = undisturbed
    assert outputs["final_step"] == last
    assert adapter_digest(workdir, last) == adapter_digest(whole, last)


def test_twenty_kills_during_a_save_leave_no_incomplete_checkpoint(
    undisturbed: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    """Each kill is in the middle of a write of torch or safetensors. The training then continues to the same bits."""
    here, shim, workdir = ROOT / "test/trainer", tmp_path / "kill_at_byte.so", tmp_path / "work"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, here / "kill_at_byte.c", "-ldl"], check=True)
    job = tmp_path / "job.json"
    job.write_text(json.dumps(make_job(workdir, base, rows, held_out)))
    ended = subprocess.run(
        [sys.executable, here / "die_while_saving.py", job, str(SEED), str(POINTS)],
        env={**os.environ, "LD_PRELOAD": str(shim)}, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert len(json.loads(ended.stdout)["killed"]) == POINTS
    torn = [Path(line[6:]).name for line in ended.stderr.splitlines() if line.startswith("torn: ")]
    # safetensors writes to a temporary name first.
    by_safetensors = [name for name in torn if name.startswith(".tmp") or name == "adapter_model.safetensors"]
    assert len(torn) == POINTS and len(by_safetensors) >= 3 and torn.count("optimizer.pt") >= 3, torn
    whole, last = undisturbed
    assert adapter_digest(workdir, last) == adapter_digest(whole, last)


def test_a_full_disk_at_the_copy_of_a_fetched_checkpoint_is_reported(
    undisturbed: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path, small_disk: Any
) -> None:
    there = tmp_path / "there"
    with pytest.raises(Interrupted):
        train(make_job(there, base, rows, held_out), on=stop_at(6))
    workdir = small_disk / "work"
    job = make_job(workdir, base, rows, held_out, attempt=2)
    job["resume_from"] = str(there / "checkpoints/checkpoint-7")
    for room in (0, 10 * PAGE, 25 * PAGE):
        filler = fill_up_to(small_disk, room)
        with pytest.raises(Failure) as refused:
            train(job)
        assert refused.value.code == "DISK_FULL"
        assert refused.value.facts["free_bytes"] < refused.value.facts["needed_bytes"]
        assert not list(workdir.glob("checkpoints/*"))
        filler.unlink()
    outputs, _ = train(job)
    whole, last = undisturbed
    assert outputs["resumed_from"] == [7] and adapter_digest(workdir, last) == adapter_digest(whole, last)


def test_free_space_is_checked_by_an_allocation(small_disk: Any) -> None:
    assert not disk_space.refuses(small_disk, DISK_BYTES // 2)
    assert disk_space.refuses(small_disk, 2 * DISK_BYTES) and not list(small_disk.iterdir())

"""A disk that is full at any byte of what torch and safetensors write themselves."""

import os
import random
import subprocess
from pathlib import Path

import pytest
from rig import adapter_digest, make_job, train

from trainer.events import Failure
from trainer.session import Session

SEED, POINTS = 20260101, 20
DISK_BYTES = 16 << 20
PAGE = 4096


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, so that full means full to every library, in C and in Rust as in Python."""
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
    """Leaves that many bytes, in whole pages."""
    filler = place / "filler"
    stats = os.statvfs(place)
    with filler.open("wb") as file:
        file.write(b"\0" * max(0, stats.f_bavail * stats.f_frsize - free))
    return filler


def test_twenty_seeded_bytes_of_a_save_and_the_training_goes_on_as_if_nothing_had_been(
    base, rows, held_out, tmp_path, small_disk, monkeypatch
):
    undisturbed, _ = train(make_job(tmp_path / "undisturbed", base, rows, held_out))
    pick = random.Random(SEED)
    failures = []
    save, workdir = Session.save, small_disk / "work"

    def save_on_a_full_disk(self, step, write):
        if step == 8:
            before = sorted(path.name for path in (workdir / "checkpoints").iterdir())
            size = sum(path.stat().st_size for path in (workdir / "checkpoints/checkpoint-4").iterdir())
            # Room was looked for before; somebody else's file has come since.
            with monkeypatch.context() as patched:
                patched.setattr(Session, "_check_disk", lambda self: None)
                for _ in range(POINTS):
                    filler = fill_up_to(small_disk, pick.randrange(0, size - PAGE))
                    with pytest.raises(Failure) as failed:
                        save(self, step, write)
                    failures.append(failed.value)
                    filler.unlink()
                    assert sorted(path.name for path in (workdir / "checkpoints").iterdir()) == before
        save(self, step, write)

    monkeypatch.setattr(Session, "save", save_on_a_full_disk)
    outputs, _ = train(make_job(workdir, base, rows, held_out))
    assert len(failures) == POINTS
    for failure in failures:
        assert failure.code == "DISK_FULL"
        assert 0 <= failure.facts["free_bytes"] < failure.facts["needed_bytes"]
        assert str(workdir / "checkpoints") in str(failure)
    last = outputs["final_step"]
    assert last == undisturbed["final_step"]
    assert adapter_digest(workdir, last) == adapter_digest(tmp_path / "undisturbed", last)

"""A directory is a checkpoint only if its manifest verifies. An incomplete one is never taken for a checkpoint."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from rig import flip_a_bit
from trainer.runtime.events import Failure
from trainer.train import checkpoint

FILES = {"adapter_model.safetensors": b"weights" * 99, "optimizer.pt": b"moments" * 99, "rng_state.pth": b"numbers" * 9}


def publish(directory: Path, step: int, guard: Any = lambda: None, best: Any = None) -> Any:
    staged = checkpoint.stage(directory, 1, step) / f"checkpoint-{step}"
    staged.mkdir()
    for name, data in FILES.items():
        (staged / name).write_bytes(data)
    return checkpoint.publish(staged, directory / f"checkpoint-{step}", {"step": step, "fingerprints": {}}, guard)


def test_a_published_checkpoint_verifies_and_has_the_size_of_its_files(tmp_path: Path) -> None:
    published = publish(tmp_path, 7)
    assert checkpoint.verify(tmp_path / "checkpoint-7") == published
    assert published.step == 7 and published.bytes == sum(map(len, FILES.values()))


@pytest.mark.parametrize("name", [*FILES, checkpoint.MANIFEST])
@pytest.mark.parametrize(
    "harm",
    [lambda path: path.unlink(), lambda path: os.truncate(path, path.stat().st_size // 2), flip_a_bit],
    ids=["removed", "truncated", "with one bit flipped"],
)
def test_a_file(harm: Any, name: str, tmp_path: Path) -> None:
    path = publish(tmp_path, 7).path
    harm(path / name)
    with pytest.raises(checkpoint.Corrupt):
        checkpoint.verify(path)


def test_one_bit_flipped_in_any_byte_of_a_manifest(tmp_path: Path) -> None:
    """The byte may be of a step, a metric, a fingerprint, or a blank between them."""
    path = publish(tmp_path, 7).path
    sound = (path / checkpoint.MANIFEST).read_bytes()
    for place in range(len(sound)):
        harmed = bytearray(sound)
        harmed[place] ^= 1 << place % 8
        (path / checkpoint.MANIFEST).write_bytes(harmed)
        with pytest.raises(checkpoint.Corrupt, match="manifest"):
            checkpoint.verify(path)
    (path / checkpoint.MANIFEST).write_bytes(sound)
    checkpoint.verify(path)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (
            lambda path: (path / "training_args.bin").write_bytes(b"a pickle"),
            "training_args.bin is not in its manifest",
        ),
        (
            lambda path: ((path / "optimizer.pt").unlink(), (path / "optimizer.pt").symlink_to("/etc/passwd")),
            "is a link",
        ),
        (lambda path: path.rename(path.with_name("checkpoint-9")), "its manifest names step 7"),
        (lambda path: (path / "manifest.json").write_text("[]"), "cannot be read"),
        (lambda path: (path / "manifest.json").write_text('{"files": {"x": 1}}'), "cannot be read"),
    ],
    ids=["a file too many", "a link out", "another's name", "a manifest of another shape", "a manifest of other types"],
)
def test_refused_for(harm: Any, reason: str, tmp_path: Path) -> None:
    harm(publish(tmp_path, 7).path)
    with pytest.raises(checkpoint.Corrupt, match=reason):
        checkpoint.verify(checkpoint.listed(tmp_path)[0])


@pytest.mark.parametrize("what", ["fsync", "manifest", "rename"])
def test_a_full_disk_at_any(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call fails in turn. Every folder with a checkpoint's name then verifies, and the earlier checkpoint is unchanged."""
    before = publish(tmp_path, 7)
    calls_of: dict[str, tuple[Any, Any]] = {
        "fsync": (os.fsync, os),
        "rename": (os.rename, os),
        "manifest": (json.dumps, json),
    }
    real, module = calls_of[what]
    failed = 0
    for n in range(100):
        calls = iter(range(1000))

        def fail(*arguments: Any, n: Any = n, calls: Any = calls, **options: Any) -> Any:
            if next(calls) == n:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments, **options)

        monkeypatch.setattr(module, real.__name__, fail)
        try:
            publish(tmp_path, 14)
        except OSError:
            failed += 1
        finally:
            monkeypatch.setattr(module, real.__name__, real)
        for path in checkpoint.listed(tmp_path):
            checkpoint.verify(path)
        checkpoint.clear_leftovers(tmp_path)
        if next(calls) <= n:
            break
    assert failed >= 1 and checkpoint.verify(before.path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-14", "checkpoint-7"]


def test_an_attempt_that_lost_its_lock_publishes_nothing(tmp_path: Path) -> None:
    def fenced() -> None:
        raise Failure("FENCED", "a newer attempt holds the lock")

    with pytest.raises(Failure):
        publish(tmp_path, 7, guard=fenced)
    assert checkpoint.listed(tmp_path) == []


def test_the_newest_by_step_and_the_best_are_kept_for_any_time_stamps(tmp_path: Path) -> None:
    for step in (9, 100, 20, 3, 50):
        os.utime(publish(tmp_path, step).path, (step % 7, step % 7))
    assert sorted(checkpoint.retain(tmp_path, keep=2, best=9, guard=lambda: None)) == [3, 20]
    assert [path.name for path in checkpoint.listed(tmp_path)] == ["checkpoint-100", "checkpoint-50", "checkpoint-9"]


def test_saving_a_step_again_replaces_it(tmp_path: Path) -> None:
    publish(tmp_path, 7)
    flip_a_bit(tmp_path / "checkpoint-7/optimizer.pt")
    publish(tmp_path, 7)
    checkpoint.verify(tmp_path / "checkpoint-7")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".trash")] == []


def test_quarantine_overwrites_nothing(tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        names.append(checkpoint.quarantine(publish(tmp_path / "checkpoints", 7).path, tmp_path / "quarantine").name)
    assert names == ["checkpoint-7", "checkpoint-7.1"]

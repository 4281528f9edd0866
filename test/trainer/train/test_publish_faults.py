"""Each file-system call of the checkpoint code and of the lock fails, is cut short, or is followed by a kill."""

import contextlib
import errno
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any, cast

import pytest

from file_faults import Calls, die, in_a_child, no_space, watched
from rig import flip_a_bit
from trainer.runtime import lock
from trainer.runtime.events import Events, Failure
from trainer.runtime.lock import Lock
from trainer.train import checkpoint, resume

# The files of a real checkpoint: an adapter, moments, states and small texts.
FILES = {
    "adapter_config.json": b'{"r": 4}',
    "adapter_model.safetensors": b"weights" * 3000,
    "optimizer.pt": b"moments" * 6000,
    "rng_state.pth": b"numbers" * 900,
    "scheduler.pt": b"rate" * 90,
    "trainer_state.json": b'{"global_step": 7}',
    "progress.json": b"{}",
}
FINGERPRINTS = {"config": {}, "template": "", "environment": {}}


def save(directory: Path, step: int) -> Any:
    """Saves as a session does, but writes plain files in place of those of the libraries."""
    staged = checkpoint.stage(directory, 1, step)
    try:
        inner = staged / f"checkpoint-{step}"
        inner.mkdir()
        for name, data in FILES.items():
            (inner / name).write_bytes(data + b"%d" % step)
        facts = {"step": step, "fingerprints": FINGERPRINTS}
        return checkpoint.publish(inner, directory / inner.name, facts, lambda: None)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def retain(workdir: Path) -> None:
    checkpoint.retain(workdir / "checkpoints", 1, 7, lambda: None)


def adopt(workdir: Path) -> None:
    checkpoint.adopt(checkpoint.verify(workdir / "fetched"), workdir / "checkpoints", 2, lambda: None)


def quarantine(workdir: Path) -> None:
    if (workdir / "checkpoints/checkpoint-14").exists():
        checkpoint.quarantine(workdir / "checkpoints/checkpoint-14", workdir / "quarantine")


def prepare(workdir: Path, *saved: Any) -> None:
    for step in saved:
        save(workdir / "checkpoints", step)


def prepare_fetched(workdir: Path) -> None:
    prepare(workdir, 7, 14)
    save(workdir, 21).path.rename(workdir / "fetched")


def prepare_broken(workdir: Path) -> None:
    prepare(workdir, 7, 14)
    flip_a_bit(workdir / "checkpoints/checkpoint-14/optimizer.pt")


def prepare_leftovers(workdir: Path) -> None:
    prepare(workdir, 7, 14)
    for name in (".staging-1-21", ".trash-checkpoint-1-1"):
        shutil.copytree(workdir / "checkpoints/checkpoint-14", workdir / "checkpoints" / name)


# The preparation, the action, the steps after it, and the oldest step from which a resume may continue after a fault.
SCENARIOS = {
    "the first save": (lambda w: prepare(w), lambda w: save(w / "checkpoints", 7), [7], 0),
    "a save": (lambda w: prepare(w, 7, 14), lambda w: save(w / "checkpoints", 21), [21, 14, 7], 14),
    "a save of a step that is there": (lambda w: prepare(w, 7, 14), lambda w: save(w / "checkpoints", 14), [14, 7], 7),
    "a retention": (lambda w: prepare(w, 7, 14, 21, 28), retain, [28, 7], 28),
    "an adoption": (prepare_fetched, adopt, [21, 14, 7], 14),
    "a quarantine": (prepare_broken, quarantine, [7], 7),
    "a clean-up": (prepare_leftovers, lambda w: checkpoint.clear_leftovers(w / "checkpoints"), [14, 7], 14),
}


def chosen(workdir: Path) -> Any:
    """Returns the step from which a resume continues, and its quarantine events."""
    stream = io.StringIO()
    found = resume.find_checkpoint(workdir, None, FINGERPRINTS, False, Events(stream))
    return found.step if found else 0, [json.loads(line) for line in stream.getvalue().splitlines()]


def newest_that_verifies(workdir: Path) -> Any:
    for path in checkpoint.listed(workdir / "checkpoints"):
        with contextlib.suppress(checkpoint.Corrupt):
            return checkpoint.verify(path).step
    return 0


@pytest.mark.parametrize("kind", ["a full disk", "a kill"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fault_at_every_file_system_call_of(
    name: str, kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The files hold plain bytes in place of torch's, so this needs no torch.
    monkeypatch.setattr(resume, "refuse_code", lambda path: None)
    # A kill loses no written byte, so this does not wait for the disk.
    monkeypatch.setattr(os, "fsync", lambda file: None)
    arrange, act, after, oldest = cast(Any, SCENARIOS[name])
    origin = tmp_path / "origin"
    origin.mkdir()
    with watched(Calls()):
        arrange(origin)
    (origin / "checkpoints").mkdir(exist_ok=True)

    def fresh(at: Any) -> Any:
        return shutil.copytree(origin, tmp_path / str(at))

    counted = fresh("counted")
    with watched(Calls()) as calls:
        act(counted)
    points = [(at, False) for at in range(1, len(calls.names) + 1)] + [(at, True) for at in calls.halves]
    assert len(points) >= 2, calls.names

    for at, half in points:
        workdir = fresh(f"{at}-{half}")
        faulty = Calls(at, die if kind == "a kill" else no_space, half)

        def hit(workdir: Path = workdir, faulty: Any = faulty) -> None:
            # Code that only tidies up may ignore a refusal.
            with watched(faulty), contextlib.suppress(OSError, checkpoint.Corrupt):
                act(workdir)

        where = f"call {at} ({calls.names[at - 1]}{', after half of it' if half else ''})"
        if kind == "a kill":
            assert in_a_child(hit) == -9, where
        else:
            hit()
            assert len(faulty.names) >= at, where
        expected = newest_that_verifies(workdir)
        step, quarantined = chosen(workdir)
        assert step == expected >= oldest, where
        # Every folder with the name of a checkpoint was whole, except the one that was damaged before.
        broken = "checkpoint-14: optimizer.pt does not have the digest in its manifest"
        assert all(broken in event["reason"] for event in quarantined), (where, quarantined)
        assert name == "a quarantine" or not quarantined, where
        with watched(Calls()):
            checkpoint.clear_leftovers(workdir / "checkpoints")
            act(workdir)
        checkpoint.clear_leftovers(workdir / "checkpoints")
        assert [checkpoint.verify(path).step for path in checkpoint.listed(workdir / "checkpoints")] == after, where
        assert all(path.name.startswith("checkpoint-") for path in (workdir / "checkpoints").iterdir()), where
        shutil.rmtree(workdir)
    print(f"{len(points)} points")


def enter(workdir: Path, attempt: int) -> Any:
    try:
        return Lock(workdir, attempt)
    except Failure as failure:
        return failure.code


@pytest.mark.parametrize("before", [None, 3], ids=["no attempt", "attempt 3"])
def test_a_torn_lock_file_lets_one_attempt_in_and_locks_out_no_later_one(
    before: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "TAKEOVER_SECONDS", 0.0)

    def written(attempt: int) -> Any:
        # As if by a process with another start time: otherwise the lock below would kill this process as the older attempt.
        Lock(tmp_path, attempt).release()
        text = json.dumps({**json.loads((tmp_path / "LOCK").read_bytes()), "start": 1}).encode()
        (tmp_path / "LOCK").unlink()
        return text

    whole, old = written(4), written(before) if before else b""
    for length in range(len(whole) + 1):
        torn = whole[:length] + old[length:]
        (tmp_path / "LOCK").write_bytes(torn)
        first = enter(tmp_path, 5)
        assert isinstance(first, Lock), torn
        # While the lock is held, nobody else takes it, even if its text is read in the middle of a write.
        (tmp_path / "LOCK").write_bytes(torn)
        assert enter(tmp_path, 5) in ("FENCED", "LOCK_HELD"), torn
        first.release()
        second = enter(tmp_path, 5)
        assert isinstance(second, Lock), torn
        second.check()
        assert enter(tmp_path, 5) == "FENCED", torn
        second.release()


@pytest.mark.parametrize("kind", ["a full disk", "a kill"])
def test_taking_the_lock_fails_at_any_call_by(kind: Any, tmp_path: Path) -> None:
    """Afterwards an older attempt is refused, and the same or a newer one takes the lock."""
    (tmp_path / "counted").mkdir()
    with watched(Calls()) as calls:
        Lock(tmp_path / "counted", 4).release()
    for at, half in [(at, False) for at in range(1, len(calls.names) + 1)] + [(at, True) for at in calls.halves]:
        workdir = tmp_path / f"{at}-{half}"
        workdir.mkdir()
        Lock(workdir, 3).release()
        faulty = Calls(at, die if kind == "a kill" else no_space, half)

        def hit(workdir: Path = workdir, faulty: Any = faulty) -> None:
            with watched(faulty), contextlib.suppress(OSError):
                Lock(workdir, 4)

        assert in_a_child(hit) == (-9 if kind == "a kill" else 0)
        assert half or enter(workdir, 2) == "FENCED", calls.names[at - 1]
        again = enter(workdir, 4)
        assert isinstance(again, Lock)
        again.release()
        assert enter(workdir, 3) == "FENCED"


def test_a_lock_with_a_short_write_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pwrite", lambda file, text, offset: len(text) - 1)
    with pytest.raises(OSError) as refused:
        Lock(tmp_path, 1)
    assert refused.value.errno == errno.ENOSPC
    monkeypatch.undo()
    Lock(tmp_path, 1).release()

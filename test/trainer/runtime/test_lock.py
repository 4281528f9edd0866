"""One trainer per work directory: a newer attempt takes over, an older or equal one does not start."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig import ROOT
from trainer.runtime.events import Failure
from trainer.runtime.lock import Lock

HOLDER = """
import sys, time, pathlib
from trainer.runtime.lock import Lock
from trainer.runtime.events import Failure
try:
    lock = Lock(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
except Failure as failure:
    print(failure.code, flush=True); sys.exit()
print("holds", flush=True)
sys.stdin.read()
try:
    lock.check()
    print("still holds", flush=True)
except Failure as failure:
    print(failure.code, flush=True)
"""


class Holder:
    def __init__(self, workdir: Path, attempt: int, own_group: Any = True) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(workdir), str(attempt)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=own_group,
        )  # fmt: skip

    def says(self) -> Any:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def finish(self) -> Any:
        return self.process.communicate()[0].strip()


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Any]:
    holders = []

    def start(attempt: int, **options: Any) -> Any:
        holders.append(Holder(tmp_path, attempt, **options))
        return holders[-1]

    yield start
    for holder in holders:
        holder.process.kill()
        holder.process.communicate()


def test_a_newer_attempt_kills_the_older_and_takes_its_place(hold: Any, tmp_path: Path) -> None:
    older = hold(1)
    assert older.says() == "holds"
    lock = Lock(tmp_path, 2)
    lock.check()
    assert older.process.wait(5) == -signal.SIGKILL
    assert lock.killed and lock.killed["attempt"] == 1 and lock.killed["pid"] == older.process.pid
    lock.release()


def test_a_frozen_older_attempt_is_killed_too(hold: Any, tmp_path: Path) -> None:
    older = hold(1)
    older.says()
    os.kill(older.process.pid, signal.SIGSTOP)
    Lock(tmp_path, 2).release()
    assert older.process.wait(5) == -signal.SIGKILL


def test_a_holder_in_its_callers_group_is_killed_alone(hold: Any, tmp_path: Path) -> None:
    older = hold(1, own_group=False)
    older.says()
    Lock(tmp_path, 2).release()
    assert older.process.wait(5) == -signal.SIGKILL  # and this test lives to say so


@pytest.mark.parametrize("attempt", [1, 2])
def test_an_equal_or_older_attempt_is_fenced_while_the_lock_is_held(attempt: int, hold: Any) -> None:
    holder = hold(2)
    holder.says()
    assert hold(attempt).says() == "FENCED"
    assert holder.finish() == "still holds"


def test_an_older_attempt_is_fenced_after_the_newer_has_gone(hold: Any, tmp_path: Path) -> None:
    Lock(tmp_path, 5).release()
    assert hold(4).says() == "FENCED"
    Lock(tmp_path, 5).release()


def test_of_many_racing_attempts_only_the_newest_remains(hold: Any, tmp_path: Path) -> None:
    for holder in (racers := [hold(attempt) for attempt in (3, 1, 4, 2)]):
        holder.says()
    alive = [holder for holder in racers if "still holds" in holder.finish()]
    assert alive == [racers[2]]
    assert json.loads((tmp_path / "LOCK").read_text())["attempt"] == 4


def test_a_holder_that_could_not_be_killed_is_stopped_before_it_publishes(tmp_path: Path) -> None:
    lock = Lock(tmp_path, 1)
    (tmp_path / "LOCK").write_text(json.dumps({"attempt": 2, "pid": 1, "pgid": 1, "start": 0, "boot": "another"}))
    with pytest.raises(Failure, match="lost its work directory to attempt 2"):
        lock.check()
    lock.release()


def test_another_process_with_the_holders_old_pid_is_not_killed(
    hold: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.runtime.lock.TAKEOVER_SECONDS", 0.2)
    holder = hold(1)
    holder.says()
    named = json.loads((tmp_path / "LOCK").read_text())
    (tmp_path / "LOCK").write_text(json.dumps({**named, "start": named["start"] - 1}))
    with pytest.raises(Failure) as held:
        Lock(tmp_path, 2)
    assert held.value.code == "LOCK_HELD" and holder.process.poll() is None

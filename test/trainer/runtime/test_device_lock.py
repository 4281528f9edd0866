"""Trainings of different runs take turns on a device, and a frozen one does not hold it forever."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig import ROOT, Seen, wait_until_dead
from trainer.runtime import device_lock
from trainer.runtime.device_lock import DeviceLock
from trainer.runtime.events import Events, Interrupted
from trainer.runtime.supervision import SoftStop

HOLDER = """
import pathlib, sys
from trainer.runtime.device_lock import DeviceLock
from trainer.runtime.events import Events
from trainer.runtime.supervision import SoftStop
DeviceLock(pathlib.Path(sys.argv[1]), "0", "attempt 1 of another run", Events(sys.stderr), SoftStop())
print("holds", flush=True)
sys.stdin.read()
"""


class NoStop(SoftStop):
    def __init__(self) -> None:
        self.requested = False


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Any]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout and process.stdout.readline().strip() == "holds"
    yield process
    process.kill()
    process.communicate()


def take(folder: Path, stop: Any = None, stream: Any = None) -> Any:
    return DeviceLock(folder, "0", "attempt 1 of this run", Events(stream or io.StringIO()), stop or NoStop())


def test_another_training_waits_until_the_device_is_free_and_names_the_holder(holder: Any, tmp_path: Path) -> None:
    seen = Seen(lambda event: holder.kill())
    lock = take(tmp_path, stream=seen)
    assert seen.events[0] == {"event": "waiting", "holder": "attempt 1 of another run", "pid": holder.pid}
    lock.release()


def test_a_killed_training_leaves_the_device_free(holder: Any, tmp_path: Path) -> None:
    holder.kill()
    holder.wait()
    take(tmp_path).release()


def test_two_devices_are_two_locks(holder: Any, tmp_path: Path) -> None:
    DeviceLock(tmp_path, "1", "attempt 1 of this run", Events(io.StringIO()), NoStop()).release()


def test_a_frozen_training_that_lost_its_step_is_killed(
    holder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_lock, "FROZEN_SECONDS", 0.3)
    os.kill(holder.pid, signal.SIGSTOP)
    reaper = threading.Thread(target=holder.wait)
    reaper.start()
    take(tmp_path).release()
    wait_until_dead(holder.pid, 2)
    reaper.join()


def test_a_waiting_training_stops_on_request(holder: Any, tmp_path: Path) -> None:
    class Asked:
        requested = True

    with pytest.raises(Interrupted):
        take(tmp_path, stop=Asked())

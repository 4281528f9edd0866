"""Lets one trainer at a time use a device. Two of them would share its memory, and one would run out of it.

The lock of a run (lock.py) ends an older attempt of the same training. This lock makes different trainings take turns.
A trainer that was frozen together with its worker still holds the device after Temporal has given its step to another.
"""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from trainer.protocol import events as event
from trainer.runtime.events import Events, Interrupted
from trainer.runtime.lock import identity, kill_process
from trainer.runtime.supervision import SoftStop

# A holder that is stopped for this long, or whose worker is, has lost its step: it sends no heartbeats.
FROZEN_SECONDS = 60.0
_SECONDS_BETWEEN_EVENTS = 10.0


class DeviceLock:
    """Waits for the device without a limit, and holds it until release() or the end of the process."""

    def __init__(self, folder: Path, device: str, holder_name: str, events: Events, stop: SoftStop):
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"device-{device}.lock"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._wait(events, stop)
        except BaseException:
            os.close(self._file)
            raise
        me = {"holder": holder_name, "worker": os.getppid(), **identity(os.getpid())}
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps(me).encode(), 0)

    def release(self) -> None:
        os.close(self._file)

    def _wait(self, events: Events, stop: SoftStop) -> None:
        told_at = frozen_since = None
        while True:
            try:
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            if stop.requested:
                raise Interrupted(0)
            now, holder = time.monotonic(), self._read()
            frozen_since = (frozen_since or now) if holder and _is_frozen(holder) else None
            if holder and frozen_since is not None and now - frozen_since >= FROZEN_SECONDS:
                kill_process(holder)
                frozen_since = None
            if told_at is None or now - told_at >= _SECONDS_BETWEEN_EVENTS:
                told_at = now
                events.emit(event.Waiting(holder=(holder or {}).get("holder"), pid=(holder or {}).get("pid")))
            time.sleep(0.1)

    def _read(self) -> dict[str, Any] | None:
        try:
            holder = json.loads(self._path.read_text(encoding="utf-8"))
            return holder if isinstance(holder.get("pid"), int) else None
        except (OSError, ValueError, AttributeError):
            return None


def _is_frozen(holder: dict[str, Any]) -> bool:
    return any(_state(pid) == "T" for pid in (holder["pid"], holder.get("worker")) if pid)


def _state(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return None

"""Lets only the newest attempt train in a work directory.

A kernel lock shows whether the holder is alive, and the file's text names it. A newer attempt kills the holder's process
group and takes the lock, so a stopped trainer (SIGSTOP, a frozen host) cannot write after it wakes.
The lock works on one host and a local file system. Across hosts, the attempt number decides which checkpoint is published.
"""

import errno
import fcntl
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from trainer.runtime.events import Failure

# SIGKILL takes effect when a driver call returns. A call that takes longer than this needs a person.
TAKEOVER_SECONDS = 20.0


class Lock:
    def __init__(self, workdir: Path, attempt: int):
        self._path = workdir / "LOCK"
        self._me = {"attempt": attempt, **identity(os.getpid())}
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.killed: dict[str, Any] | None = None
        try:
            self._take()
        except BaseException:
            os.close(self._file)
            raise

    def check(self) -> None:
        """Raises FENCED if another attempt holds the lock. Called before each publish and deletion, because a kill can fail."""
        holder = self._read()
        if holder != self._me:
            raise Failure(
                "FENCED",
                f"Attempt {self._me['attempt']} lost its work directory to attempt {(holder or {}).get('attempt')}. "
                "This attempt published nothing.",
                attempt=self._me["attempt"],
                holder=holder,
            )

    def release(self) -> None:
        os.close(self._file)

    def _take(self) -> None:
        deadline = time.monotonic() + TAKEOVER_SECONDS
        while not self._try():
            holder = self._read()
            if holder is None:  # the holder has not written its name yet
                pass
            elif holder["attempt"] >= self._me["attempt"]:
                self._refuse(holder, "holds")
            elif self.killed != holder and kill_process(holder):
                self.killed = holder
            if time.monotonic() > deadline:
                raise Failure(
                    "LOCK_HELD",
                    f"Attempt {holder and holder['attempt']} (pid {holder and holder['pid']}) still holds {self._path} "
                    f"{TAKEOVER_SECONDS:.0f} s after it was killed. It probably hangs in a device driver.",
                    holder=holder,
                )
            time.sleep(0.01)
        last = self._read()
        # An equal number may take a free lock: a training that was stopped on request resumes with the same number.
        if last and last["attempt"] > self._me["attempt"]:
            self._refuse(last, "already used")
        # One write replaces the old text and pads it with blanks. If the file were emptied first, a kill or a full disk
        # could lose the number of the last attempt, and an older attempt could return.
        text = json.dumps(self._me).encode().ljust(os.fstat(self._file).st_size)
        if os.pwrite(self._file, text, 0) != len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        os.fsync(self._file)

    def _try(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False

    def _read(self) -> dict[str, Any] | None:
        try:
            holder = json.loads(self._path.read_text(encoding="utf-8"))
            return holder if isinstance(holder.get("attempt"), int) and isinstance(holder.get("pid"), int) else None
        except (OSError, ValueError, AttributeError):
            return None

    def _refuse(self, holder: dict[str, Any], how: str) -> None:
        mine = self._me["attempt"]
        raise Failure(
            "FENCED",
            f"Attempt {holder['attempt']} (pid {holder['pid']}) {how} this work directory, "
            f"so attempt {mine} does not start.",
            attempt=mine,
            holder=holder,
        )


def kill_process(holder: dict[str, Any]) -> bool:
    """Kills the holder and returns whether it was alive. Start time and boot id tell it from a later process with its pid."""
    pid = holder["pid"]
    if {key: holder.get(key) for key in ("start", "boot")} != {key: identity(pid)[key] for key in ("start", "boot")}:
        return False
    try:
        # A trainer that was started by hand shares the process group of its shell, so only the trainer is killed.
        os.killpg(pid, signal.SIGKILL) if holder.get("pgid") == pid else os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def identity(pid: int) -> dict[str, Any]:
    try:
        pgid = os.getpgid(pid)
    except ProcessLookupError:
        pgid = None
    return {"pid": pid, "pgid": pgid, "start": _start_time(pid), "boot": _boot_id()}


def _start_time(pid: int) -> int | None:
    """Returns the clock ticks since boot. The command name may hold spaces and brackets, so the search starts from the right."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


def _boot_id() -> str | None:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None

"""A trainer in a fork of this process: it can be killed like any other, and spares the seconds in which a fresh one imports.

For tests whose claim is not about the start of a process; `Child` in rig.py has the choice. A fork shares the files that
are open here, and with them the locks that this process holds.
"""

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path


def forget_gguf() -> None:
    """As in a fresh process: llama.cpp's converter brings a `gguf` of its own."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "gguf"]:
        del sys.modules[name]


class Fork:
    """Has of `subprocess.Popen` what the tests use. Runs `python -m trainer` with these arguments in a session of its own."""

    def __init__(self, arguments: list[str], stderr: Path, before: Callable[[], None] = lambda: None) -> None:
        # Imported here, once for all forks.
        from trainer import __main__

        read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _be_the_trainer(lambda: __main__.main(arguments), write, stderr, before)
        os.close(write)
        self.stdout = os.fdopen(read, encoding="utf-8")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float) -> int:
        began = time.monotonic()
        while (code := self.poll()) is None:
            if time.monotonic() - began > timeout:
                raise subprocess.TimeoutExpired("trainer", timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)


def _be_the_trainer(main: Callable[[], int], stdout: int, stderr: Path, before: Callable[[], None]) -> None:
    """Never returns: pytest goes on in the other process."""
    code = 1
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(stdout, 1)
        os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        os.close(stdout)
        # Pytest has put its own in their place.
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        before()
        code = main()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

"""How a trainer process ends: with its parent at once, or at a step edge when it is asked to."""

import ctypes
import os
import signal
import sys
import threading


def die_with_parent() -> None:
    """The kernel's death signal covers Linux; end-of-file on stdin covers the rest, and a parent that died before this call."""
    parent = os.getppid()
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    if os.environ.get("TEMPER_STDIN") == "pipe":
        threading.Thread(target=_end_with_stdin, daemon=True).start()


def _end_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    # The group, not the process: data loader workers and compilers started by the trainer go too.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


class SoftStop:
    """SIGTERM or SIGINT asks for a stop at the next step edge; read it with `requested`."""

    def __init__(self) -> None:
        self.requested = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.requested = True

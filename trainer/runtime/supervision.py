"""How a trainer process ends: with its parent at once, or at a step edge when it is asked to."""

import contextlib
import ctypes
import os
import select
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
    _guard_children()
    if os.environ.get("TEMPER_STDIN") == "pipe":
        threading.Thread(target=_end_with_stdin, daemon=True).start()


def _guard_children() -> None:
    """Neither signal reaches what this process has started, and a child that it forked would hold its locks on.

    A small process waits for the end of this one, however it comes, and ends the group. Forked before anything large
    is imported and before there is a thread.
    """
    if os.getpgrp() != os.getpid() or not hasattr(os, "pidfd_open"):
        return
    try:
        watched = os.pidfd_open(os.getpid())
    except OSError:  # a kernel before 5.3: only what listens for the end of stdin is left
        return
    if os.fork():
        os.close(watched)
        return
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.chdir("/")
        # Its copies of the pipes would keep a reader waiting.
        for name in os.listdir("/proc/self/fd"):
            if int(name) != watched:
                with contextlib.suppress(OSError):  # the one that lists them
                    os.close(int(name))
        select.select([watched], [], [])
        os.killpg(0, signal.SIGKILL)
    finally:
        os._exit(1)


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

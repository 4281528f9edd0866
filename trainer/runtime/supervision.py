"""Ends the trainer: at once when its parent dies, or after the current step when a stop is requested."""

import contextlib
import ctypes
import os
import select
import signal
import sys
import threading


def die_with_parent() -> None:
    """Ends this process when its parent dies. Linux sends a signal. The end of stdin covers other systems, and a parent that
    died before this call.
    """
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
    """Forks a small process that waits for any end of this one and then kills the process group.

    Without it, children would survive and keep this process's locks. Call it before large imports and before any thread.
    """
    if os.getpgrp() != os.getpid() or not hasattr(os, "pidfd_open"):
        return
    try:
        watched = os.pidfd_open(os.getpid())
    except OSError:  # a kernel before 5.3: only the end of stdin remains as a sign
        return
    if os.fork():
        os.close(watched)
        return
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.chdir("/")
        # Open copies of the pipes would keep their readers waiting.
        for name in os.listdir("/proc/self/fd"):
            if int(name) != watched:
                with contextlib.suppress(OSError):  # the descriptor of the listing is already closed
                    os.close(int(name))
        select.select([watched], [], [])
        os.killpg(0, signal.SIGKILL)
    finally:
        os._exit(1)


def _end_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    # Kills the group, because the trainer may have started data loader workers and compilers.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


class SoftStop:
    """Sets `requested` on SIGTERM or SIGINT. The trainer then stops after the current step."""

    def __init__(self) -> None:
        self.requested = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.requested = True

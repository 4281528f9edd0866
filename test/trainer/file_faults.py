"""Makes the nth file-system call of pure Python code fail, or kills the process at it."""

import builtins
import contextlib
import errno
import io
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from typing import Any

_GROWS = {"open", "write", "mkdir", "rename", "fsync", "ftruncate", "pwrite", "sendfile"}
_FLAGS_THAT_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def no_space(name: str) -> None:
    """Fails as a full disk does for calls that need space, and as a broken disk does for the others."""
    number = errno.ENOSPC if name in _GROWS else errno.EIO
    raise OSError(number, os.strerror(number))


def die(name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Calls:
    """Counts calls from 1. `fault` runs before call number `at`, or with `half` after a half of it."""

    def __init__(self, at: int = 0, fault: Callable[[str], None] = no_space, half: bool = False) -> None:
        self.at, self.fault, self.half = at, fault, half
        self.names: list[str] = []
        # The numbers of the calls that can be done by half.
        self.halves: list[int] = []

    def before(self, name: str, half: Callable[[], Any] | None = None) -> None:
        self.names.append(name)
        if half:
            self.halves.append(len(self.names))
        if len(self.names) == self.at:
            if self.half and half:
                half()
            self.fault(name)


class _File(io.FileIO):
    """Writes without a buffer. With a buffer, a kill may find any part of it already written."""

    def __init__(self, path: Any, mode: str, calls: Calls) -> None:
        super().__init__(path, mode)
        self._calls = calls

    def write(self, data: Any) -> int:
        self._calls.before("write", lambda: super(_File, self).write(bytes(data)[: len(data) // 2]))
        return super().write(data)


@contextlib.contextmanager
def watched(calls: Calls) -> Iterator[Calls]:
    """Sends every call that changes or reads files through `calls`. The code under test must use no other call."""
    names = "rename mkdir rmdir unlink fsync ftruncate pwrite sendfile utime chmod listdir scandir".split()
    real = {name: getattr(os, name) for name in names}
    real_open, real_os_open = io.open, os.open

    def through(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            half = None
            if name == "pwrite":
                file, data, offset = arguments
                half = lambda: real["pwrite"](file, data[: len(data) // 2], offset)  # noqa: E731
            elif name == "sendfile":
                out, source = arguments[:2]
                half = lambda: real["sendfile"](out, source, 0, os.fstat(source).st_size // 2)  # noqa: E731
            calls.before(name, half)
            if name == "fsync":
                return None  # A kill loses no written byte, so only the place of the sync matters.
            return real[name](*arguments, **options)

        return call

    def opened(path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if isinstance(path, int):
            return real_open(path, mode, *arguments, **options)
        if mode in ("wb", "xb"):
            calls.before("open")
            return _File(path, mode, calls)
        calls.before("open to read")
        return real_open(path, mode, *arguments, **options)

    def os_opened(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        calls.before("open" if flags & _FLAGS_THAT_WRITE else "open to read")
        return real_os_open(path, flags, *arguments, **options)

    patches: list[tuple[Any, str, Any]] = [(os, name, through(name)) for name in real]
    patches += [(io, "open", opened), (builtins, "open", opened), (os, "open", os_opened)]
    kept = [(owner, name, getattr(owner, name)) for owner, name, _ in patches]
    try:
        for owner, name, patch in patches:
            setattr(owner, name, patch)
        yield calls
    finally:
        for owner, name, original in kept:
            setattr(owner, name, original)


def in_a_child(body: Callable[[], None]) -> int:
    """Runs `body` in a fork. Returns 0 or the negative signal number."""
    pid = os.fork()
    if pid == 0:
        try:
            body()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

"""Events: one JSON object per line on the process's first stdout, and nothing else there."""

import errno
import json
import math
import os
import socket
import sys
import threading
from dataclasses import asdict
from typing import Any, TextIO

from trainer.protocol.codes import FailureCode
from trainer.protocol.events import Event

_REFUSED = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.EMFILE,
    errno.ENFILE,
    errno.EIO,
    errno.ESTALE,
    errno.EFBIG,
    errno.ENAMETOOLONG,
)


def _refusal(error: OSError) -> str:
    text = f"the system refuses {error.filename}: {error.strerror}"
    try:
        owner = os.stat(error.filename).st_uid
    except OSError:
        return text
    return (
        text
        if owner == os.getuid()
        else f"{text}; it belongs to user {owner}, and the trainer runs as user {os.getuid()}"
    )


_BY_NUMBER: dict[int, FailureCode] = {
    errno.EMFILE: "MACHINE_LIMIT",
    errno.ENFILE: "MACHINE_LIMIT",
    errno.EAGAIN: "MACHINE_LIMIT",
    errno.EIO: "DISK_FAILED",
    errno.ESTALE: "DISK_FAILED",
    errno.ENOTCONN: "DISK_FAILED",
}
# The libraries have no common class for these; their texts are those of CUDA, of OpenSSL and of the loader.
_BY_TEXT: list[tuple[str, FailureCode]] = [
    ("CERTIFICATE_VERIFY_FAILED", "CERTIFICATE_REFUSED"),
    ("certificate verify failed", "CERTIFICATE_REFUSED"),
    ("CUDA error", "DEVICE_FAILED"),
    ("no kernel image is available", "DEVICE_FAILED"),
    ("CUDA driver version is insufficient", "DEVICE_FAILED"),
    ("HIP error", "DEVICE_FAILED"),
    ("cannot open shared object file", "ENVIRONMENT_BROKEN"),
    ("undefined symbol", "ENVIRONMENT_BROKEN"),
    ("cannot allocate memory in static TLS block", "ENVIRONMENT_BROKEN"),
]


def _code_of_machine(error: BaseException, number: int | None) -> FailureCode | None:
    """Returns the code of an error of the machine, its network or its libraries."""
    text = str(error)
    for part, code in _BY_TEXT:
        if part in text:
            return code
    if number in _BY_NUMBER:
        return _BY_NUMBER[number]
    if isinstance(error, ImportError):
        return "ENVIRONMENT_BROKEN"
    if isinstance(error, (ConnectionError, TimeoutError, socket.gaierror)):
        return "NETWORK_FAILED"
    return None


class Failure(Exception):
    """A failure with a code of temper's catalogue; `facts` are the numbers in its message."""

    def __init__(self, code: FailureCode, message: str, **facts: Any):
        super().__init__(message)
        self.code: FailureCode = code
        self.facts = facts

    @staticmethod
    def of(error: BaseException) -> "Failure":
        """Maps an exception of a library to a code. An exception that matches none is UNKNOWN."""
        text = f"{type(error).__name__}: {error}"
        number = error.errno if isinstance(error, OSError) else None
        if isinstance(error, MemoryError) or number == errno.ENOMEM or "out of memory" in text.lower():
            return Failure("OUT_OF_MEMORY", text[:1000])
        # torch.save reports a full disk as a RuntimeError without errno; the caller asks the file system.
        if number in (errno.ENOSPC, errno.EDQUOT) or "os error 28" in text:
            return Failure("DISK_FULL", text[:1000])
        if number in _REFUSED and isinstance(error, OSError) and error.filename is not None:
            return Failure("FILE_REFUSED", _refusal(error))
        if code := _code_of_machine(error, number):
            return Failure(code, text[:1000])
        return Failure("UNKNOWN", text[:1000])


class Interrupted(Exception):
    """The trainer was asked to stop. The state at `step` is saved, so the work can be resumed."""

    def __init__(self, step: int):
        super().__init__(f"interrupted at step {step}")
        self.step = step


class Events:
    """Writes events to a stream, from any thread."""

    def __init__(self, stream: TextIO):
        self._stream = stream
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        fields = {"event": event.event, **_finite(asdict(event))}
        line = json.dumps(fields, ensure_ascii=False, allow_nan=False)
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()


def _finite(value: Any) -> Any:
    """JSON has no NaN. Such a number travels as a word, because null would hide it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def open_events() -> Events:
    """Keeps stdout for events alone. Everything that a library prints, from Python or from C, goes to stderr."""
    private = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    # A message may quote an invalid character (a lone surrogate, a file name in bytes); JSON has an escape for it.
    return Events(os.fdopen(private, "w", encoding="utf-8", errors="backslashreplace"))

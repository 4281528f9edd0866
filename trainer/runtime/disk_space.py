"""A full disk, by whatever name a library calls it, told with what is needed, what is free, and where."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

from trainer.runtime.events import Failure

# File headers, random states, the manifest.
SPARE_BYTES = 2_000_000
_FULL = (errno.ENOSPC, errno.EDQUOT)


def free_bytes(directory: Path) -> int:
    """Where the directory is, or would be."""
    while not directory.exists():
        directory = directory.parent
    return shutil.disk_usage(directory).free


def says_full(error: BaseException) -> bool:
    """Rust names the number in its text; torch.save keeps it to itself (see refuses)."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return any(f"os error {number}" in str(error) for number in _FULL)


def refuses(directory: Path, size: int) -> bool:
    """Asks for the room itself: of a quota the figures of the file system tell nothing."""
    try:
        with tempfile.TemporaryFile(dir=directory) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        return error.errno in _FULL
    return False


def disk_full(directory: Path, needed: int, step: int) -> Failure:
    free = free_bytes(directory)
    beyond = "" if free < needed else " (a quota or a reserve keeps the trainer from them)"
    return Failure(
        "DISK_FULL",
        f"A checkpoint needs {needed / 1e6:.0f} MB and {free / 1e6:.0f} MB are free at {directory}{beyond}. "
        "The training continues from its last checkpoint.",
        step=step,
        needed_bytes=needed,
        free_bytes=free,
        path=str(directory),
    )

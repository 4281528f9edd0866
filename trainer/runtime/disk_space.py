"""Asks for room before files are written, and recognizes a full disk in the errors of each library.

Both report the needed and the free bytes and the folder.
"""

import errno
import os
import shutil
import tempfile
from pathlib import Path

from trainer.runtime.events import Failure

# For file headers, random states and the manifest.
SPARE_BYTES = 2_000_000
# For what stands beside the weights of a model: its settings and its tokenizer.
_MODEL_SPARE_BYTES = 64_000_000
_FULL = (errno.ENOSPC, errno.EDQUOT)


def free_bytes(directory: Path) -> int:
    """Returns the free bytes where the directory is or would be made."""
    while not directory.exists():
        directory = directory.parent
    return shutil.disk_usage(directory).free


def require_room(directory: Path, size: int, what: str) -> None:
    """Raises DISK_FULL if there is no room for the weights of a model and the files beside them."""
    needed, free = size + _MODEL_SPARE_BYTES, free_bytes(directory)
    if free < needed:
        raise Failure(
            "DISK_FULL",
            f"{what} needs {needed / 1e9:.2f} GB and {free / 1e9:.2f} GB are free at {directory}.",
            needed_bytes=needed,
            free_bytes=free,
            path=str(directory),
        )


def says_full(error: BaseException) -> bool:
    """Returns whether an error shows a full disk. Rust has the number in its text. torch.save has none: see `refuses`."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return any(f"os error {number}" in str(error) for number in _FULL)


def refuses(directory: Path, size: int) -> bool:
    """Returns whether the file system refuses `size` bytes. Only an allocation shows a quota; the free bytes do not."""
    try:
        with tempfile.TemporaryFile(dir=directory) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        return error.errno in _FULL
    return False


def disk_full(directory: Path, needed: int, step: int) -> Failure:
    free = free_bytes(directory)
    beyond = "" if free < needed else " (a quota or a reserve withholds them from the trainer)"
    return Failure(
        "DISK_FULL",
        f"A checkpoint needs {needed / 1e6:.0f} MB and {free / 1e6:.0f} MB are free at {directory}{beyond}. "
        "The training continues from its last checkpoint.",
        step=step,
        needed_bytes=needed,
        free_bytes=free,
        path=str(directory),
    )

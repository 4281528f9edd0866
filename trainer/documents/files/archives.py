"""Opens the archives that Word files and e-books are, and refuses those that would unpack to more than a document holds."""

import zipfile
from pathlib import Path

from trainer.documents.unreadable import Unreadable

_MOST_FILES, _MOST_BYTES, _MOST_OF_ONE, _MOST_RATIO = 20_000, 2_000_000_000, 500_000_000, 400
# A small file may be packed well by right.
_FREE = 10_000_000


def check_archive(path: Path) -> None:
    """Raises Unreadable for an archive that is damaged, encrypted, or far larger than its bytes."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Unreadable(f"is damaged or cut off ({error}); fetch it again") from error
    if len(entries) > _MOST_FILES:
        raise Unreadable(f"holds {len(entries)} files inside, and {_MOST_FILES} are read at most")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("is encrypted; save a copy without a password")
    size = sum(entry.file_size for entry in entries)
    largest = max((entry.file_size for entry in entries), default=0)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if size > _MOST_BYTES or largest > _MOST_OF_ONE or (size > _FREE and size / packed > _MOST_RATIO):
        raise Unreadable(
            f"would unpack to {size / 1e6:,.0f} MB from {packed / 1e6:,.2f} MB; temper does not unpack such a file"
        )


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """What the archive says of a size may be untrue, so no more than that is read."""
    try:
        size = archive.getinfo(name).file_size
        with archive.open(name) as file:
            data = file.read(size + 1)
    except KeyError:
        raise Unreadable(f"has no {name} inside, though it names it") from None
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise Unreadable(f"is damaged: {name} inside it cannot be unpacked ({error})") from error
    if len(data) > size:
        raise Unreadable(f"is damaged: {name} inside it is larger than it says")
    return data

"""Opens a file as a stream of UTF-8 bytes: unpacks it, and converts UTF-16 and the line ends of old Macs."""

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from trainer.data.files.row import CHUNK
from trainer.runtime.events import Failure

HEAD = 1 << 16
_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
# What the unpackers raise for a file that is damaged or cut off.
DAMAGED = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


@dataclass(frozen=True)
class OpenedFile:
    path: Path
    # As the file has it, which tells what kind of file it is.
    raw_head: bytes
    # The first bytes of the text, in UTF-8.
    head: bytes
    packed: str | None
    encoding: str
    old_line_ends: bool

    @property
    def suffix(self) -> str:
        names = [suffix.lower() for suffix in self.path.suffixes[-2:]]
        return (names[0] if self.packed and len(names) == 2 else names[-1]) if names else ""

    def stream(self) -> BinaryIO:
        """Opens the text from its beginning, without a byte order mark."""
        file = _unpacked(self.path, self.packed)
        if self.encoding != "utf-8" or self.old_line_ends:
            file = _converted(file, self.encoding, self.old_line_ends, self.path.name)
        if file.peek(3)[:3] == codecs.BOM_UTF8:
            file.read(3)
        return cast(BinaryIO, file)


def open_file(path: Path) -> OpenedFile:
    """Raises FILE_NOT_FOUND where there is no file that can be read."""
    _check_is_file(path)
    with readable(path), path.open("rb") as file:
        raw = file.read(4096)
    packed = next((name for magic, name in _PACKED.items() if raw.startswith(magic)), None)
    with readable(path):
        with _unpacked(path, packed) as file:
            head = file.read(HEAD)
        encoding = _encoding(head)
        old_line_ends = encoding == "utf-8" and b"\r" in head[:-1] and b"\n" not in head
        found = OpenedFile(path, raw, b"", packed, encoding, old_line_ends)
        with found.stream() as text:
            return OpenedFile(path, raw, text.read(HEAD), packed, encoding, old_line_ends)


class readable:
    """Turns what the operating system and the unpackers raise into a failure that names the file."""

    def __init__(self, path: Path):
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DAMAGED):
            raise Failure(
                "NOT_ROWS", f"{self._path} is damaged or cut off and cannot be unpacked ({error}). Fetch it again."
            ) from error
        if isinstance(error, OSError):
            # An error in the middle of a file has no name.
            raise Failure.of(OSError(error.errno, error.strerror, str(self._path))) from error


def _check_is_file(path: Path) -> None:
    try:
        if path.is_dir():
            inside = sorted(each.name for each in path.iterdir() if each.is_file())
            named = f" It holds: {', '.join(inside[:10])}{' …' if len(inside) > 10 else ''}." if inside else ""
            raise Failure("FILE_NOT_FOUND", f"{path} is a folder. Name one file of rows in it.{named}")
        if not path.is_file():
            raise Failure("FILE_NOT_FOUND", f"{path} does not exist, or is not a file.")
    except OSError as error:
        raise Failure.of(error) from error


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF16_LE) and head[2:4] != b"\0\0":
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    # Without a byte order mark: the first characters of rows are ASCII, so every other byte is 0.
    zeros = [byte == 0 for byte in head[:4]]
    if zeros == [False, True] * 2:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False] * 2 else "utf-8"


def _unpacked(path: Path, packed: str | None) -> Any:
    if packed == "zstd":
        import pyarrow

        return io.BufferedReader(pyarrow.input_stream(str(path), compression="zstd"))
    openers: dict[str | None, Any] = {"gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    return openers.get(packed, open)(path, "rb")


def _converted(file: Any, encoding: str, old_line_ends: bool, name: str) -> Any:
    return io.BufferedReader(_Converted(file, encoding, old_line_ends, name), CHUNK)


class _Converted(io.RawIOBase):
    def __init__(self, file: Any, encoding: str, old_line_ends: bool, name: str):
        self._file, self._old_line_ends, self._name = file, old_line_ends, name
        # Invalid characters stay invalid, so that the reader of rows refuses them with their line.
        self._errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
        self._decoder = codecs.getincrementaldecoder(encoding)(self._errors)
        self._left = b""

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            read = self._file.read(CHUNK)
            try:
                text = self._decoder.decode(read, final=not read)
            except UnicodeDecodeError:
                raise Failure("NOT_ROWS", f"{self._name} ends in the middle of a character. Fetch it again.") from None
            if not read and not text:
                return 0
            self._left = (text.replace("\r", "\n") if self._old_line_ends else text).encode("utf-8", self._errors)
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

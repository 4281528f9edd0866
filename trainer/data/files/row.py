"""A row of a file before its keys are read, and the limits that all row readers share."""

from dataclasses import dataclass
from typing import Any

# 8 MiB is about two million tokens. A longer row is a mistake, such as a file without line breaks.
ROW_LIMIT = 8 * 1024 * 1024
CHUNK = 1 << 20
BLANK = b" \t\r\n"


@dataclass(frozen=True)
class Bad:
    """Why a row cannot be used, as the end of a sentence that begins with the row."""

    # Rows of one reason are told together.
    reason: str
    # What differs from row to row, such as a column.
    detail: str = ""
    # What repairs the whole file, told once.
    remedy: str = ""

    def __str__(self) -> str:
        return self.reason + self.detail


@dataclass(frozen=True)
class NotUtf8(Bad):
    reason: str = "is not UTF-8"
    # The bytes, from which the encoding may be guessed.
    text: bytes = b""


TOO_LONG = Bad(f"is longer than {ROW_LIMIT // (1024 * 1024)} MB")


@dataclass(frozen=True)
class Row:
    # Counted from 1; 0 in a table of columns, which has no lines.
    line: int
    # The parsed row; None if `bad` says why it cannot be read.
    value: Any = None
    bad: Bad | None = None
    # The index in a JSON array or a table, counted from 0.
    index: int | None = None

    def where(self, name: str) -> str:
        line = f":{self.line}" if self.line else ""
        return f"{name}{line}" + ("" if self.index is None else f" [row {self.index}]")


def shown(text: str, max_length: int = 300) -> str:
    """Makes a piece of a user's file safe for a message: shortens it and escapes characters that cannot be printed."""
    cut = text if len(text) <= max_length else text[:max_length] + "…"
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in cut)

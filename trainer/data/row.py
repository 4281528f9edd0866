"""A row of a file before its shape is known, and the limits that all row readers share."""

from dataclasses import dataclass
from typing import Any

# 8 MiB is about two million tokens. A longer row is a mistake, such as a file without line breaks.
ROW_LIMIT = 8 * 1024 * 1024
TOO_LONG = f"is longer than {ROW_LIMIT // (1024 * 1024)} MB"
NOT_UTF8 = "is not UTF-8"
CHUNK = 1 << 20
BLANK = b" \t\r\n"


@dataclass(frozen=True)
class Row:
    # Counted from 1.
    line: int
    # The parsed row; None if `bad` says why it cannot be read.
    value: Any = None
    bad: str | None = None
    # The index in a JSON array, counted from 0.
    index: int | None = None

    def where(self, name: str) -> str:
        return f"{name}:{self.line}" + ("" if self.index is None else f" [row {self.index}]")


def shown(text: str, max_length: int = 300) -> str:
    """Makes a piece of a user's file safe for a message: shortens it and escapes characters that cannot be printed."""
    cut = text if len(text) <= max_length else text[:max_length] + "…"
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in cut)

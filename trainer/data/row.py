"""A row of a file before its shape is known, and the limits of all that read rows."""

from dataclasses import dataclass
from typing import Any

# A row of 8 MB is some two million tokens; whatever is longer is a mistake, such as a file without line breaks.
ROW_LIMIT = 8 * 1024 * 1024
TOO_LONG = f"is longer than {ROW_LIMIT // (1024 * 1024)} MB"
NOT_UTF8 = "is not UTF-8; save the file as UTF-8"
CHUNK = 1 << 20
BLANK = b" \t\r\n"


@dataclass(frozen=True)
class Row:
    # Counted from 1.
    line: int
    # Parsed, when there is no reason against it.
    value: Any = None
    bad: str | None = None
    # The place in a JSON array, counted from 0.
    index: int | None = None

    def where(self, name: str) -> str:
        return f"{name}:{self.line}" + ("" if self.index is None else f" [row {self.index}]")


def shown(text: str, most: int = 300) -> str:
    """A piece of somebody's file, fit for a message: short, and without what acts on a terminal or is no character."""
    cut = text if len(text) <= most else text[:most] + "…"
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in cut)

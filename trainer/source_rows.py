"""A file of rows, read in bounded memory: each row with the line it starts on, or the reason why it is none."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from trainer.events import Failure

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


def detect_format(path: Path, wanted: str) -> str:
    """By the name, then by the first byte: files called .json that hold one object per line are common."""
    with path.open("rb") as file:
        start = file.read(4096)
    # Without a mark, the first two characters are Latin letters or brackets all the same.
    zeros = [byte == 0 for byte in start[:4]]
    unmarked = len(zeros) == 4 and (zeros == [False, True] * 2 or zeros == [True, False] * 2)
    if unmarked or start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Failure("BAD_DATA", f"{path.name} is UTF-16. Save it as UTF-8 and try again.")
    if wanted != "auto":
        return wanted
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        return "csv"
    first = start.removeprefix(codecs.BOM_UTF8).lstrip(BLANK)[:1]
    if first == b"[":
        return "json"
    return "jsonl" if first == b"{" or suffix in (".jsonl", ".json", ".ndjson") else "csv"


def read_rows(path: Path, format: str) -> Iterator[Row]:
    """What breaks the file as a whole (an array that never ends) is a Failure: rows after such a place cannot be
    trusted.
    """
    from trainer.array_rows import array_rows
    from trainer.csv_rows import csv_rows

    with path.open("rb") as file:
        if file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        if format == "jsonl":
            yield from _line_rows(file)
        else:
            yield from (array_rows if format == "json" else csv_rows)(file, path.name)


def row_of(line: int, text: bytes, index: int | None = None) -> Row:
    try:
        return Row(line, parse_json(text), index=index)
    except BadJson as bad:
        return Row(line, bad=str(bad), index=index)


class BadJson(Exception):
    """Says of a text why it is no JSON."""


def parse_json(text: bytes | str) -> Any:
    """Stricter than Python's own: a repeated key hides one of its values, and NaN is not JSON."""
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
        return json.loads(decoded, object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise BadJson(f"{NOT_UTF8} (byte {error.start + 1} of the row)") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"is not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise BadJson("is nested too deeply") from None
    except ValueError:
        # Python reads whole numbers in quadratic time, and therefore none of more than 4300 digits.
        raise BadJson("is not JSON that can be read: a number has too many digits") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise BadJson(f'has the key "{next(key for key in keys if keys.count(key) > 1)}" twice')
    return made


def _constant(name: str) -> Any:
    raise BadJson(f"holds {name}, which is not JSON")


def _line_rows(file: BinaryIO) -> Iterator[Row]:
    number = 0
    while line := file.readline(ROW_LIMIT + 1):
        number += 1
        if len(line) > ROW_LIMIT and not line.endswith(b"\n"):
            while (rest := file.readline(CHUNK)) and not rest.endswith(b"\n"):
                pass
            yield Row(number, bad=TOO_LONG)
        elif line.strip(BLANK):
            yield row_of(number, line.rstrip(b"\r\n"))

"""Reads a file of rows in bounded memory. Each row has its first line number and a value, or the reason why it is bad."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from trainer.data.array_rows import array_rows
from trainer.data.csv_rows import csv_rows
from trainer.data.row import BLANK, CHUNK, ROW_LIMIT, TOO_LONG, Row
from trainer.data.strict_json import row_of
from trainer.runtime.events import Failure


def detect_format(path: Path, wanted: str) -> str:
    """Decides by the name, then by the first byte: many files named .json hold one object per line. Raises BAD_DATA."""
    with path.open("rb") as file:
        start = file.read(4096)
    # Without a byte order mark: the first two characters of rows are ASCII, so every other byte is 0.
    zeros = [byte == 0 for byte in start[:4]]
    unmarked = len(zeros) == 4 and (zeros == [False, True] * 2 or zeros == [True, False] * 2)
    if unmarked or start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Failure("BAD_DATA", f"{path.name} is UTF-16. temper reads UTF-8.")
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
    """Yields the rows. Raises BAD_DATA if the file as a whole is broken, such as by an array without an end.

    The rows after such a place cannot be trusted.
    """
    with path.open("rb") as file:
        if file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        if format == "jsonl":
            yield from _line_rows(file)
        else:
            yield from (array_rows if format == "json" else csv_rows)(file, path.name)


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

"""Reads a JSON array by cutting it at its own commas, so that a row with invalid JSON does not spoil the other rows."""

from collections.abc import Iterator
from typing import BinaryIO

from trainer.data.files.json_pieces import CLOSING, OPENING, pieces
from trainer.data.files.row import BLANK, ROW_LIMIT, TOO_LONG, Row
from trainer.data.files.strict_json import row_of
from trainer.runtime.events import Failure


def array_rows(file: BinaryIO, name: str) -> Iterator[Row]:
    line, depth, index, ended = 1, 0, 0, False
    element, start = bytearray(), 0
    for text, mark in pieces(file):
        blank = not text.strip(BLANK)
        if depth == 0:
            line += text.count(b"\n")
            if ended and not (blank and not mark):
                raise Failure("BAD_DATA", f"{name}:{line}: text follows the end of the array. A file holds one array.")
            if not blank or mark not in (b"[", b""):
                raise Failure(
                    "BAD_DATA",
                    f"{name}:{line}: not an array. A JSON file is an array of rows; a JSONL file has one row per line.",
                )
            depth = int(mark == b"[")
            continue
        if not start and (not blank or mark in OPENING):
            start = line + text[: len(text) - len(text.lstrip(BLANK))].count(b"\n")
        line += text.count(b"\n")
        ends_row = depth == 1 and mark in (b",", b"]")
        if mark in OPENING:
            depth += 1
        elif mark in CLOSING and depth > 1:
            depth -= 1
        if len(element) <= ROW_LIMIT:
            element += text if ends_row else text + mark
        if not ends_row:
            continue
        # A comma before the closing bracket is allowed. An empty place between two commas is a bad row.
        if start or mark == b",":
            at = start or line
            yield Row(at, bad=TOO_LONG, index=index) if len(element) > ROW_LIMIT else row_of(at, bytes(element), index)
            index += 1
        element, start = bytearray(), 0
        if mark == b"]":
            depth, ended = 0, True
    if not ended:
        raise Failure(
            "BAD_DATA",
            f"{name}:{start or line}: the array is not closed. Its last row begins here. "
            "The file may be cut off, or a quotation mark is missing in that row.",
        )

"""Reads JSON objects that follow each other, each over several lines, as `jq .` and `json.dumps(row, indent=1)` write them."""

from collections.abc import Iterator
from typing import BinaryIO

from trainer.data.files.json_pieces import CLOSING, OPENING, pieces
from trainer.data.files.row import BLANK, ROW_LIMIT, TOO_LONG, Row
from trainer.data.files.strict_json import row_of
from trainer.runtime.events import Failure


def object_rows(file: BinaryIO, name: str) -> Iterator[Row]:
    line, depth, start = 1, 0, 0
    element = bytearray()
    for text, mark in pieces(file):
        if depth == 0:
            line += text[: len(text) - len(text.lstrip(BLANK))].count(b"\n")
            if mark not in (b"{", b",", b"") or text.strip(BLANK):
                raise Failure(
                    "BAD_DATA", f"{name}:{line}: text stands between two rows, so the next rows cannot be read."
                )
            if mark != b"{":
                continue
            depth, start, element = 1, line, bytearray(b"{")
            continue
        line += text.count(b"\n")
        depth += (mark in OPENING) - (mark in CLOSING)
        if len(element) <= ROW_LIMIT:
            element += text + mark
        if depth == 0:
            yield Row(start, bad=TOO_LONG) if len(element) > ROW_LIMIT else row_of(start, bytes(element))
    if depth:
        raise Failure(
            "BAD_DATA",
            f"{name}:{start}: the row that begins here is not closed. "
            "The file may be cut off, or a quotation mark or a bracket is missing in that row.",
        )

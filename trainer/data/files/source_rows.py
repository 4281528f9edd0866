"""Reads a file of rows in bounded memory. Each row has its first line number and a value, or the reason why it is bad."""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from trainer.data.files.array_rows import array_rows
from trainer.data.files.column_rows import column_rows
from trainer.data.files.csv_rows import BadHeader, csv_rows
from trainer.data.files.foreign_files import fill, refuse_foreign
from trainer.data.files.guess_encoding import guess_encoding
from trainer.data.files.object_rows import object_rows
from trainer.data.files.one_object import holds_columns
from trainer.data.files.open_file import OpenedFile, readable
from trainer.data.files.row import BLANK, CHUNK, ROW_LIMIT, TOO_LONG, Bad, NotUtf8, Row
from trainer.data.files.strict_json import row_of
from trainer.data.files.table_rows import TABLE_FORMATS, table_format, table_rows
from trainer.data.files.text_forms import text_format
from trainer.runtime.events import Failure


def detect_format(file: OpenedFile, wanted: str) -> str:
    """Decides by the content, then by the name. Raises NOT_ROWS for a file that is not rows."""
    if table := table_format(file):
        return table
    refuse_foreign(file)
    if wanted == "json" and file.head.lstrip(BLANK)[:1] == b"{" and holds_columns(file):
        return "columns"
    return text_format(file) if wanted == "auto" else wanted


def read_rows(file: OpenedFile, format: str) -> Iterator[Row]:
    """Yields the rows. Raises BAD_DATA if the file as a whole is broken, such as by an array without an end.

    The rows after such a place cannot be trusted.
    """
    with readable(file.path):
        try:
            for row in _rows(file, format):
                yield replace(row, bad=_guessed(row.bad, file)) if isinstance(row.bad, NotUtf8) else row
        except BadHeader as header:
            bad = _guessed(header.bad, file)
            raise Failure(
                "BAD_DATA", f"{header.where}: the header {bad}. {fill(bad.remedy, file.path)}".rstrip()
            ) from None


def _rows(file: OpenedFile, format: str) -> Iterator[Row]:
    if format in TABLE_FORMATS:
        yield from table_rows(file, format)
        return
    if format == "columns":
        yield from column_rows(file)
        return
    with file.stream() as stream:
        if format == "jsonl":
            yield from _line_rows(stream)
        elif format == "csv":
            yield from csv_rows(stream, file.path.name, file.head)
        else:
            yield from (array_rows if format == "json" else object_rows)(stream, file.path.name)


def _guessed(bad: NotUtf8, file: OpenedFile) -> Bad:
    """Adds the encoding that the text seems to have. The beginning of the file helps where a row is short."""
    guess = guess_encoding(bad.text + file.head) or guess_encoding(bad.text)
    if guess is None:
        return Bad(bad.reason, bad.detail)
    remedy = f"`iconv -f {guess} -t UTF-8 {{file}} > {{utf8}}` converts the file."
    return Bad(bad.reason, f"{bad.detail}, perhaps {guess}", remedy)


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

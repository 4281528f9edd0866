"""Reads CSV with a header. Line numbers are those of the file, even after a quoted cell that spans lines."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from trainer.data.row import CHUNK, NOT_UTF8, ROW_LIMIT, TOO_LONG, Row, shown
from trainer.runtime.events import Failure

_ENDLESS = "row without an end"


def csv_rows(file: BinaryIO, name: str) -> Iterator[Row]:
    csv.field_size_limit(ROW_LIMIT)
    overlong: set[int] = set()
    lines = _Lines(file, overlong)
    reader = csv.reader(lines, delimiter=_delimiter(file), strict=True)
    header: list[str] = []
    while True:
        first = reader.line_num + 1
        lines.of_row = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if any(part in str(error) for part in ("end of data", "field larger", _ENDLESS)):
                raise Failure(
                    "BAD_DATA",
                    f"{name}:{first}: a quotation mark in this row is not closed, so the next rows cannot be read. A quotation mark inside a quoted cell is written twice.",
                ) from None
            yield Row(first, bad=f"is not CSV: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _header(cells, f"{name}:{first}")
        elif not overlong.isdisjoint(range(first, reader.line_num + 1)):
            yield Row(first, bad=TOO_LONG)
        elif not _is_text(cells):
            yield Row(first, bad=NOT_UTF8)
        elif len(cells) != len(header):
            yield Row(first, bad=f"has {len(cells)} cells, the header has {len(header)}")
        else:
            yield Row(first, dict(zip(header, cells, strict=True)))


def _delimiter(file: BinaryIO) -> str:
    """Returns the most frequent delimiter of the header. Spreadsheets write semicolons where the decimal mark is a comma."""
    begin = file.tell()
    header = file.readline(ROW_LIMIT)
    file.seek(begin)
    return max(",;\t", key=lambda mark: header.count(mark.encode()))


def _header(cells: list[str], where: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    if not _is_text(header):
        raise Failure("BAD_DATA", f"{where}: the header {NOT_UTF8}.")
    if len(set(header)) < len(header) or "" in header:
        raise Failure("BAD_DATA", f"{where}: the header must name each column once. It is: {shown(', '.join(header))}.")
    return header


def _is_text(cells: list[str]) -> bool:
    try:
        "".join(cells).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class _Lines:
    """Yields the lines of a file to the CSV reader. `of_row` counts the bytes of the current row."""

    def __init__(self, file: BinaryIO, overlong: set[int]):
        self._file, self._overlong = file, overlong
        self._number = self.of_row = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(ROW_LIMIT + 1)
        if not line:
            raise StopIteration
        self._number += 1
        self.of_row += len(line)
        if len(line) <= ROW_LIMIT or line.endswith(b"\n"):
            # An open quotation makes one row of all the lines that follow it, so the row needs a limit.
            if self.of_row > 2 * ROW_LIMIT:
                raise csv.Error(_ENDLESS)
            # Bytes that are not UTF-8 become lone surrogates, which no UTF-8 text holds. `_is_text` finds them.
            return line.decode("utf-8", "surrogateescape")
        self._overlong.add(self._number)
        quotes = line.count(b'"')
        while rest := self._file.readline(CHUNK):
            quotes += rest.count(b'"')
            if rest.endswith(b"\n"):
                break
        # The next rows depend only on whether this line leaves a quotation open.
        return '"\n' if quotes % 2 else "x\n"

"""Reads CSV with a header. Line numbers are those of the file, even after a quoted cell that spans lines."""

import csv
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from trainer.data.files.csv_dialect import dialect_of
from trainer.data.files.row import CHUNK, ROW_LIMIT, TOO_LONG, Bad, NotUtf8, Row, shown
from trainer.runtime.events import Failure

_ENDLESS = "row without an end"


class BadHeader(Exception):
    """The header is not UTF-8, so no column has a name."""

    def __init__(self, where: str, bad: NotUtf8):
        super().__init__(where)
        self.where, self.bad = where, bad


def csv_rows(file: BinaryIO, name: str, head: bytes) -> Iterator[Row]:
    csv.field_size_limit(ROW_LIMIT)
    overlong: set[int] = set()
    separator, skipped = dialect_of(head)
    for _ in range(skipped):
        file.readline(ROW_LIMIT)
    lines = _Lines(file, overlong)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    header: list[str] = []
    while True:
        at, first = reader.line_num + 1, reader.line_num + 1 + skipped
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
            yield Row(first, bad=Bad(f"is not CSV: {error}", remedy=_QUOTES))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _header(cells, separator, f"{name}:{first}")
        elif not overlong.isdisjoint(range(at, reader.line_num + 1)):
            yield Row(first, bad=TOO_LONG)
        elif not _is_text(cells):
            yield Row(first, bad=NotUtf8(text=separator.join(cells).encode("utf-8", "surrogateescape")))
        elif len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
            count = Bad(f"has {len(cells)} cells, the header has {len(header)}", remedy=_QUOTES)
            yield Row(first, bad=count)
        else:
            yield Row(first, _named(header, cells))


_QUOTES = "A cell that holds the separator, a line break or a quotation mark stands in quotation marks; one inside it is written twice."


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    """Leaves out what stands in columns without a name if it is nothing, or numbers: the index that pandas writes."""
    row = {}
    for number, (name, cell) in enumerate(zip(header, cells, strict=False), 1):
        if name:
            row[name] = cell
        elif cell.strip() and not cell.strip().isdigit():
            row[f"column {number}"] = cell
    return row


def _header(cells: list[str], separator: str, where: str) -> list[str]:
    """Columns without a name are no mistake: pandas writes one for its index, and Excel some at the end."""
    header = [cell.strip() for cell in cells]
    if not _is_text(header):
        text = separator.join(header).encode("utf-8", "surrogateescape")
        raise BadHeader(where, NotUtf8(text=text))
    named = [name for name in header if name]
    if len(set(named)) < len(named):
        twice = next(name for name, count in Counter(named).items() if count > 1)
        raise Failure(
            "BAD_DATA",
            f'{where}: the header must name each column once. It names "{shown(twice, 60)}" more than once: {shown(", ".join(header))}.',
        )
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

"""CSV with a header. Line numbers are those of the file, also where a quoted cell spans lines."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from trainer.events import Failure
from trainer.source_rows import CHUNK, NOT_UTF8, ROW_LIMIT, TOO_LONG, Row


def csv_rows(file: BinaryIO, name: str) -> Iterator[Row]:
    csv.field_size_limit(ROW_LIMIT)
    overlong: set[int] = set()
    reader = csv.reader(_lines(file, overlong), delimiter=_delimiter(file), strict=True)
    header: list[str] = []
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error) or "field larger" in str(error):
                raise Failure(
                    "BAD_DATA",
                    f"{name}:{first}: a quotation mark in this row is never closed, so the rows after it cannot be "
                    "told apart. "
                    "A quotation mark inside a quoted cell is written twice.",
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
    """That which the header has most often: spreadsheets write semicolons where the comma is the decimal mark."""
    begin = file.tell()
    header = file.readline(ROW_LIMIT)
    file.seek(begin)
    return max(",;\t", key=lambda mark: header.count(mark.encode()))


def _header(cells: list[str], where: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    if not _is_text(header):
        raise Failure("BAD_DATA", f"{where}: the header {NOT_UTF8}.")
    if len(set(header)) < len(header) or "" in header:
        raise Failure("BAD_DATA", f"{where}: the header must name each column once; it reads: {', '.join(header)}.")
    return header


def _is_text(cells: list[str]) -> bool:
    try:
        "".join(cells).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _lines(file: BinaryIO, overlong: set[int]) -> Iterator[str]:
    number = 0
    while line := file.readline(ROW_LIMIT + 1):
        number += 1
        if len(line) <= ROW_LIMIT or line.endswith(b"\n"):
            # Bytes that are not UTF-8 come through as lone surrogates, which UTF-8 itself cannot hold.
            yield line.decode("utf-8", "surrogateescape")
            continue
        overlong.add(number)
        quotes = line.count(b'"')
        while rest := file.readline(CHUNK):
            quotes += rest.count(b'"')
            if rest.endswith(b"\n"):
                break
        # Of the line only one thing matters for the rows after it: whether a quotation stays open.
        yield '"\n' if quotes % 2 else "x\n"

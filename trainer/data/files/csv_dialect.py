"""Finds how a table separates its cells: by the names in its header, and by the line `sep=;` that Excel takes."""

import csv

from trainer.data.rows.key_names import names_a_part

_MARKS = ",;\t|"


def dialect_of(head: bytes) -> tuple[str, int]:
    """Returns the separator and the number of lines before the header."""
    text = head.decode("utf-8", "replace")
    lines = text.splitlines()
    at = next((number for number, line in enumerate(lines) if line.strip()), 0)
    first = lines[at].strip('\r\n "') if lines else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], at + 1
    header = lines[at] if lines else ""
    return max(_MARKS, key=lambda mark: (sum(map(names_a_part, _cells(header, mark))), header.count(mark))), 0


def header_of(head: bytes) -> list[str]:
    mark, skipped = dialect_of(head)
    lines = [line for line in head.decode("utf-8", "replace").splitlines()[skipped:] if line.strip()]
    return _cells(lines[0], mark) if lines else []


def _cells(line: str, mark: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line[:65536]], delimiter=mark), [])]
    except csv.Error:
        return []

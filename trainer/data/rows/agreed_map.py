"""Finds the one map with which the rows of a file can be read, where their keys almost name their parts."""

from dataclasses import fields
from itertools import islice
from pathlib import Path

from trainer.data.files.open_file import open_file
from trainer.data.files.source_rows import detect_format, read_rows
from trainer.data.rows.bad_row import BadRow
from trainer.data.rows.read_row import training_row
from trainer.protocol.jobs import RowMap

_ROWS_LOOKED_AT = 100
# The share of those that the map must read.
_LEAST_READ = 0.95


def agreed_map(source: Path) -> dict[str, str]:
    """The map that the first rows suggest; empty where a row can be read without one, or two rows suggest different ones."""
    file = open_file(source)
    rows = [row.value for row in islice(read_rows(file, detect_format(file, "auto")), _ROWS_LOOKED_AT) if not row.bad]
    parts: dict[str, str] = {}
    for row in rows:
        try:
            training_row(row)
            return {}
        except BadRow as bad:
            for part, key in bad.row_map.items():
                if parts.setdefault(part, key) != key:
                    return {}
    if not parts:
        return {}
    read = sum(_can_be_read(row, map_of(parts)) for row in rows)
    return parts if read >= max(1, _LEAST_READ * len(rows)) else {}


def map_of(parts: dict[str, str]) -> RowMap:
    return RowMap(**{field.name: None for field in fields(RowMap)} | parts)  # type: ignore[arg-type]


def _can_be_read(row: object, row_map: RowMap) -> bool:
    try:
        training_row(row, row_map=row_map)
        return True
    except BadRow:
        return False

"""Reads one JSON object of columns, as `to_json` of pandas and `json.dumps` of a dict of lists write it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from trainer.data.files.foreign_files import refusal
from trainer.data.files.open_file import OpenedFile
from trainer.data.files.row import Bad, Row, shown
from trainer.data.files.strict_json import BadJson, parse_json
from trainer.runtime.events import Failure

# The columns are read whole, which takes several times their bytes of memory.
_LIMIT = 256 * 1024 * 1024


def column_rows(file: OpenedFile) -> Iterator[Row]:
    name = file.path.name
    with file.stream() as stream:
        text = stream.read(_LIMIT + 1)
    if len(text) > _LIMIT:
        orient = ", orient='split'" if re.match(rb'\s*\{\s*"columns"', file.head) else ""
        raise refusal(
            file,
            f"JSON of columns of more than {_LIMIT // (1024 * 1024)} MB, which cannot be read row by row",
            f'`python -c "import pandas; pandas.read_json({{path!r}}{orient})'
            ".to_json({new!r}, orient='records', lines=True, force_ascii=False)\"` makes rows of it.",
        )
    try:
        columns = parse_json(text)
    except BadJson as bad:
        raise Failure("BAD_DATA", f"{name} is JSON of columns, and {bad}. It may be cut off.") from None
    if {"columns", "data"} <= columns.keys():
        yield from _split(columns, name)
        return
    values = {column: _values(value, column, name) for column, value in columns.items()}
    (first, labels), *others = ((column, list(labelled)) for column, labelled in values.items())
    for column, own in others:
        if len(own) != len(labels):
            raise Failure(
                "BAD_DATA",
                f"{name}: the columns have different lengths: {_quoted(first)} has {len(labels)} values, "
                f"{_quoted(column)} has {len(own)}. So nobody can tell which values belong to one row.",
            )
        if strange := next((label for label in own if label not in values[first]), None):
            raise Failure(
                "BAD_DATA",
                f"{name}: the column {_quoted(column)} has a row {_quoted(strange)}, {_quoted(first)} has none.",
            )
    for index, label in enumerate(labels):
        yield Row(0, {column: labelled[label] for column, labelled in values.items()}, index=index)


def _values(value: Any, column: str, name: str) -> dict[str, Any]:
    """The values of a column by their labels; in a list their places are the labels."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(index): each for index, each in enumerate(value)}
    raise Failure(
        "BAD_DATA",
        f"{name}: {_quoted(column)} is no list of values, as the other columns are: {shown(json.dumps(value), 60)}. "
        "Remove it, or write one value for each row.",
    )


def _split(table: dict[str, Any], name: str) -> Iterator[Row]:
    header, data = table["columns"], table["data"]
    if not isinstance(header, list) or not isinstance(data, list) or not all(isinstance(each, str) for each in header):
        raise Failure("BAD_DATA", f"{name}: `columns` must be a list of names, and `data` a list of rows.")
    if twice := next((each for each in header if header.count(each) > 1), None):
        raise Failure("BAD_DATA", f"{name}: `columns` names {_quoted(twice)} more than once.")
    for index, cells in enumerate(data):
        if not isinstance(cells, list) or len(cells) != len(header):
            count = len(cells) if isinstance(cells, list) else 1
            yield Row(0, bad=Bad(f"has {count} values, `columns` names {len(header)}"), index=index)
        else:
            yield Row(0, dict(zip(header, cells, strict=True)), index=index)


def _quoted(text: str) -> str:
    return f'"{shown(text, 60)}"'

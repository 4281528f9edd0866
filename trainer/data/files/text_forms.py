"""Decides the format of a text by its content, then by its name, and refuses texts that are not rows, each in one sentence."""

import json
import re
from collections.abc import Sequence

from trainer.data.files.csv_dialect import header_of
from trainer.data.files.foreign_files import refusal
from trainer.data.files.one_object import holds_columns
from trainer.data.files.open_file import OpenedFile
from trainer.data.files.row import BLANK
from trainer.data.rows.key_names import names_a_part

_JSON_SUFFIXES = (".jsonl", ".json", ".ndjson", ".jsonlines")
_TABLE_SUFFIXES = (".csv", ".tsv")
_YAML = re.compile(rb"(---\s*\n|- [\w\"']+:\s|- - )")


def text_format(file: OpenedFile) -> str:
    """Returns `jsonl`, `objects`, `columns`, `json` or `csv`. Raises NOT_ROWS."""
    lines = [line for line in file.head.split(b"\n") if line.strip(BLANK)]
    if not lines:
        return "csv" if file.suffix in _TABLE_SUFFIXES else "jsonl"
    first = lines[0].lstrip(BLANK)
    if first[:1] == b"{" and (file.suffix not in _TABLE_SUFFIXES or first[1:].lstrip(BLANK)[:1] in (b'"', b"'", b"")):
        if holds_columns(file):
            return "columns"
        return "objects" if _goes_on(lines) else "jsonl"
    if first[:1] == b"[" and file.suffix not in _TABLE_SUFFIXES:
        return "jsonl" if len(lines) > 1 and _is_row_as_list(first) else "json"
    if first[:1] == b"|" and len(lines) > 1 and b"-" in lines[1] and not lines[1].strip(b"|-: \t\r"):
        raise refusal(file, "a Markdown table", "Write the rows into a CSV or JSONL file.")
    if file.suffix in _TABLE_SUFFIXES:
        return "csv"
    table = sum(map(names_a_part, header_of(file.head))) > 1
    if file.suffix in _JSON_SUFFIXES:
        # One such line may be a damaged row; several are a file of another kind.
        if len(lines) < 2 or any(line.lstrip(BLANK)[:1] in (b"{", b"[") for line in lines[:20]):
            return "jsonl"
        if table:
            return "csv"
    if file.suffix in (".yaml", ".yml") or _YAML.match(file.head.lstrip(BLANK)):
        raise refusal(
            file,
            "YAML",
            '`python -c "import json, yaml; [print(json.dumps(row)) for row in yaml.safe_load(open({path!r}))]" > {new}` makes rows of it.',
        )
    if table or any(map(names_a_part, header_of(file.head))):
        return "csv"
    raise refusal(
        file,
        "plain text",
        'temper trains on questions with answers. A row is, for example: {"instruction": "…", "output": "…"}. A table needs a first line that names its columns. Of prose a model can write rows: `from: documents` in the `prepare` step, or `npx temper init {file}`.',
    )


def _goes_on(lines: Sequence[bytes]) -> bool:
    """Says whether the first row is an object that its line does not close, outside a string."""
    if len(lines) < 2:
        return False
    plain = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", lines[0])
    return (
        b'"' not in plain
        and plain.count(b"{") + plain.count(b"[") > plain.count(b"}") + plain.count(b"]")
        and plain.count(b"[") < 1000
    )


def _is_row_as_list(line: bytes) -> bool:
    """Says whether a line is a conversation or a pair without a key, so that the file is lines of such and no array of rows."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(value, list)
        and bool(value)
        and not (isinstance(value[0], dict) and not {"role", "from"} & value[0].keys())
    )

"""Parses JSON more strictly than Python's json module does, and says what a text is that is not JSON."""

import json
import re
from typing import Any

from trainer.data.files.row import Bad, NotUtf8, Row

_PYTHON_WORD = re.compile(r"(True|False|None)\b")


def row_of(line: int, text: bytes, index: int | None = None) -> Row:
    try:
        return Row(line, parse_json(text), index=index)
    except BadJson as bad:
        return Row(line, bad=bad.why, index=index)


class BadJson(Exception):
    """The reason why a text is not valid JSON."""

    def __init__(self, why: Bad):
        super().__init__(str(why))
        self.why = why


def parse_json(text: bytes | str) -> Any:
    """Refuses a repeated key, which would hide a value, and NaN, which is not JSON. Raises BadJson."""
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(NotUtf8(detail=f" (byte {error.start + 1} of the row)", text=error.object)) from None
    try:
        return json.loads(decoded, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise BadJson(_not_json(decoded, error)) from None
    except RecursionError:
        raise BadJson(Bad("is nested too deeply")) from None
    except ValueError:
        # Python parses integers in quadratic time, so it refuses more than 4300 digits.
        raise BadJson(Bad("is not JSON that temper can read: a number has too many digits")) from None


def _not_json(text: str, error: json.JSONDecodeError) -> Bad:
    """Names the habits of other languages and tools; all other mistakes have the parser's words."""
    rest, detail = text[error.pos :], f" (column {error.colno})"
    before = text[: error.pos].rstrip()
    if error.msg == "Extra data" and rest.strip() == ",":
        return Bad(
            "is not JSON: a comma follows the row",
            detail,
            "In JSONL each line ends with the row: `sed -i 's/,[[:space:]]*$//' {file}` removes the commas.",
        )
    if error.msg == "Extra data" and rest.startswith(("{", "[")):
        return Bad(
            "is not JSON: Extra data, a second row on the line",
            detail,
            "`jq -c . {file} > {new}` writes one row per line.",
        )
    if rest.startswith(("//", "/*", "#")):
        return Bad("is not JSON: it has a comment", detail)
    if rest.startswith("'") or _PYTHON_WORD.match(rest):
        return Bad(
            "is not JSON: it is written as Python prints it",
            detail,
            "Write rows with `json.dumps(row)`, not with `str(row)`.",
        )
    if rest.startswith(("“", "”", "‘", "’")):
        return Bad("is not JSON: it has curly quotation marks", detail, 'JSON has straight ones: `"`.')
    # The parser's place is the comma or the bracket, by the version of Python.
    if (rest.startswith(("}", "]")) and before.endswith(",")) or re.match(r",\s*[}\]]", rest):
        return Bad("is not JSON: a comma stands before the closing bracket", detail)
    if before.endswith(("：", "，")) or rest.startswith(("：", "，")):
        return Bad("is not JSON: it has a full-width colon or comma", detail)
    return Bad(f"is not JSON: {error.msg}", f" at column {error.colno}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise BadJson(Bad(f'has the key "{next(key for key in keys if keys.count(key) > 1)}" twice'))
    return made


def _constant(name: str) -> Any:
    raise BadJson(
        Bad(
            f"holds {name}, which is not JSON",
            "",
            "pandas writes such a value as null: `frame.to_json(PATH, orient='records', lines=True)`.",
        )
    )

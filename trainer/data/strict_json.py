"""Parses JSON more strictly than Python's json module does."""

import json
from typing import Any

from trainer.data.row import NOT_UTF8, Row


def row_of(line: int, text: bytes, index: int | None = None) -> Row:
    try:
        return Row(line, parse_json(text), index=index)
    except BadJson as bad:
        return Row(line, bad=str(bad), index=index)


class BadJson(Exception):
    """The reason why a text is not valid JSON."""


def parse_json(text: bytes | str) -> Any:
    """Refuses a repeated key, which would hide a value, and NaN, which is not JSON. Raises BadJson."""
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
        return json.loads(decoded, object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise BadJson(f"{NOT_UTF8} (byte {error.start + 1} of the row)") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"is not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise BadJson("is nested too deeply") from None
    except ValueError:
        # Python parses integers in quadratic time, so it refuses more than 4300 digits.
        raise BadJson("is not JSON that temper can read: a number has too many digits") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise BadJson(f'has the key "{next(key for key in keys if keys.count(key) > 1)}" twice')
    return made


def _constant(name: str) -> Any:
    raise BadJson(f"holds {name}, which is not JSON")

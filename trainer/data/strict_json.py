"""JSON, read more strictly than Python's own reader does."""

import json
from typing import Any

from trainer.data.row import NOT_UTF8, Row


def row_of(line: int, text: bytes, index: int | None = None) -> Row:
    try:
        return Row(line, parse_json(text), index=index)
    except BadJson as bad:
        return Row(line, bad=str(bad), index=index)


class BadJson(Exception):
    """Says of a text why it is no JSON."""


def parse_json(text: bytes | str) -> Any:
    """Stricter than Python's own: a repeated key hides one of its values, and NaN is not JSON."""
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
        # Python reads whole numbers in quadratic time, and therefore none of more than 4300 digits.
        raise BadJson("is not JSON that can be read: a number has too many digits") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise BadJson(f'has the key "{next(key for key in keys if keys.count(key) > 1)}" twice')
    return made


def _constant(name: str) -> Any:
    raise BadJson(f"holds {name}, which is not JSON")

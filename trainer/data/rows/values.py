"""Reads single values of a row: texts, lists, marks that are true or false, and values that say nothing."""

import math
from typing import Any

from trainer.data.files.strict_json import BadJson, parse_json
from trainer.data.rows.bad_row import BadRow, kind_of
from trainer.protocol.rows import DISAPPROVAL

# What libraries and spreadsheets write where there is nothing.
_NOTHING = frozenset(("", "[]", "{}", "null", "none", "nan", "n/a", '""', "[{}]"))
_YES = frozenset(("true", "yes", "1", "1.0", "good", "desirable", "chosen"))
_DISAPPROVAL = frozenset(DISAPPROVAL)
_NO = frozenset(("false", "no", "0", "0.0", "bad", "undesirable", "rejected"))


def is_blank(value: Any) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def says_nothing(value: Any, depth: int = 20) -> bool:
    """Says whether the value of an extra key is none, also where a table of columns fills in nulls."""
    if isinstance(value, str):
        return value.strip().lower() in _NOTHING
    if isinstance(value, float):
        return math.isnan(value)
    if isinstance(value, (list, tuple)):
        return depth > 0 and all(says_nothing(each, depth - 1) for each in value)
    if isinstance(value, dict):
        return depth > 0 and all(says_nothing(each, depth - 1) for each in value.values())
    return value is None


def mark(value: Any) -> bool | None:
    """Returns the meaning of a mark, or None if the value is no mark."""
    if isinstance(value, str):
        word = value.strip().lower()
        return True if word in _YES else False if word in _NO else None
    if isinstance(value, (bool, int, float)) and value in (0, 1):
        return bool(value)
    return None


def disapproves(value: Any) -> bool:
    """Says whether a value is a word that judges the row."""
    return isinstance(value, str) and value.strip().lower() in _DISAPPROVAL


def checked_text(content: Any, what: str) -> str:
    if not isinstance(content, str):
        raise BadRow(f"{what} is {kind_of(content)}, not text")
    if not content.strip():
        raise BadRow(f"{what} is empty")
    if "\0" in content:
        raise BadRow(f"{what} holds a NUL character")
    try:
        content.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRow(f"{what} holds half of a character (a lone surrogate)") from None
    return content


def checked_list(value: Any, name: str) -> list[Any]:
    """Reads a list, or a text that is JSON of a list: a cell of a table can hold a conversation only as text."""
    if isinstance(value, str):
        try:
            value = parse_json(value)
        except BadJson as bad:
            raise BadRow(f'"{name}" {bad.why.reason}', bad.why.detail) from None
    if not isinstance(value, list):
        raise BadRow(f'"{name}" is {kind_of(value)}, not a list of messages')
    return value

"""Recognizes a file that is one JSON object around its rows, or one object of columns, from its first bytes."""

import json
import re
from typing import Any

from trainer.data.files.foreign_files import refusal
from trainer.data.files.open_file import OpenedFile
from trainer.data.rows.key_names import normalized
from trainer.protocol.rows import ROW_PARTS

_WHOLE = json.JSONDecoder(strict=False)


class _Cut(str):
    """The beginning of a value that the head of the file does not hold whole."""


def _outline(text: str) -> tuple[dict[str, Any], str]:
    """Returns the keys of the object at the beginning with their values, and the text after the object."""
    found: dict[str, Any] = {}
    at = text.index("{") + 1
    while True:
        at = _skip(text, at, ",")
        if text[at : at + 1] == "}":
            return found, text[at + 1 :]
        try:
            key, at = _WHOLE.raw_decode(text, at)
            at = _skip(text, at, ":")
        except ValueError:
            return found, ""
        if not isinstance(key, str):
            return found, ""
        try:
            found[key], at = _WHOLE.raw_decode(text, at)
        except ValueError:
            found[key] = _Cut(text[at : at + 2000])
            return found, ""


def _skip(text: str, at: int, mark: str) -> int:
    while at < len(text) and text[at] in " \t\r\n" + mark:
        at += 1
    return at


def holds_columns(file: OpenedFile) -> bool:
    """Says whether the file is one object of columns. Raises NOT_ROWS where it is one object around the rows."""
    try:
        keys, rest = _outline(file.head.decode("utf-8", "replace"))
    except RecursionError:
        return False
    if rest.strip(" \t\r\n,") or not keys:
        return False
    if _is_columns(keys):
        return True
    _refuse_one_object(file, keys)
    return False


def _refuse_one_object(file: OpenedFile, keys: dict[str, Any]) -> None:
    if any(normalized(key) in ROW_PARTS for key in keys):
        return
    holders = [key for key, value in keys.items() if _holds_rows(value)]
    inner = next((key for key in holders if _first_keys(keys[key]) & {"row"}), None)
    if holder := inner or next(iter(holders), None):
        path = f".{holder}" if holder.isidentifier() and holder.isascii() else f'.["{holder}"]'
        raise refusal(
            file,
            f'one object, and its key "{holder}" holds the rows',
            f"`jq -c '{path}[]{'.row' if inner else ''}' {{file}} > {{new}}` writes them as JSONL.",
        )
    if "error" in keys and len(keys) < 4:
        raise refusal(
            file, f"a server's answer, which tells an error: {json.dumps(keys['error'])[:200]}", "Fetch the file again."
        )
    if len(keys) > 1 and all(
        isinstance(value, dict) and _has_part(value) for value in keys.values() if not isinstance(value, _Cut)
    ):
        raise refusal(
            file, "one object with a row under each of its keys", "`jq -c '.[]' {file} > {new}` writes them as JSONL."
        )


def _is_columns(keys: dict[str, Any]) -> bool:
    if {"columns", "data"} <= keys.keys() or list(keys)[:2] == ["columns", "index"]:
        return True
    values = list(keys.values())
    if all(isinstance(value, dict) and value and all(name.isdigit() for name in value) for value in values[:-1]) and (
        isinstance(values[-1], dict)
        and values[-1]
        and all(name.isdigit() for name in values[-1])
        or isinstance(values[-1], _Cut)
        and re.match(r'\{\s*"0"\s*:', values[-1])
    ):
        return True
    parts = {key: ROW_PARTS.get(key) for key in keys}
    named = [value for key, value in keys.items() if parts[key] not in (None, "conversation", "history")]
    if not named:
        talks = [value for key, value in keys.items() if parts[key] == "conversation"]
        # A conversation is a list of messages, so a list of such lists is a column of them.
        return bool(talks) and all(re.match(r"\[\s*\[\s*\{", _text(value)) for value in talks)
    return bool(named) and all(
        isinstance(value, list)
        and value
        and isinstance(value[0], str)
        or isinstance(value, _Cut)
        and re.match(r'\[\s*"', value)
        for value in named
    )


def _text(value: Any) -> str:
    return value if isinstance(value, _Cut) else json.dumps(value[:1] if isinstance(value, list) else value)


def _holds_rows(value: Any) -> bool:
    names = _first_keys(value)
    return bool(names) and not names & {"role", "from"}


def _first_keys(value: Any) -> set[str]:
    """The keys of the first object in a list, as far as the head of the file has them."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return set(value[0])
    if isinstance(value, _Cut) and re.match(r"\[\s*\{", value):
        return set(_outline(value)[0])
    return set()


def _has_part(value: dict[str, Any]) -> bool:
    return any(normalized(key) in ROW_PARTS for key in value)

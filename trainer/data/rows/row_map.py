"""Reads a row whose keys have names of their own, by a map from the parts of a row to its keys."""

from typing import Any

from trainer.data.files.row import shown
from trainer.data.rows.bad_row import BadRow
from trainer.data.rows.values import checked_list, is_blank
from trainer.protocol.jobs import RowMap
from trainer.protocol.rows import ROW_PARTS

# The part of the map, the key that the readers know, and the parts whose other keys are then not read.
_PARTS = (
    ("user", "prompt", ("prompt", "instruction")),
    ("assistant", "completion", ("answer",)),
    ("system", "system", ("system",)),
    ("input", "input", ("input",)),
    ("messages", "messages", ("conversation",)),
)
_MAY_LACK = ("system", "input")
# What a map calls the keys that temper suggests.
_CALLED = {
    "prompt": "user",
    "instruction": "user",
    "completion": "assistant",
    "output": "assistant",
    "answer": "assistant",
    "system": "system",
    "input": "input",
    "messages": "messages",
}
_MISSING = object()


def mapped(value: dict[str, Any], row_map: RowMap) -> tuple[dict[str, Any], list[str]]:
    """Returns the row with known keys, and the keys that are not read since the map names others for their part."""
    taken: dict[str, Any] = {}
    keys: set[str] = set()
    parts: set[str] = set()
    for part, known, instead in _PARTS:
        path = getattr(row_map, part)
        if path is None:
            continue
        found = _at(value, path)
        if found is _MISSING and part not in _MAY_LACK:
            named = ", ".join(shown(each, 60) for each in list(value)[:20]) or "nothing"
            raise BadRow(f'has no "{path}", which `map` names for `{part}`; it has: {named}')
        keys.add(path if path in value else path.split(".")[0])
        parts.update(instead)
        if found is not _MISSING:
            taken[known] = found
    rest = {key: content for key, content in value.items() if key not in keys}
    unused = [key for key, content in rest.items() if ROW_PARTS.get(key) in parts and not is_blank(content)]
    row = {**{key: content for key, content in rest.items() if key not in unused}, **taken}
    _rename_messages(row, row_map)
    return row, unused


def _rename_messages(row: dict[str, Any], row_map: RowMap) -> None:
    if row_map.role is None and row_map.content is None and not row_map.roles:
        return
    for name in ("messages", "conversations", "conversation"):
        if not is_blank(row.get(name)):
            row[name] = [_renamed(turn, row_map) for turn in checked_list(row[name], name)]


def _renamed(turn: Any, row_map: RowMap) -> Any:
    if not isinstance(turn, dict):
        return turn
    new = dict(turn)
    for key, known, others in ((row_map.role, "role", ("from",)), (row_map.content, "content", ("value",))):
        if key is None:
            continue
        if key not in turn:
            raise BadRow(f'has a message without "{key}", which `map` names for `{known}`; it has: {", ".join(turn)}')
        for other in (key, *others):
            new.pop(other, None)
        new[known] = turn[key]
    roles = row_map.roles or {}
    role = "role" if "role" in new else "from"
    if isinstance(new.get(role), str):
        new[role] = roles.get(new[role], new[role])
    return new


def _at(value: Any, path: str) -> Any:
    """A key with a full stop in its name comes before a path."""
    if path in value:
        return value[path]
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value


def suggested_map(renames: dict[str, str]) -> dict[str, str]:
    """The map that reads keys which almost name a part, its parts with their keys; empty if a map cannot."""
    parts = {_CALLED[known]: key for key, known in renames.items() if known in _CALLED}
    if len(parts) < len(renames) or not all(key.isidentifier() for key in renames):
        return {}
    return parts

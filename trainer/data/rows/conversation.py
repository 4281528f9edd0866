"""Assembles the turns of a row from its parts, whatever their names."""

from typing import Any

from trainer.data.files.strict_json import BadJson, parse_json
from trainer.data.rows.bad_row import BadRow
from trainer.data.rows.messages import Message, make_message, read_messages
from trainer.data.rows.values import checked_list, checked_text, is_blank
from trainer.protocol.rows import ANSWER, HISTORY, INPUT, SYSTEM


def pick(value: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """Returns the key that holds a part. Raises BadRow if two keys hold it and say different things."""
    present = [name for name in names if name in value]
    full = [name for name in present if not is_blank(value[name])]
    for other in full[1:]:
        if _plain(value[other]) != _plain(value[full[0]]):
            raise BadRow(f'has "{full[0]}" and "{other}", which differ; keep one of them')
    return next(iter(full or present), None)


def listed(value: dict[str, Any], name: str, unused: list[str]) -> list[Message]:
    """Reads a conversation. An answer beside it is its last turn if it ends with the user."""
    turns = read_messages(checked_list(value[name], name), unused)
    for names in (INPUT, HISTORY):
        if (extra := pick(value, names)) and not is_blank(value[extra]):
            raise BadRow(f'has "{extra}" beside "{name}"; write it into the messages')
    answer = pick(value, ANSWER)
    if answer and not is_blank(value[answer]):
        if turns and turns[-1]["role"] == "user":
            turns += _turns(value[answer], answer, "assistant", unused)
        elif not turns or value[answer] != turns[-1]["content"]:
            unused.append(answer)
    return _with_system(value, turns)


def asked(value: dict[str, Any], name: str, unused: list[str]) -> list[Message]:
    """Reads a question with all that belongs to it, and its answer if there is one."""
    turns = _history(value, unused)
    extra = pick(value, INPUT)
    extra = extra if extra and not is_blank(value[extra]) else None
    if isinstance(value[name], list):
        if extra or turns:
            raise BadRow(f'has "{extra or "history"}" beside a "{name}" of messages; write it into the messages')
        turns = read_messages(value[name], unused)
    else:
        text = checked_text(value[name], f'"{name}"')
        if extra:
            text = f"{text}\n\n{checked_text(value[extra], _quoted(extra))}"
        turns.append(make_message("user", text))
    answer = pick(value, ANSWER)
    if answer and not is_blank(value[answer]):
        turns += _turns(value[answer], answer, "assistant", unused)
    return _with_system(value, turns)


def _turns(content: Any, name: str, role: str, unused: list[str]) -> list[Message]:
    if isinstance(content, list):
        return read_messages(content, unused)
    return [make_message(role, checked_text(content, _quoted(name)))]


def _history(value: dict[str, Any], unused: list[str]) -> list[Message]:
    history = value.get(HISTORY[0])
    if isinstance(history, str) and history.strip():
        try:
            history = parse_json(history)
        except BadJson:
            pass
    if is_blank(history):
        return []
    wanted = BadRow('"history" must be a list of [question, answer] pairs')
    if not isinstance(history, list):
        raise wanted
    if all(isinstance(turn, dict) for turn in history):
        return read_messages(history, unused)
    turns = []
    for pair in history:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise wanted
        turns += [make_message("user", pair[0]), make_message("assistant", pair[1])]
    return turns


def _with_system(value: dict[str, Any], turns: list[Message]) -> list[Message]:
    name = pick(value, SYSTEM)
    if name is None or is_blank(value[name]):
        return turns
    text = checked_text(value[name], _quoted(name))
    if turns and turns[0]["role"] == "system":
        if _plain(turns[0]["content"]) != _plain(text):
            raise BadRow(f'has two system messages: the key "{name}" and its first message')
        return turns
    return [{"role": "system", "content": text}, *turns]


def _plain(content: Any) -> Any:
    return content.strip() if isinstance(content, str) else content


def _quoted(name: str) -> str:
    return f'"{name}"'

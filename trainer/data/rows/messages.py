"""Reads one message of a conversation."""

from typing import Any

from trainer.data.rows.bad_row import BadRow, kind_of
from trainer.data.rows.key_rules import examine
from trainer.data.rows.tools import read_calls
from trainer.data.rows.values import checked_text, is_blank
from trainer.protocol.rows import CALL_ID, CALLS, CONTENT, MESSAGE_PARTS, NEAR_MESSAGE_NAMES, REFUSED_ROLES, ROLE, ROLES

Message = dict[str, Any]

_MARKS = ("<image>", "<video>", "<audio>")


def read_messages(turns: list[Any], unused: list[str]) -> list[Message]:
    return [read_message(turn, unused) for turn in turns]


def read_message(turn: Any, unused: list[str]) -> Message:
    """Adds keys that are not read to `unused`. Raises BadRow."""
    if not isinstance(turn, dict):
        raise BadRow(f"has a message that is {kind_of(turn)}, not an object")
    filled = {MESSAGE_PARTS[key] for key in turn if key in MESSAGE_PARTS and not is_blank(turn[key])}
    found = examine(turn, MESSAGE_PARTS, NEAR_MESSAGE_NAMES, filled, {})
    if renaming := found.renaming():
        raise BadRow(f"has a message with other keys; {renaming}")
    role = _role(_one(turn, ROLE))
    calls = turn.get(CALLS[0])
    content = _one(turn, CONTENT, may_lack=not is_blank(calls))
    if isinstance(content, list):
        content = _joined(content, unused)
    if role == "call":
        message: Message = {"role": "assistant", "content": "", "tool_calls": read_calls(content)}
    elif not is_blank(calls):
        message = _calling(role, content, calls)
    else:
        message = make_message(role, content)
    if message["role"] == "tool" and isinstance(turn.get(CALL_ID[0]), str):
        message["tool_call_id"] = turn[CALL_ID[0]]
    if message["role"] == "assistant":
        if found.left_out:
            message["weight"] = 0
    else:
        unused += [f"messages[].{key} of the {role}" for key in found.learned]
    unused += [f"messages[].{key}" for key in found.unused]
    return message


def _calling(role: str, content: Any, calls: Any) -> Message:
    if role != "assistant":
        raise BadRow(f'has "tool_calls" in a message of the {role}; the assistant calls tools')
    text = "" if is_blank(content) else checked_text(content, "the assistant's message")
    return {"role": role, "content": text, "tool_calls": read_calls(calls)}


def make_message(role: str, content: Any) -> Message:
    text = checked_text(content, f"the {role}'s message")
    shown = text.strip()
    if role == "user":
        for mark in _MARKS:
            if (shown.startswith(mark) or shown.endswith(mark)) and mark.replace("<", "</") not in shown:
                raise BadRow(f"has the mark {mark}, which stands for something that is not text; temper trains on text")
    return {"role": role, "content": text}


def _one(turn: dict[str, Any], names: tuple[str, ...], may_lack: bool = False) -> Any:
    present = [name for name in names if turn.get(name) is not None]
    if len(present) > 1 and turn[present[0]] != turn[present[1]]:
        raise BadRow(f'has a message with "{present[0]}" and "{present[1]}", which differ')
    if not present and not may_lack and not any(name in turn for name in names):
        raise BadRow(f'has a message without "{names[0]}"; it has: {", ".join(turn) or "nothing"}')
    return turn[present[0]] if present else None


def _role(role: Any) -> str:
    word = role.strip().lower() if isinstance(role, str) else ""
    if word in REFUSED_ROLES:
        raise BadRow(f"has a message of role {role!r}, which {REFUSED_ROLES[word]}")
    if word not in ROLES:
        raise BadRow(f"has a message of role {role!r}; known are system, user and assistant (or human and gpt)")
    return ROLES[word]


def _joined(parts: list[Any], unused: list[str]) -> str:
    for part in parts:
        if not isinstance(part, dict) or part.get("type", "text") != "text" or not isinstance(part.get("text"), str):
            kind = part.get("type") if isinstance(part, dict) else None
            named = f" ({kind})" if isinstance(kind, str) else ""
            raise BadRow(f"has a message with parts that are not text{named}")
        found = examine(part, {"type": "type", "text": "text"}, {}, (), {})
        unused += [f"messages[].content[].{key}" for key in found.unused]
    return "".join(part["text"] for part in parts)

"""The shapes in which people keep their rows, each turned into messages; whatever does not fit says why."""

from collections.abc import Callable
from typing import Any

from trainer.data.strict_json import BadJson, parse_json

Message = dict[str, Any]

# The roles of ShareGPT files. Left as they are, chat templates drop such turns without a word.
_ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
}
_INPUT, _ANSWER = ("input", "context"), ("output", "response", "answer", "completion")
_PROMPT, _COMPLETION = ("prompt", "question", "query"), ("completion", "response", "answer", "output")


class BadRow(Exception):
    """Says of a row why it cannot be trained on."""


def shape_of(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if "messages" in value:
        return "messages"
    if "conversations" in value or "conversation" in value:
        return "sharegpt"
    if "instruction" in value:
        return "instruction"
    return "prompt" if _first(value, _PROMPT) and _first(value, _COMPLETION) else None


def messages_of(value: Any, shape: str, system: str | None) -> list[Message]:
    """Checked: an optional system message, then user and assistant in turn, the last word the assistant's."""
    if not isinstance(value, dict):
        raise BadRow(f"is {_kind(value)}, not an object")
    messages = _READERS[shape](value)
    _check(messages)
    if system and messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": system})
    return messages


def _instruction(value: dict[str, Any]) -> list[Message]:
    question = _text(value, ("instruction",))
    extra = _optional(value, _INPUT)
    turns = _system(value)
    history = value.get("history") or []
    if not isinstance(history, list):
        raise BadRow('"history" must be a list of [question, answer] pairs')
    for pair in history:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise BadRow('"history" must be a list of [question, answer] pairs')
        turns += [_message("user", pair[0]), _message("assistant", pair[1])]
    question = f"{question}\n\n{extra}" if extra else question
    return [*turns, _message("user", question), _message("assistant", _text(value, _ANSWER))]


def _prompt(value: dict[str, Any]) -> list[Message]:
    prompt, completion = _first(value, _PROMPT), _first(value, _COMPLETION)
    if prompt and completion and isinstance(value[prompt], list) and isinstance(value[completion], list):
        return [_turn(turn) for turn in value[prompt] + value[completion]]
    return [*_system(value), _message("user", _text(value, _PROMPT)), _message("assistant", _text(value, _COMPLETION))]


def _messages(value: dict[str, Any]) -> list[Message]:
    if value.get("tools") or value.get("functions"):
        raise BadRow("offers tools, which temper cannot train on yet")
    return [_turn(turn) for turn in _list(value, ("messages",))]


def _sharegpt(value: dict[str, Any]) -> list[Message]:
    turns = [_turn(turn) for turn in _list(value, ("conversations", "conversation"))]
    return turns if turns and turns[0]["role"] == "system" else [*_system(value), *turns]


_READERS: dict[str, Callable[[dict[str, Any]], list[Message]]] = {
    "instruction": _instruction,
    "prompt": _prompt,
    "messages": _messages,
    "sharegpt": _sharegpt,
}


def _turn(turn: Any) -> Message:
    if not isinstance(turn, dict):
        raise BadRow(f"has a message that is {_kind(turn)}, not an object")
    role = turn.get("role", turn.get("from"))
    if not isinstance(role, str) or role.lower() not in _ROLES:
        raise BadRow(f"has a message of role {role!r}; known are system, user and assistant (or human and gpt)")
    if turn.get("tool_calls") or turn.get("function_call"):
        raise BadRow("has tool calls, which temper cannot train on yet")
    content = turn.get("content", turn.get("value"))
    if isinstance(content, list):
        content = _joined(content)
    message = _message(_ROLES[role.lower()], content)
    if "weight" in turn:
        if turn["weight"] not in (0, 1) or isinstance(turn["weight"], bool):
            raise BadRow(f'has a "weight" of {turn["weight"]!r}; it is 1 (learn this answer) or 0 (do not)')
        if message["role"] == "assistant" and turn["weight"] == 0:
            message["weight"] = 0
    return message


def _joined(parts: list[Any]) -> str:
    if not all(
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str) for part in parts
    ):
        raise BadRow("has a message with parts that are not text")
    return "".join(part["text"] for part in parts)


def _message(role: str, content: Any) -> Message:
    return {"role": role, "content": _checked(content, f"the {role}'s message")}


def _checked(content: Any, what: str) -> str:
    if not isinstance(content, str):
        raise BadRow(f"{what} is {_kind(content)}, not text")
    if not content.strip():
        raise BadRow(f"{what} is empty")
    if "\0" in content:
        raise BadRow(f"{what} holds a NUL character")
    try:
        content.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRow(f"{what} holds half of a character (a lone surrogate)") from None
    return content


def _text(value: dict[str, Any], names: tuple[str, ...]) -> str:
    name = _first(value, names)
    if name is None:
        raise BadRow(f'has no "{names[0]}"; it has: {", ".join(map(str, value)) or "nothing"}')
    return _checked(value[name], f'"{name}"')


def _optional(value: dict[str, Any], names: tuple[str, ...]) -> str | None:
    name = _first(value, names)
    content = value[name] if name else None
    if content is None or (isinstance(content, str) and not content.strip()):
        return None
    return _checked(content, f'"{name}"')


def _system(value: dict[str, Any]) -> list[Message]:
    content = _optional(value, ("system", "system_prompt"))
    return [{"role": "system", "content": content}] if content else []


def _list(value: dict[str, Any], names: tuple[str, ...]) -> list[Any]:
    name = _first(value, names)
    if name is None:
        raise BadRow(f'has no "{names[0]}"; it has: {", ".join(map(str, value)) or "nothing"}')
    turns = value[name]
    if isinstance(turns, str):
        # A cell of a CSV file can hold a conversation only as JSON.
        try:
            turns = parse_json(turns)
        except BadJson as bad:
            raise BadRow(f'"{name}" {bad}') from None
    if not isinstance(turns, list):
        raise BadRow(f'"{name}" is {_kind(turns)}, not a list of messages')
    return turns


def _check(messages: list[Message]) -> None:
    turns = [message["role"] for message in messages]
    if not turns:
        raise BadRow("has no messages")
    if "system" in turns[1:]:
        raise BadRow("has a system message that is not the first")
    turns = turns[turns[0] == "system" :]
    for number, role in enumerate(turns):
        if role != ("user", "assistant")[number % 2]:
            raise BadRow("begins with the assistant" if number == 0 else f"has two messages of the {role} in a row")
    if not turns or turns[-1] != "assistant":
        raise BadRow("does not end with the assistant's answer")
    if not any(message.get("weight", 1) for message in messages if message["role"] == "assistant"):
        raise BadRow("has no answer to learn: every weight is 0")


def _first(value: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in value), None)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "something else")

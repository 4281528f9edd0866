"""Turns rows of each known shape into messages. Raises BadRow with the reason if a row does not fit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trainer.data.strict_json import BadJson, parse_json
from trainer.protocol.rows import ANSWER, COMPLETION, CONVERSATION, INPUT, PROMPT, ROLES, SYSTEM

Message = dict[str, Any]


class BadRow(Exception):
    """The reason why a row cannot be used, as the end of a sentence that begins with the row."""


def shape_of(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if "messages" in value:
        return "messages"
    if _first(value, CONVERSATION):
        return "sharegpt"
    if "instruction" in value:
        return "instruction"
    return "prompt" if _first(value, PROMPT) and _first(value, COMPLETION) else None


@dataclass(frozen=True)
class Question:
    # The last message is the user's.
    messages: list[Message]
    reference: str | None


def question_of(value: Any) -> Question:
    """Reads a question of an exam. Raises BadRow.

    The row may have any shape of a training row. The answer may be missing, and the key `reference` replaces it.
    """
    if not isinstance(value, dict):
        raise BadRow(f"is {_kind(value)}, not an object")
    reference = _optional(value, ("reference",))
    turns = _turns_of_question(value)
    if turns and turns[-1]["role"] == "assistant":
        reference = reference or turns[-1]["content"]
        turns = turns[:-1]
        if not turns:
            raise BadRow("has no question before the answer")
    _check_order(turns)
    if turns[-1]["role"] != "user":
        raise BadRow("does not end with a message of the user")
    return Question([{"role": turn["role"], "content": turn["content"]} for turn in turns], reference)


def _turns_of_question(value: dict[str, Any]) -> list[Message]:
    if "messages" in value:
        return _messages(value)
    if _first(value, CONVERSATION):
        return _sharegpt(value)
    if "instruction" in value:
        return [*_asked(value), *_answered(value, ANSWER)]
    prompt = _first(value, PROMPT)
    if prompt is None:
        raise BadRow(f'has none of "prompt", "instruction" and "messages"; it has: {_keys(value)}')
    if isinstance(value[prompt], list):
        completion = _first(value, COMPLETION)
        if completion and isinstance(value[completion], list):
            return _prompt(value)
        return [*map(_turn, value[prompt]), *_answered(value, COMPLETION)]
    extra = _optional(value, INPUT)
    asked = _text(value, PROMPT)
    content = f"{asked}\n\n{extra}" if extra else asked
    return [*_system(value), _message("user", content), *_answered(value, COMPLETION)]


def _answered(value: dict[str, Any], names: tuple[str, ...]) -> list[Message]:
    """Returns the answer as a turn, or nothing if there is none."""
    answer = _optional(value, names)
    return [_message("assistant", answer)] if answer else []


def messages_of(value: Any, shape: str, system: str | None) -> list[Message]:
    """Reads a row to train on. Raises BadRow unless user and assistant alternate and the assistant is last."""
    if not isinstance(value, dict):
        raise BadRow(f"is {_kind(value)}, not an object")
    messages = _READERS[shape](value)
    _check(messages)
    if system and messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": system})
    return messages


def _instruction(value: dict[str, Any]) -> list[Message]:
    return [*_asked(value), _message("assistant", _text(value, ANSWER))]


def _asked(value: dict[str, Any]) -> list[Message]:
    """Returns the turns up to the question. The instruction and its input together are the question."""
    question = _text(value, ("instruction",))
    extra = _optional(value, INPUT)
    turns = _system(value)
    history = value.get("history") or []
    if not isinstance(history, list):
        raise BadRow('"history" must be a list of [question, answer] pairs')
    for pair in history:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise BadRow('"history" must be a list of [question, answer] pairs')
        turns += [_message("user", pair[0]), _message("assistant", pair[1])]
    question = f"{question}\n\n{extra}" if extra else question
    return [*turns, _message("user", question)]


def _prompt(value: dict[str, Any]) -> list[Message]:
    prompt, completion = _first(value, PROMPT), _first(value, COMPLETION)
    if prompt and completion and isinstance(value[prompt], list) and isinstance(value[completion], list):
        return [_turn(turn) for turn in value[prompt] + value[completion]]
    return [*_system(value), _message("user", _text(value, PROMPT)), _message("assistant", _text(value, COMPLETION))]


def _messages(value: dict[str, Any]) -> list[Message]:
    if value.get("tools") or value.get("functions"):
        raise BadRow("offers tools, which temper cannot train on yet")
    return [_turn(turn) for turn in _list(value, ("messages",))]


def _sharegpt(value: dict[str, Any]) -> list[Message]:
    turns = [_turn(turn) for turn in _list(value, CONVERSATION)]
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
    if not isinstance(role, str) or role.lower() not in ROLES:
        raise BadRow(f"has a message of role {role!r}; known are system, user and assistant (or human and gpt)")
    if turn.get("tool_calls") or turn.get("function_call"):
        raise BadRow("has tool calls, which temper cannot train on yet")
    content = turn.get("content", turn.get("value"))
    if isinstance(content, list):
        content = _joined(content)
    message = _message(ROLES[role.lower()], content)
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
        raise BadRow(f'has no "{names[0]}"; it has: {_keys(value)}')
    return _checked(value[name], f'"{name}"')


def _optional(value: dict[str, Any], names: tuple[str, ...]) -> str | None:
    name = _first(value, names)
    content = value[name] if name else None
    if content is None or (isinstance(content, str) and not content.strip()):
        return None
    return _checked(content, f'"{name}"')


def _system(value: dict[str, Any]) -> list[Message]:
    content = _optional(value, SYSTEM)
    return [{"role": "system", "content": content}] if content else []


def _list(value: dict[str, Any], names: tuple[str, ...]) -> list[Any]:
    name = _first(value, names)
    if name is None:
        raise BadRow(f'has no "{names[0]}"; it has: {_keys(value)}')
    turns = value[name]
    if isinstance(turns, str):
        # A CSV cell can hold a conversation only as JSON text.
        try:
            turns = parse_json(turns)
        except BadJson as bad:
            raise BadRow(f'"{name}" {bad}') from None
    if not isinstance(turns, list):
        raise BadRow(f'"{name}" is {_kind(turns)}, not a list of messages')
    return turns


def _check(messages: list[Message]) -> None:
    _check_order(messages)
    if messages[-1]["role"] != "assistant":
        raise BadRow("does not end with the assistant's answer")
    if not any(message.get("weight", 1) for message in messages if message["role"] == "assistant"):
        raise BadRow("has no answer to learn: every weight is 0")


def _check_order(messages: list[Message]) -> None:
    """Raises BadRow unless the messages are an optional system message, then user and assistant alternating."""
    turns = [message["role"] for message in messages]
    if not turns:
        raise BadRow("has no messages")
    if "system" in turns[1:]:
        raise BadRow("has a system message that is not the first")
    turns = turns[turns[0] == "system" :]
    for number, role in enumerate(turns):
        if role != ("user", "assistant")[number % 2]:
            raise BadRow("begins with the assistant" if number == 0 else f"has two messages of the {role} in a row")


def _keys(value: dict[str, Any]) -> str:
    return ", ".join(map(str, value)) or "nothing"


def _first(value: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in value), None)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "something else")

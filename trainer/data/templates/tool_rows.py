"""Whether the text that a chat template made of a row shows its tools, calls and results. Many templates drop them without a word."""

import json
from collections.abc import Iterator
from typing import Any


def unseen(text: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Iterator[str]:
    """Yields what of the row the text does not have, as the object of a sentence. Ignores white space, as templates change it."""
    squeezed = _squeezed(text)
    for tool in tools:
        if tool["function"]["name"] not in text:
            yield f"the tool {tool['function']['name']}"
    for message in messages:
        for call in message.get("tool_calls", ()):
            name, arguments = call["function"]["name"], call["function"]["arguments"]
            if name not in text or not all(_has(squeezed, leaf) for leaf in _leaves(arguments)):
                yield f"the call of {name}, or its arguments"
        if message["content"] and not _has(squeezed, message["content"]):
            yield f"the message of the {message['role']}" if message["role"] != "tool" else "the result of a tool"


def _has(squeezed: str, value: Any) -> bool:
    """A template may write a text as it is, or as JSON with or without escaped characters."""
    if not isinstance(value, str):
        return _squeezed(json.dumps(value)) in squeezed or _squeezed(str(value)) in squeezed
    forms = (value, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1])
    return any(_squeezed(form) in squeezed for form in forms)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    else:
        yield value


def _squeezed(text: str) -> str:
    return "".join(text.split())

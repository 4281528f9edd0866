"""What a chat template does to messages besides writing text around them."""

from collections.abc import Callable
from typing import Literal

from trainer.proof.turn_skeleton import Messages, Skeleton

# `whole`: nothing. `trimmed`: it cuts white space off messages. `thoughts`: it cuts the thoughts out of earlier answers.
Reading = Literal["whole", "trimmed", "thoughts", "otherwise"]

_THOUGHTS_END = "</think>"


def _trimmed(messages: Messages) -> Messages:
    return [{**message, "content": message["content"].strip()} for message in messages]


def _without_thoughts(messages: Messages) -> Messages:
    *earlier, last = messages
    return [
        {**message, "content": message["content"].rpartition(_THOUGHTS_END)[2].lstrip("\n")}
        if message["role"] == "assistant"
        else message
        for message in earlier
    ] + [last]


# In this order: the first that gives the template's text is what it does.
_READINGS: list[tuple[Reading, Callable[[Messages], Messages]]] = [
    ("whole", lambda messages: messages),
    ("trimmed", _trimmed),
    ("thoughts", _without_thoughts),
    ("thoughts", lambda messages: _trimmed(_without_thoughts(messages))),
]


def how_read(skeleton: Skeleton, messages: Messages, text: str) -> Reading:
    """Returns what the template does to these messages, if fixed text around the messages that are left is its text."""
    for reading, left in _READINGS:
        if skeleton.render(left(messages)) == text:
            return reading
    return "otherwise"

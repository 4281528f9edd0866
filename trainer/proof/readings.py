"""What a chat template does to messages besides writing text around them."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Literal

from trainer.proof.turn_skeleton import Messages, Skeleton

# `whole`: nothing. `trimmed`: it cuts white space off messages. `thoughts`: it cuts the thoughts out of earlier answers.
# `rewritten`: something else.
Reading = Literal["whole", "trimmed", "thoughts", "rewritten"]

_THOUGHTS_END = "</think>"
_ROLES = ("user", "assistant", "system")
_TRIMS: list[Callable[[str], str]] = [str.strip, str.lstrip, str.rstrip, lambda text: text.lstrip("\n")]
# What templates leave of an answer behind its thoughts.
_RESTS: list[Callable[[str], str]] = [str, lambda rest: rest.lstrip("\n"), str.lstrip, str.strip]


def how_read(skeleton: Skeleton, messages: Messages, text: str) -> Reading:
    """Returns the least that the template does to these messages, if fixed text around what is left of them is its text."""
    for reading, left in _readings(messages):
        if skeleton.render(left) == text:
            return reading
    return "rewritten"


def _readings(messages: Messages) -> Iterator[tuple[Reading, Messages]]:
    yield "whole", messages
    for left in _trimmed(messages):
        yield "trimmed", left
    for rest in _RESTS:
        without = _without_thoughts(messages, rest)
        if without != messages:
            yield "thoughts", without
            for left in _trimmed(without):
                yield "thoughts", left


def _trimmed(messages: Messages) -> Iterator[Messages]:
    """Yields the messages with those of some roles trimmed: each way in which templates do it."""
    for count in range(1, len(_ROLES) + 1):
        for roles in combinations(_ROLES, count):
            for trim in _TRIMS:
                yield [
                    {**message, "content": trim(message["content"])} if message["role"] in roles else message
                    for message in messages
                ]


def _without_thoughts(messages: Messages, rest: Callable[[str], str]) -> Messages:
    return [
        {**message, "content": rest(message["content"].rpartition(_THOUGHTS_END)[2])}
        if message["role"] == "assistant" and _THOUGHTS_END in message["content"]
        else message
        for message in messages
    ]

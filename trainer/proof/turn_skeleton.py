"""Finds the text that a chat template writes around messages, by rendering chats of known words.

It does not read the Jinja text. If a template only puts fixed text around messages, its output describes it completely. If
it does more, the output of some probe differs.
"""

import os.path
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trainer.runtime.events import Failure

Messages = list[dict[str, Any]]
Render = Callable[[Messages, bool], str]

_S, _U, _A = "SYSTEMPROBE", [f"USERPROBE{n}" for n in "ABC"], [f"ANSWERPROBE{n}" for n in "AB"]


class Underivable(Exception):
    """The reason why a template is more than fixed text around messages."""


@dataclass(frozen=True)
class SystemTurn:
    # The text before the system message if the first question follows, and if a later question follows.
    first: str
    later: str
    # The text between the system message and the question.
    end: str
    # "start": before the first question. "last": before the last question (Mistral).
    place: str


@dataclass(frozen=True)
class Skeleton:
    # The text before the first question if there is no system message. It includes a default system message.
    opening: str
    user_prefix: str
    user_suffix: str
    assistant_prefix: str
    assistant_suffix: str
    generation_prefix: str
    # None if the template refuses or leaves out system messages.
    system: SystemTurn | None

    @property
    def default_system(self) -> str | None:
        system = self.system
        if not system or system.place != "start":
            return None
        inner = self.opening.removeprefix(system.first)
        # If the system message is inside the question's turn, the two openings are equal.
        if inner in (self.opening, "") or not inner.endswith(system.end):
            return None
        return _cut(inner, system.end)

    def render(self, messages: Messages) -> str:
        system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
        turns = [message for message in messages if message["role"] != "system"]
        parts = []
        for number, turn in enumerate(turns):
            is_first, is_last = number == 0, number == len(turns) - 1
            if turn["role"] == "assistant":
                parts += [self.assistant_prefix, turn["content"], self.assistant_suffix]
                continue
            prefix = self.opening if is_first else self.user_prefix
            if system and self.system and (is_first if self.system.place == "start" else is_last):
                prefix = (self.system.first if is_first else self.system.later) + system + self.system.end
            parts += [prefix, turn["content"], self.user_suffix]
        return "".join(parts) + self.generation_prefix


def _cut(text: str, end: str) -> str:
    return text[: len(text) - len(end)]


def derive(render: Render) -> Skeleton:
    one = _around(render(_chat(_U[0]), True), _U[0])
    two = _around(render(_chat(_U[0], _A[0], _U[1]), True), _U[0], _A[0], _U[1])
    three = _around(render(_chat(_U[0], _A[0], _U[1], _A[1], _U[2]), True), _U[0], _A[0], _U[1], _A[1], _U[2])
    opening, to_answer, to_question, ending = two
    if one != [opening, ending] or three != [opening, to_answer, to_question, to_answer, to_question, ending]:
        raise Underivable("the text around a message depends on the number of messages")
    user_suffix = _shared(_tail(render, [_U[0]]), to_answer, ending)
    assistant_suffix = _shared(_tail(render, [_U[0], _A[0]]), to_question)
    return Skeleton(
        opening=opening,
        user_prefix=to_question[len(assistant_suffix) :],
        user_suffix=user_suffix,
        assistant_prefix=to_answer[len(user_suffix) :],
        assistant_suffix=assistant_suffix,
        generation_prefix=ending[len(user_suffix) :],
        system=_system(render, opening, assistant_suffix, to_answer, to_question, ending),
    )


def _system(
    render: Render, opening: str, assistant_suffix: str, to_answer: str, to_question: str, ending: str
) -> SystemTurn | None:
    head = [{"role": "system", "content": _S}]
    try:
        short = render(head + _chat(_U[0]), True)
        long = render(head + _chat(_U[0], _A[0], _U[1]), True)
    except Failure:
        raise
    except Exception:
        return None
    if _S not in short:
        return None
    first, end, rest = _around(short, _S, _U[0])
    if rest != ending:
        raise Underivable("a system message changes what follows the question")
    if long.find(_S) < long.find(_U[0]):
        if _around(long, _S, _U[0], _A[0], _U[1]) != [first, end, to_answer, to_question, ending]:
            raise Underivable("a system message changes the turns after it")
        return SystemTurn(first, "", end, "start")
    before, answer, later, between, rest = _around(long, _U[0], _A[0], _S, _U[1])
    if [before, answer, between, rest] != [opening, to_answer, end, ending] or not later.startswith(assistant_suffix):
        raise Underivable("a system message changes the turns before it")
    return SystemTurn(first, later[len(assistant_suffix) :], end, "last")


def _chat(*contents: str) -> Messages:
    return [{"role": ("user", "assistant")[n % 2], "content": content} for n, content in enumerate(contents)]


def _tail(render: Render, contents: list[str]) -> str | None:
    """Returns the text after the last turn without a generation prompt, or None if the template refuses such a chat."""
    try:
        return _around(render(_chat(*contents), False), *contents)[-1]
    except Failure:
        raise
    except Exception:
        return None


def _shared(tail: str | None, *continued: str) -> str:
    return os.path.commonprefix([*([] if tail is None else [tail]), *continued])


def _around(text: str, *words: str) -> list[str]:
    parts = []
    for word in words:
        before, found, text = text.partition(word)
        if not found or word in text:
            raise Underivable(f"it leaves out, repeats or moves a message ({word})")
        parts.append(before)
    return [*parts, text]

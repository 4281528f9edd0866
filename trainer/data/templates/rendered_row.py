"""Finds the messages of a row in the text that the chat template made of it.

A template is a program: it may leave out a role, trim a message, cut the thinking out of an answer, or move a message. The
text around the messages of a chat depends mostly on the roles alone, so it is found once, by rendering words that stand for
the messages. A row whose text equals these parts around its messages is whole. Only other rows are searched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trainer.data.templates.chat_template import Renderer
from trainer.runtime.events import Failure

Messages = Sequence[dict[str, Any]]
# `white_space`: white space is trimmed or added. `thoughts`: the answer lacks its part up to `</think>`.
# `changed`: something else of it is missing. `moved`: another message comes before it.
State = Literal["whole", "white_space", "thoughts", "changed", "dropped", "moved"]

_THOUGHTS_END = "</think>"


@dataclass(frozen=True)
class Seen:
    state: State
    # The place of the message in the text. None if it is not there as the state says.
    span: tuple[int, int] | None = None


@dataclass(frozen=True)
class Frame:
    """The text around the messages of a chat: `parts[k]` stands before the message `order[k]`, the last part at the end."""

    parts: list[str]
    order: list[int]

    def moved(self, roles: Sequence[str]) -> set[int]:
        """Returns the messages that stand at another place than in the row: the system message, or all that follow it."""
        if self.order == sorted(self.order):
            return set()
        turns = [index for index in self.order if roles[index] != "system"]
        return set(self.order) - (set(turns) if turns == sorted(turns) else set())


class Frames:
    def __init__(self, renderer: Renderer):
        self._renderer = renderer
        self._known: dict[tuple[str, ...], Frame | None] = {}

    def of(self, roles: tuple[str, ...]) -> Frame | None:
        """Returns None if the template refuses such a chat, or writes a message twice."""
        if roles not in self._known:
            self._known[roles] = self._find(roles)
        return self._known[roles]

    def own_system(self) -> str | None:
        """Returns the system message that the template writes into a chat without one."""
        alone, both = self.of(("user",)), self.of(("system", "user"))
        if alone is None or both is None or both.order != [0, 1]:
            return None
        opening, first, end = alone.parts[0], both.parts[0], both.parts[1]
        inner = opening.removeprefix(first).removesuffix(end)
        return inner if inner and opening == first + inner + end else None

    def _find(self, roles: tuple[str, ...]) -> Frame | None:
        words = [f"MESSAGE{number}PROBE" for number in range(len(roles))]
        try:
            text = self._renderer.text(
                [{"role": role, "content": word} for role, word in zip(roles, words, strict=True)]
            )
        except Failure:
            raise
        except Exception:
            return None
        order = sorted((index for index, word in enumerate(words) if word in text), key=lambda i: text.index(words[i]))
        parts = []
        for index in order:
            before, _, text = text.partition(words[index])
            parts.append(before)
        parts.append(text)
        return Frame(parts, order) if not any(word in part for part in parts for word in words) else None


def find_messages(text: str, messages: Messages, frame: Frame | None) -> list[Seen]:
    """Returns for each message of a row whether the text has it."""
    if frame is None:
        return _search(text, messages, range(len(messages)))
    found = _exact(text, messages, frame) or _walk(text, messages, frame) or _search(text, messages, frame.order)
    for index in frame.moved([message["role"] for message in messages]):
        found[index] = Seen("moved", found[index].span)
    return found


def _exact(text: str, messages: Messages, frame: Frame) -> list[Seen] | None:
    pieces, spans, at = [], {}, 0
    for part, index in zip(frame.parts, frame.order, strict=False):
        content = messages[index]["content"]
        start = at + len(part)
        at = start + len(content)
        spans[index] = (start, at)
        pieces += [part, content]
    if "".join([*pieces, frame.parts[-1]]) != text:
        return None
    return [Seen("whole", spans[i]) if i in spans else Seen("dropped") for i in range(len(messages))]


def _walk(text: str, messages: Messages, frame: Frame) -> list[Seen] | None:
    """Follows the parts through the text. Returns None if they are not all there."""
    found = [Seen("dropped")] * len(messages)
    if not text.startswith(frame.parts[0]):
        return None
    at = len(frame.parts[0])
    for place, index in enumerate(frame.order):
        after = frame.parts[place + 1]
        is_last = place + 1 == len(frame.order)
        for state, reading in _readings(messages[index]):
            end = at + len(reading)
            if text.startswith(reading, at) and (text[end:] == after if is_last else text.startswith(after, end)):
                found[index] = Seen(state, (at, end))
                break
        else:
            found[index] = Seen("changed")
            end = len(text) - len(after) if is_last else text.find(after, at)
            if end < at or not text.startswith(after, end):
                return None
        at = end + len(after)
    return found


def _search(text: str, messages: Messages, order: Sequence[int]) -> list[Seen]:
    """Searches the messages one after another, and the system message everywhere. Ignores white space."""
    places = [place for place, character in enumerate(text) if not character.isspace()]
    squeezed = "".join(text[place] for place in places)
    found, at = [Seen("dropped")] * len(messages), 0
    for index in order:
        message = messages[index]
        is_system = message["role"] == "system"
        for state, reading in _readings(message):
            needle = "".join(reading.split())
            start = squeezed.find(needle, 0 if is_system else at) if needle else -1
            if start < 0:
                continue
            span = places[start], places[start + len(needle) - 1] + 1
            if state == "whole" and reading.strip() != text[span[0] : span[1]]:
                state = "white_space"
            found[index] = Seen(state, span)
            at = at if is_system else start + len(needle)
            break
        else:
            found[index] = Seen("changed")
    return found


def _readings(message: dict[str, Any]) -> Iterator[tuple[State, str]]:
    """Yields what a template may make of a message, the best first."""
    content = message["content"]
    yield "whole", content
    yield from (("white_space", text) for text in (content.strip(), content.lstrip(), content.rstrip()))
    if message["role"] == "assistant" and _THOUGHTS_END in content:
        rest = content.rpartition(_THOUGHTS_END)[2]
        yield from (("thoughts", text) for text in (rest, rest.strip(), rest.lstrip(), rest.rstrip()))

"""Thoughts in rows: the part of an answer up to `</think>`, which many chat templates cut out or write in a form of their own."""

import json
import re
from pathlib import Path
from typing import Any

from trainer.data.templates.template_variant import CLOSE, MARKS, OPEN, Thoughts, ending_of
from trainer.runtime.events import Failure

_OPENING, _CLOSING = ("|".join(map(re.escape, marks)) for marks in zip(*MARKS, strict=True))
_AT_END = re.compile(rf"(?:(?:{_OPENING})\s*)?(?:(?:{_CLOSING})\s*)?\Z")
_AT_START = re.compile(rf"(?P<blank>\s*)(?P<marks>(?:(?:{_OPENING})\s*)?(?:(?:{_CLOSING})\s*)?)")
_MARK = re.compile(rf"\A\s*{OPEN}\s*")
_ROWS_NAMED = 5


def thinks(message: dict[str, Any]) -> bool:
    return message["role"] == "assistant" and CLOSE in message["content"]


def without_thoughts(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**message, "content": message["content"].rpartition(CLOSE)[2].lstrip()} if thinks(message) else message
        for message in messages
    ]


def rows_that_think(path: Path) -> list[str]:
    """Returns the places of the rows with thoughts. Reads only the lines that may have some."""
    with path.open(encoding="utf-8") as file:
        lines = [(number, line) for number, line in enumerate(file, 1) if CLOSE in line]
    return [f"{path.name}:{number}" for number, line in lines if _has_thoughts(line)]


def _has_thoughts(line: str) -> bool:
    try:
        return any(map(thinks, json.loads(line)["messages"]))
    except (ValueError, KeyError, TypeError):
        # A broken row is reported where rows are read.
        return False


def refuse_thoughts(rows: list[str], wish: Thoughts) -> None:
    if wish != "refuse" or not rows:
        return
    named = ", ".join(rows[:_ROWS_NAMED]) + (", …" if len(rows) > _ROWS_NAMED else "")
    raise Failure(
        "BAD_DATA",
        f"{len(rows)} rows have thoughts ({CLOSE}) in their answers, and the training has `thoughts: refuse`: {named}.",
        rows=len(rows),
    )


def rejoined(prompt: str, text: str, answer: str) -> str | None:
    """
    Returns the text in which the model writes the whole answer behind the prompt that it will be asked with, where the
    template's text is another: it cuts the thoughts out, or begins an answer without the marks with which it asks for one.
    None if the template's text is right, or differs in something else.
    """
    at_end = _AT_END.search(prompt)
    assert at_end  # the expression matches an empty end
    before, ending = prompt[: at_end.start()], ending_of(prompt)
    head, found, rest = answer.rpartition(CLOSE)
    if (
        not text.startswith(before)
        or (found and ending == "closes")
        or (ending == "opens" and not _goes_on(prompt, found))
    ):
        return None
    if text.startswith(prompt) and _squeezed(head.removeprefix(OPEN)) in _squeezed(text[len(prompt) :]):
        return None
    at_start = _AT_START.match(text, len(before))
    assert at_start
    shown = text[at_start.end() :]
    for left in (rest.lstrip(), rest.strip()):
        if left and shown.startswith(left):
            whole = _MARK.sub("", answer, count=1) if ending == "opens" else answer
            # A blank that the template writes before every answer.
            blank = "" if at_start["marks"] or rest[:1].isspace() else at_start["blank"]
            return prompt + blank + whole + shown[len(left) :]
    return None


def _goes_on(prompt: str, thoughts_end: str) -> bool:
    """Whether the row's thoughts go on where the prompt has begun them."""
    return bool(thoughts_end) and prompt.rstrip().endswith(OPEN)


def _squeezed(text: str) -> str:
    return "".join(text.split())

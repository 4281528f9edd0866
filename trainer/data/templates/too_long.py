"""What happens to rows of more tokens than a training takes: they are split between turns, left out, or refused."""

from collections.abc import Callable
from typing import Any, Literal

from trainer.data.templates.row_notes import RowNotes
from trainer.runtime.events import Failure

TooLong = Literal["truncate", "drop", "split", "fail"]
Messages = list[dict[str, Any]]

_ROWS_NAMED = 10


def split_by_turns(messages: Messages, fits: Callable[[Messages], bool]) -> list[Messages]:
    """
    Returns conversations of as many turns as fit, each with the system message. A turn that fits nowhere stays alone. A part
    without an answer to learn is left out.
    """
    system = messages[:1] if messages[0]["role"] == "system" else []
    turns: list[Messages] = []
    for message in messages[len(system) :]:
        if message["role"] == "user":
            turns.append([])
        turns[-1].append(message)
    parts: list[Messages] = []
    for turn in turns:
        if parts and fits([*system, *parts[-1], *turn]):
            parts[-1] += turn
        else:
            parts.append(list(turn))
    return [
        [*system, *part]
        for part in parts
        if any(message["role"] == "assistant" and message.get("weight", 1) for message in part)
    ]


def refuse_long(notes: RowNotes, max_length: int) -> None:
    rows = [*notes.places("cut"), *notes.places("beyond")]
    if not rows:
        return
    named = ", ".join(rows[:_ROWS_NAMED]) + (", …" if len(rows) > _ROWS_NAMED else "")
    raise Failure(
        "BAD_DATA",
        f"{len(rows)} rows have more than max_length {max_length} tokens, and the training has `too_long: fail`: {named}.",
        rows=len(rows),
    )

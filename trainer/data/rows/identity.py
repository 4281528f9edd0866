"""Identifies duplicates and decides which rows are held out for evaluation.

Only the content of a row decides, not its place in the file. New rows therefore move no other row to the other side.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

_SPACE = re.compile(r"\s+")
_LINE_END = re.compile(r"[^\S\n]*\n")


class RowIdentity(NamedTuple):
    # Rows of equal content are duplicates.
    content: bytes
    # Rows of one group (the same first question) stay on one side. A number in [0, 2^64).
    group: int


def identify(messages: list[dict[str, Any]], seed: int, tools: list[dict[str, Any]] | None = None) -> RowIdentity:
    content = hashlib.sha256()
    if tools:
        content.update(_json(tools))
    for message in messages:
        content.update(
            f"{message['role']}\0{_without_trailing(message['content'])}\0{message.get('weight', 1)}\0".encode()
        )
        if "tool_calls" in message:
            # Ids are names that nobody chose.
            content.update(_json([call["function"] for call in message["tool_calls"]]))
    question = next(message["content"] for message in messages if message["role"] == "user")
    group = hashlib.sha256(f"{seed}\0{_normalized(question).casefold()}".encode()).digest()
    return RowIdentity(content.digest()[:16], int.from_bytes(group[:8], "big"))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _without_trailing(text: str) -> str:
    """Makes texts equal that differ only in white space at the end of their lines. People teach indentation, so the rest counts."""
    return _LINE_END.sub("\n", text).rstrip()


def _normalized(text: str) -> str:
    """Makes questions equal that differ only in white space or Unicode form, so that they stay on one side."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def eval_groups(groups: Iterable[int], share: float) -> set[int]:
    """Returns the groups to hold out. With two or more groups and a share above 0, each side gets at least one."""
    every = set(groups)
    if share <= 0 or len(every) < 2:
        return set()
    held_out = {group for group in every if group < share * 2**64}
    if not held_out:
        return {min(every)}
    return held_out - {max(every)} if len(held_out) == len(every) else held_out

"""Finds special tokens that are spelled out in the text of rows. In a chat they are no text: they end an answer, or begin a turn."""

import re
from collections.abc import Iterable

# Those of the usual families, where no tokenizer says which ones there are.
_USUAL = re.compile(
    r"<\|[a-z][a-z0-9_]{1,40}\|>|<｜[^<>｜]{1,40}｜>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|</?s>"
    r"|<\|?/?tool_calls?\|?>|</?tool_response>"
)
_NONE = re.compile(r"(?!)")


def special_form(tokens: Iterable[str] | None) -> re.Pattern[str]:
    """`tokens`: those of the tokenizer, if it is known."""
    if tokens is None:
        return _USUAL
    listed = sorted(tokens, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, listed))) if listed else _NONE

"""Measures the length of rows in tokens: exactly with a tokenizer, otherwise as an estimate that is marked as one."""

import json
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trainer.data.rows.messages import Message
from trainer.runtime.events import Failure

_LISTED = 10


class Lengths:
    def __init__(self, tokenizer: str | None, max_length: int | None):
        counter = _Tokenizer(Path(tokenizer)) if tokenizer else None
        self._count = counter.rendered if counter else estimate
        self._count_answers = counter.content if counter else _estimate_content
        self._counted = counter.method if counter else "estimate"
        # Texts that the tokenizer turns into control tokens; None if it is unknown.
        self.special_tokens = counter.special_tokens() if counter else None
        self._max_length = max_length
        self._lengths = array("L")
        self._shortest: list[tuple[int, str]] = []
        self._longest: list[tuple[int, str]] = []
        self.tokens = self._learned = self._characters = self._over = 0

    def add(self, row: str, messages: Sequence[Message], tools: Sequence[Any] = (), copies: int = 1) -> None:
        length = self._count(messages, tools)
        learned = [each for each in messages if each["role"] == "assistant" and each.get("weight", 1)]
        # Of an epoch.
        self.tokens += length * copies
        # The end token of each answer is learned with it.
        self._learned += min(length, self._count_answers(learned) + len(learned))
        self._characters += sum(len(message["content"]) for message in messages)
        self._over += bool(self._max_length and length > self._max_length)
        self._lengths.append(length)
        self._shortest = _listed(self._shortest, (length, row), lambda each: each[0])
        self._longest = _listed(self._longest, (length, row), lambda each: -each[0])

    def summary(self) -> dict[str, Any]:
        ordered = sorted(self._lengths)
        # Buckets end at powers of two. The first one ends at 16.
        histogram = Counter(max(16, 1 << (length - 1).bit_length()) for length in ordered)
        median, p95 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95))
        return {
            "characters": self._characters,
            "tokens_counted_by": self._counted,
            "median_row_tokens": median,
            "p95_row_tokens": p95,
            "longest_row_tokens": ordered[-1],
            "shortest_rows": _places(self._shortest),
            "longest_rows": _places(self._longest),
            "learned_tokens": self._learned,
            "learned_share": round(self._learned / max(1, sum(ordered)), 3),
            "length_histogram": [{"up_to_tokens": end, "rows": histogram[end]} for end in sorted(histogram)],
            **({"max_length": self._max_length, "rows_over_max_length": self._over} if self._max_length else {}),
        }


def _listed(
    rows: list[tuple[int, str]], row: tuple[int, str], order: Callable[[tuple[int, str]], int]
) -> list[tuple[int, str]]:
    if len(rows) == _LISTED and order(row) >= order(rows[-1]):
        return rows
    return sorted([*rows, row], key=order)[:_LISTED]


def _places(rows: list[tuple[int, str]]) -> list[dict[str, Any]]:
    return [{"row": row, "tokens": tokens} for tokens, row in rows]


class _Tokenizer:
    """The tokenizer of a base model, with its chat template if it has one."""

    def __init__(self, directory: Path):
        from trainer.data.templates.chat_template import Renderer, effective_template
        from trainer.runtime.base_files import load_tokenizer

        self._tokenizer = load_tokenizer(directory)
        self.method = "tokenizer"
        try:
            self._renderer: Renderer | None = Renderer(self._tokenizer, effective_template(directory, None))
        except Failure:
            self._renderer = None
            self.method = "tokenizer, without a chat template"

    def content(self, messages: Sequence[Message]) -> int:
        texts = [message["content"] + _calls_of(message) for message in messages]
        return sum(map(len, self._tokenizer(texts, add_special_tokens=False)["input_ids"])) if texts else 0

    def rendered(self, messages: Sequence[Message], tools: Sequence[Any] = ()) -> int:
        if self._renderer is None:
            return self.content(messages)
        try:
            return len(self._renderer.ids([self._renderer.text(list(messages), tools=list(tools) or None)])[0])
        except Failure:
            raise
        except Exception:
            # A template may refuse a system message. The training reports that with the row; this only counts.
            return self.content(messages)

    def special_tokens(self) -> list[str]:
        from trainer.data.templates.chat_template import Renderer

        return Renderer(self._tokenizer, "").special_tokens()


def _calls_of(message: Message) -> str:
    return json.dumps(message["tool_calls"], ensure_ascii=False) if "tool_calls" in message else ""


def estimate(messages: Sequence[Message], tools: Sequence[Any] = ()) -> int:
    """Estimates tokens: about 4 ASCII characters or 1.5 others (Chinese) per token, and 5 tokens around each turn."""
    return 5 * len(messages) + _estimate_content(messages) + (len(json.dumps(tools)) // 4 if tools else 0)


def _estimate_content(messages: Sequence[Message]) -> int:
    total = 0.0
    for message in messages:
        total += len(_calls_of(message)) / 4
        ascii_characters = len(message["content"].encode("ascii", "ignore"))
        total += ascii_characters / 4 + (len(message["content"]) - ascii_characters) / 1.5
    return round(total)

"""Measures the length of rows in tokens: exactly with a tokenizer, otherwise as an estimate that is marked as one."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trainer.runtime.events import Failure

# A function that counts tokens, and the name of its method.
Counting = tuple[Callable[[list[dict[str, Any]]], int], str]


class Lengths:
    def __init__(self, tokenizer: str | None, max_length: int | None):
        counter: Counting = _counter(Path(tokenizer)) if tokenizer else (estimate, "estimate")
        self._count, self._counted = counter
        self._max_length = max_length
        self._histogram: Counter[int] = Counter()
        self.tokens = self._characters = self._longest = self._over = 0

    def add(self, messages: list[dict[str, Any]]) -> None:
        length = self._count(messages)
        self.tokens += length
        self._characters += sum(len(message["content"]) for message in messages)
        self._longest = max(self._longest, length)
        self._over += bool(self._max_length and length > self._max_length)
        # Buckets end at powers of two. The first one ends at 16.
        self._histogram[max(16, 1 << (length - 1).bit_length())] += 1

    def summary(self) -> dict[str, Any]:
        return {
            "characters": self._characters,
            "tokens_counted_by": self._counted,
            "longest_row_tokens": self._longest,
            "length_histogram": [
                {"up_to_tokens": end, "rows": self._histogram[end]} for end in sorted(self._histogram)
            ],
            **({"max_length": self._max_length, "rows_over_max_length": self._over} if self._max_length else {}),
        }


def _counter(directory: Path) -> Counting:
    from trainer.data.templates.chat_template import Renderer, effective_template
    from trainer.runtime.base_files import load_tokenizer

    tokenizer = load_tokenizer(directory)

    def content(messages: list[dict[str, Any]]) -> int:
        return sum(
            len(ids)
            for ids in tokenizer([message["content"] for message in messages], add_special_tokens=False)["input_ids"]
        )

    try:
        renderer = Renderer(tokenizer, effective_template(directory, None))
    except Failure:
        return content, "tokenizer, without a chat template"

    def rendered(messages: list[dict[str, Any]]) -> int:
        try:
            return len(renderer.ids([renderer.text(messages)])[0])
        except Failure:
            raise
        except Exception:
            # A template may refuse a system message. The training reports that with the row; this only counts.
            return content(messages)

    return rendered, "tokenizer"


def estimate(messages: list[dict[str, Any]]) -> int:
    """Estimates tokens: about 4 ASCII characters or 1.5 others (Chinese) per token, and 5 tokens around each turn."""
    total = 0.0
    for message in messages:
        ascii_characters = len(message["content"].encode("ascii", "ignore"))
        total += 5 + ascii_characters / 4 + (len(message["content"]) - ascii_characters) / 1.5
    return round(total)

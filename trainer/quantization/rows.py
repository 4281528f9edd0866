"""Reads the rows on which a model is measured: rendered and cut into tokens exactly as its training does."""

import json
import tempfile
from pathlib import Path
from typing import Any, Literal, TypeVar

from trainer.data.rows.prepared_rows import read_prepared
from trainer.data.templates.chat_template import effective_template
from trainer.data.templates.examples import IGNORED, Example, read_examples
from trainer.data.templates.row_notes import RowNotes
from trainer.data.templates.thoughts import thinks, without_thoughts
from trainer.runtime.events import Failure

# A longer row is cut, as `max_length` cuts it in a training.
MAX_LENGTH = 2048
# What is read of a file with more rows.
_ROWS = 2000
_Row = TypeVar("_Row")


# Of a long file both readers take rows at equal distances, so that an order by subject does no harm.


def read_rows(
    path: Path, model: Path, tokenizer: Any, thoughts: Literal["keep", "drop"], max_tokens: int
) -> list[Example]:
    """Returns rows until their tokens reach `max_tokens`."""
    kept: list[Example] = []
    tokens = 0
    for example in _by_turns(_read(_spread(path), path, model, tokenizer, thoughts)):
        if tokens >= max_tokens:
            break
        kept.append(example)
        tokens += len(example.input_ids)
    return kept


def read_measured_rows(
    path: Path, model: Path, tokenizer: Any, thoughts: Literal["keep", "drop"], max_bytes: int
) -> list[Example]:
    """Returns rows until their answers have `max_bytes`: the same rows for every tokenizer, so that models compare."""
    lines = _spread(path)
    chosen: list[int] = []
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / path.name
        few.write_text("".join(lines), encoding="utf-8")
        sizes = [_answer_bytes(row.messages, thoughts) for row in read_prepared(few)]
    for at in _by_turns(list(range(len(lines)))):
        if total >= max_bytes:
            break
        chosen.append(at)
        total += sizes[at]
    return _read([lines[at] for at in chosen], path, model, tokenizer, thoughts)


def _read(
    lines: list[str], path: Path, model: Path, tokenizer: Any, thoughts: Literal["keep", "drop"]
) -> list[Example]:
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / path.name
        few.write_text("".join(lines), encoding="utf-8")
        examples, _ = read_examples(
            few, tokenizer, effective_template(model, None), MAX_LENGTH, notes=RowNotes(), wish=thoughts
        )
    if not examples:
        raise Failure("BAD_DATA", f"{path.name} has no row with an answer to measure on.")
    return examples


def _answer_bytes(messages: list[dict[str, Any]], thoughts: Literal["keep", "drop"]) -> int:
    if thoughts == "drop" and any(map(thinks, messages)):
        messages = without_thoughts(messages)
    learned = [each for each in messages if each["role"] == "assistant" and each.get("weight", 1)]
    # A call is written otherwise by each template; this is only how long it is about.
    calls = [json.dumps(each["tool_calls"], ensure_ascii=False) for each in learned if "tool_calls" in each]
    return sum(len(text.encode()) for text in [*(each["content"] for each in learned), *calls])


def answer_places(example: Example) -> list[int]:
    """The places after which the model predicts a token of the answer, its end token included."""
    return [place - 1 for place, label in enumerate(example.labels) if label != IGNORED and place > 0]


def _spread(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        count = sum(1 for _ in file)
        file.seek(0)
        step = max(1, -(-count // _ROWS))
        return [line if line.endswith("\n") else f"{line}\n" for at, line in enumerate(file) if at % step == 0]


def _by_turns(rows: list[_Row]) -> list[_Row]:
    """The same rows in an order whose every beginning is spread over the file: each second, then the others."""
    if len(rows) < 3:
        return rows
    return rows[::2] + _by_turns(rows[1::2])

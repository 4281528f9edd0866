"""Reads the rows on which a model is measured: rendered and cut into tokens exactly as its training does."""

import tempfile
from pathlib import Path
from typing import Any, Literal

from trainer.data.templates.chat_template import effective_template
from trainer.data.templates.examples import IGNORED, Example, read_examples
from trainer.data.templates.row_notes import RowNotes
from trainer.runtime.events import Failure

# A longer row is cut, as `max_length` cuts it in a training.
MAX_LENGTH = 2048
# What is read of a file with more rows.
_ROWS = 2000


def read_rows(
    path: Path, model: Path, tokenizer: Any, thoughts: Literal["keep", "drop"], max_tokens: int, answers_only: bool
) -> list[Example]:
    """
    Returns rows until their tokens reach `max_tokens`; `answers_only` counts those of answers alone. Of a long file it takes
    rows at equal distances, so that an order by subject does no harm.
    """
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / path.name
        few.write_text("".join(_spread(path)), encoding="utf-8")
        examples, _ = read_examples(
            few, tokenizer, effective_template(model, None), MAX_LENGTH, notes=RowNotes(), wish=thoughts
        )
    kept: list[Example] = []
    tokens = 0
    for example in _by_turns(examples):
        if tokens >= max_tokens:
            break
        kept.append(example)
        tokens += len(answer_places(example)) if answers_only else len(example.input_ids)
    if not kept:
        raise Failure("BAD_DATA", f"{path.name} has no row with an answer to measure on.")
    return kept


def answer_places(example: Example) -> list[int]:
    """The places after which the model predicts a token of the answer, its end token included."""
    return [place - 1 for place, label in enumerate(example.labels) if label != IGNORED and place > 0]


def _spread(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        count = sum(1 for _ in file)
        file.seek(0)
        step = max(1, -(-count // _ROWS))
        return [line if line.endswith("\n") else f"{line}\n" for at, line in enumerate(file) if at % step == 0]


def _by_turns(examples: list[Example]) -> list[Example]:
    """The same rows in an order whose every beginning is spread over the file: each second, then the others."""
    if len(examples) < 3:
        return examples
    return examples[::2] + _by_turns(examples[1::2])

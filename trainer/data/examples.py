"""Rows of messages → token ids and labels. Only what the assistant says is learned, and the token that ends it.

A row of several turns stays one sequence where the template only ever appends; where it rewrites earlier turns (Qwen3
drops their thinking), each turn becomes a sequence of its own, since that is what the model will be shown.
The libraries' own masking needs markers in the template that most templates lack, and stops with an error without them.
"""

import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trainer.data.chat_template import Renderer
from trainer.runtime.events import Failure

IGNORED = -100
_BATCH = 256


@dataclass
class Counts:
    rows: int = 0
    examples: int = 0
    # Nothing of the answer was left within max_length.
    dropped: int = 0
    # The answer lost its end, and so its stop token.
    truncated: int = 0
    tokens: int = 0
    trained_tokens: int = 0
    lost_tokens: int = 0

    def facts(self) -> dict[str, int]:
        return asdict(self)


@dataclass
class Example:
    # Four bytes a token: lists of Python's numbers would take ten times as much for a large dataset.
    input_ids: Sequence[int]
    labels: Sequence[int]


def read_examples(
    path: Path, tokenizer: Any, template: str, max_length: int, check: Callable[[], None] = lambda: None
) -> tuple[list[Example], Counts]:
    """`check` is called between batches: it raises when the work is to stop."""
    renderer = Renderer(tokenizer, template)
    end = renderer.end_token()
    stop = end if end is not None else tokenizer.eos_token_id
    if stop is None:
        raise Failure(
            "NO_STOP_TOKEN",
            "Neither the chat template nor the tokenizer has a token that ends an answer, so the model could not learn to stop.",
        )
    counts, kept = Counts(), []
    for batch in _batches(_rows(path), _BATCH):
        check()
        counts.rows += len(batch)
        for example in _tokenized(renderer, batch, stop, appended=end is None):
            counts.examples += 1
            cut = Example(example.input_ids[:max_length], example.labels[:max_length])
            if len(example.input_ids) > max_length:
                counts.truncated += 1
                counts.lost_tokens += len(example.input_ids) - max_length
            # The first token is never predicted, so a label there trains nothing.
            trained = sum(label != IGNORED for label in cut.labels[1:])
            if not trained:
                counts.dropped += 1
                continue
            counts.tokens += len(cut.input_ids)
            counts.trained_tokens += trained
            kept.append(Example(array("i", cut.input_ids), array("i", cut.labels)))
    return kept, counts


def _tokenized(
    renderer: Renderer, rows: list[tuple[int, list[dict[str, Any]]]], stop: int, appended: bool
) -> Iterator[Example]:
    for number, messages in rows:
        turns = [i for i, message in enumerate(messages) if message["role"] == "assistant" and message.get("weight", 1)]
        try:
            whole = renderer.text(messages)
            prompts = [renderer.text(messages[:turn], prompt=True) for turn in turns]
            ends = [renderer.text(messages[: turn + 1]) for turn in turns]
        except Failure:
            raise
        except Exception as error:
            raise Failure(
                "TEMPLATE_FAILED",
                f"The chat template cannot render row {number}: {error}. "
                "Some templates accept no system message, or only turns of user and assistant in alternation.",
                row=number,
            ) from error
        ids, *rest = renderer.ids([whole, *prompts, *ends])
        spans = list(zip(rest[: len(turns)], rest[len(turns) :], strict=True))
        if not appended and all(_starts(ids, prompt) and _starts(ids, end) for prompt, end in spans):
            found = [_labelled(ids, [(len(prompt), len(end)) for prompt, end in spans], stop)]
        else:
            found = [
                _alone(renderer, prompt, end, prompts[i], ends[i], stop, appended)
                for i, (prompt, end) in enumerate(spans)
            ]
        for example in found:
            if not any(label not in (IGNORED, stop) for label in example.labels) and any(
                messages[turn]["content"].strip() for turn in turns
            ):
                raise Failure(
                    "TEMPLATE_DROPS_CONTENT",
                    f"The chat template leaves out the answer of row {number}.",
                    row=number,
                )
            yield example


def _alone(
    renderer: Renderer, prompt: list[int], ids: list[int], prompt_text: str, text: str, stop: int, appended: bool
) -> Example:
    """One turn with what leads to it."""
    if not _starts(ids, prompt):
        # A token may reach over the border (a line break of the prompt joined with one of the answer). The model is
        # asked with the prompt's own tokens, so the answer is cut off and tokenized by itself. A template that does
        # not even continue its own prompt is taken at the last token they share.
        if text.startswith(prompt_text):
            ids = prompt + renderer.ids([text[len(prompt_text) :]])[0]
        else:
            shared = next(
                (i for i, pair in enumerate(zip(prompt, ids, strict=False)) if pair[0] != pair[1]),
                min(len(prompt), len(ids)),
            )
            prompt = prompt[:shared]
    if appended:
        ids = [*ids, stop]
    return _labelled(ids, [(len(prompt), len(ids))], stop)


def _labelled(ids: list[int], spans: list[tuple[int, int]], stop: int) -> Example:
    """Labels up to the stop token of each span: the line break after it is never asked of the model."""
    labels = [IGNORED] * len(ids)
    last = len(ids)
    for start, end in spans:
        stops = [i for i in range(start, end) if ids[i] == stop]
        last = stops[-1] + 1 if stops else end
        labels[start:last] = ids[start:last]
    return Example(ids[:last], labels[:last])


def _starts(ids: list[int], prefix: list[int]) -> bool:
    return ids[: len(prefix)] == prefix


def _rows(path: Path) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                messages = json.loads(line)["messages"]
                sound = messages[-1]["role"] == "assistant" and all(
                    isinstance(message["role"], str) and isinstance(message["content"], str) for message in messages
                )
            except (ValueError, KeyError, TypeError, IndexError):
                sound = False
            if not sound:
                raise Failure(
                    "BAD_DATA",
                    f"{path.name}:{number} is not a row of messages that ends with the assistant's answer. "
                    "The trainer reads what `prepare` writes; run it again.",
                    line=number,
                )
            yield number, messages


def _batches(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch

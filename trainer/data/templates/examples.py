"""Turns rows of messages into token ids and labels. The model learns only the assistant's answers and their end token.

A row of several turns stays one sequence if the template only appends. If the template rewrites earlier turns (Qwen3 drops
their thinking), each turn becomes a sequence of its own, because the model sees that sequence at inference.
The masking of the libraries needs markers in the template. Most templates lack them, and the libraries then fail.
"""

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from trainer.data.rows.prepared_rows import read_prepared
from trainer.data.templates.chat_template import RENDER_DATE, Renderer
from trainer.data.templates.rendered_row import Frames, find_messages
from trainer.data.templates.row_notes import RowNotes, described, quoted
from trainer.data.templates.template_variant import Thoughts
from trainer.data.templates.thoughts import rejoined, thinks, without_thoughts
from trainer.data.templates.too_long import TooLong, refuse_long, split_by_turns
from trainer.data.templates.tool_rows import unseen
from trainer.data.templates.unicode_forms import in_form, unicode_form
from trainer.runtime.events import Failure

IGNORED = -100
_BATCH = 256


@dataclass
class Counts:
    rows: int = 0
    examples: int = 0
    # Sequences whose answer lies wholly beyond max_length.
    dropped: int = 0
    # Sequences whose answer was cut, so that it has no stop token.
    truncated: int = 0
    tokens: int = 0
    trained_tokens: int = 0
    lost_tokens: int = 0

    def facts(self) -> dict[str, int]:
        return asdict(self)


@dataclass
class Example:
    # Four bytes per token. A list of Python integers takes about ten times as much memory.
    input_ids: Sequence[int]
    labels: Sequence[int]


def read_examples(
    path: Path,
    tokenizer: Any,
    template: str,
    max_length: int,
    check: Callable[[], None] = lambda: None,
    notes: RowNotes | None = None,
    wish: Thoughts = "keep",
    too_long: TooLong | None = None,
) -> tuple[list[Example], Counts]:
    """Reads a file that `prepare` wrote. Calls `check` between batches; it raises if the work must stop.

    What the template made of each row goes into `notes`. Without `notes`, a difference raises TEMPLATE_DROPS_CONTENT.
    """
    reader = _Reader(Renderer(tokenizer, template), tokenizer, notes if notes is not None else RowNotes(), wish)
    reader.notes.begin(path.name)
    counts, kept = Counts(), []
    for batch in _batches(read_prepared(path), _BATCH):
        check()
        counts.rows += len(batch)
        reader.notes.read(len(batch))
        for number, messages, tools in batch:
            for example in _fitting(reader, number, messages, tools, max_length, too_long):
                counts.examples += 1
                if too_long in ("drop", "split") and len(example.input_ids) > max_length:
                    counts.dropped += 1
                    reader.notes.add("left_out_long", number, str(max_length))
                    continue
                cut = Example(example.input_ids[:max_length], example.labels[:max_length])
                # The model never predicts the first token, so a label there trains nothing.
                trained = sum(label != IGNORED for label in cut.labels[1:])
                if len(example.input_ids) > max_length:
                    counts.truncated += 1
                    counts.lost_tokens += len(example.input_ids) - max_length
                    reader.notes.add("cut" if trained else "beyond", number, str(max_length))
                if not trained:
                    counts.dropped += 1
                    continue
                counts.tokens += len(cut.input_ids)
                counts.trained_tokens += trained
                kept.append(Example(array("i", cut.input_ids), array("i", cut.labels)))
    reader.note_template()
    if too_long == "fail":
        refuse_long(reader.notes, max_length)
    if notes is None:
        reader.notes.refuse_differences()
    return kept, counts


def _fitting(
    reader: "_Reader",
    number: int,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]],
    max_length: int,
    too_long: TooLong | None,
) -> list[Example]:
    """Returns the examples of a row; those of its parts where it is too long and is to be split."""
    examples = list(reader.examples(number, messages, tools))
    if too_long != "split" or all(len(example.input_ids) <= max_length for example in examples):
        return examples
    parts = split_by_turns(messages, lambda part: reader.length(part, tools) <= max_length)
    if len(parts) < 2:
        return examples
    reader.notes.add("split_long", number, str(max_length))
    return [example for part in parts for example in reader.examples(number, part, tools, is_part=True)]


class _Reader:
    """Turns rows into examples, and holds what the template made of each row against the row."""

    def __init__(self, renderer: Renderer, tokenizer: Any, notes: RowNotes, wish: Thoughts):
        self.notes = notes
        self._wish = wish
        self._renderer = renderer
        self._frames = Frames(renderer)
        end = renderer.end_token()
        stop = end if end is not None else tokenizer.eos_token_id
        if stop is None:
            raise Failure(
                "NO_STOP_TOKEN",
                "Neither the chat template nor the tokenizer has a token that ends an answer, so the model could not learn to stop.",
            )
        self._stop, self._appended = stop, end is None
        self._stop_text = tokenizer.convert_ids_to_tokens(stop)
        self._unknown, self._unknown_text = tokenizer.unk_token_id, tokenizer.unk_token
        self._special = re.compile("|".join(map(re.escape, renderer.special_tokens())) or r"(?!)")
        self._form = unicode_form(tokenizer)
        self._rows = self._without_system = 0

    def length(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> int:
        return len(self._renderer.ids([self._renderer.text(messages, tools=tools or None)])[0])

    def examples(
        self, number: int, messages: list[dict[str, Any]], tools: list[dict[str, Any]], is_part: bool = False
    ) -> Iterator[Example]:
        self._rows += not is_part
        if self._wish == "drop" and any(map(thinks, messages)):
            self.notes.add("dropped_thoughts", number, described(next(filter(thinks, messages))))
            messages = without_thoughts(messages)
        self._without_system += messages[0]["role"] != "system" and not is_part
        turns = [i for i, message in enumerate(messages) if message["role"] == "assistant" and message.get("weight", 1)]
        try:
            render = partial(self._renderer.text, tools=tools or None)
            whole = render(messages)
            prompts = [render(messages[:turn], prompt=True) for turn in turns]
            ends = [render(messages[: turn + 1]) for turn in turns]
            joined = [
                None if "tool_calls" in messages[turn] else rejoined(prompt, end, messages[turn]["content"])
                for turn, prompt, end in zip(turns, prompts, ends, strict=True)
            ]
            ends = [join or end for join, end in zip(joined, ends, strict=True)]
        except Failure:
            raise
        except Exception as error:
            raise Failure(
                "TEMPLATE_FAILED",
                f"The chat template cannot render row {number}: {error}. "
                "Some templates accept no system message, or only alternating turns of user and assistant.",
                row=number,
            ) from error
        ids, *rest = self._renderer.ids([whole, *prompts, *ends])
        spans = list(zip(rest[: len(turns)], rest[len(turns) :], strict=True))
        self._note_tokens(number, messages, whole, ids)
        if (
            not any(joined)
            and not self._appended
            and all(_starts(ids, prompt) and _starts(ids, end) for prompt, end in spans)
        ):
            found = [_labelled(ids, [(len(prompt), len(end)) for prompt, end in spans], self._stop)]
            self._hold(number, messages, tools, whole, set(turns))
        else:
            found = [
                _alone(self._renderer, prompt, end, prompts[i], ends[i], self._stop, self._appended)
                for i, (prompt, end) in enumerate(spans)
            ]
            for turn, prompt_text, text, join in zip(turns, prompts, ends, joined, strict=True):
                self._hold(number, messages[: turn + 1], tools, text, {turn}, by_template=join is None)
                if not text.startswith(prompt_text):
                    self.notes.add("other_prompt", number, _difference(text, prompt_text))
        for example in found:
            if not any(label not in (IGNORED, self._stop) for label in example.labels):
                # Only the end token would be learned.
                self.notes.add("dropped", number, described(messages[turns[-1]]))
                example.labels = [IGNORED] * len(example.labels)
            yield example

    def _hold(
        self,
        number: int,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]],
        text: str,
        learned: set[int],
        by_template: bool = True,
    ) -> None:
        """Notes each message that the text does not show whole, and each learned answer without an end token."""
        if tools or any(message["role"] == "tool" or "tool_calls" in message for message in messages):
            self.notes.add("tools", number, "")
            for lost in unseen(text, messages, tools):
                self.notes.add("dropped", number, lost)
            return
        frame = self._frames.of(tuple(message["role"] for message in messages)) if by_template else None
        seen = find_messages(text, messages, frame)
        self.notes.see(number, messages, seen, learned)
        if self._appended:
            return
        for index in learned:
            span = seen[index].span
            following = [other.span[0] for other in seen[index + 1 :] if other.span]
            if span and self._stop_text not in text[span[1] : min(following, default=len(text))]:
                self.notes.add("no_end", number, described(messages[index]))

    def _note_tokens(self, number: int, messages: list[dict[str, Any]], text: str, ids: list[int]) -> None:
        for message in messages:
            if found := self._special.search(message["content"]):
                self.notes.add("special_tokens", number, f"{found[0]} in {described(message)}")
            if in_form(message["content"], self._form) != message["content"]:
                self.notes.add("unicode_form", number, f"{self._form} for {described(message)}")
        if self._unknown is not None and ids.count(self._unknown) > text.count(self._unknown_text):
            self.notes.add("unknown_tokens", number, quoted(messages[-1]["content"]))

    def note_template(self) -> None:
        """Notes what the template writes into rows by itself."""
        if own := self._frames.own_system():
            self.notes.every("own_system", self._without_system, quoted(own))
        if self._renderer.writes_date():
            self.notes.every("date", self._rows, RENDER_DATE.strftime("%d %B %Y"))


def _difference(text: str, prompt: str) -> str:
    """Shows where a text leaves the prompt that the model will be asked with."""
    at = next((i for i, pair in enumerate(zip(text, prompt, strict=False)) if pair[0] != pair[1]), len(text))
    before = text[max(0, at - 30) : at]
    return (
        f"{quoted(before + text[at : at + 20])}, and the prompt that will be asked ends {quoted(before + prompt[at:])}"
    )


def _alone(
    renderer: Renderer, prompt: list[int], ids: list[int], prompt_text: str, text: str, stop: int, appended: bool
) -> Example:
    """Builds a sequence of one answer and all the text before it."""
    if not _starts(ids, prompt):
        # A token may cross the border, such as a line break of the prompt that merges with one of the answer. At inference
        # the model gets the prompt's own tokens, so the answer is tokenized separately. If the full text does not begin
        # with the prompt, the last shared token is the border.
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
    """Labels each span up to its stop token. At inference the model never writes the line break after it."""
    labels = [IGNORED] * len(ids)
    last = len(ids)
    for start, end in spans:
        stops = [i for i in range(start, end) if ids[i] == stop]
        last = stops[-1] + 1 if stops else end
        labels[start:last] = ids[start:last]
    return Example(ids[:last], labels[:last])


def _starts(ids: list[int], prefix: list[int]) -> bool:
    return ids[: len(prefix)] == prefix


def _batches(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch

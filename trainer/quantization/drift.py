"""The verb `drift`: measures how far quantized files of a model predict other tokens than their f16 parent.

At each place of an answer both give a probability to every token of the vocabulary. KL(parent || quantized) is the sum of
p * (ln p - ln q) over them, in nats; llama.cpp's `llama-perplexity --kl-divergence` has the same formula. Here the text is that of
the training: its template, and only the tokens of answers. The weights are those of the files, read back as numbers;
the computing is PyTorch's, so what a kernel rounds besides is not in it. Beside it stands how well each predicts the text of
the answers, and how well the base model did.
"""

import inspect
import math
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from trainer.data.templates.chat_template import effective_template
from trainer.data.templates.examples import Example
from trainer.proof.greedy_answers import load_as_f16
from trainer.protocol import events as event
from trainer.protocol.jobs import DriftJob
from trainer.protocol.outputs import Drift, DriftOutputs, Predicted
from trainer.quantization.answer_text import AnswerText, predicted, text_of
from trainer.quantization.matrices import match, open_quantized, put, weights_of
from trainer.quantization.rows import answer_places, read_measured_rows
from trainer.runtime.base_files import check_base, load_tokenizer
from trainer.runtime.device import device_type, see_one_device
from trainer.runtime.disk_space import require_room
from trainer.runtime.events import Events, Failure


def main(job: DriftJob, events: Events) -> DriftOutputs:
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    folder, work = Path(job.model), Path(job.work)
    check_base(folder)
    examples: list[Example] = []
    text = AnswerText([], 0)
    if job.rows is not None:
        events.emit(event.Loading(what="tokenizer"))
        tokenizer = load_tokenizer(folder)
        examples = read_measured_rows(Path(job.rows), folder, tokenizer, job.thoughts, job.max_bytes)
        text = text_of(examples, tokenizer, effective_template(folder, None))
    steps = _Steps(events, len(examples), len(job.candidates) + 1 + (job.base is not None))
    see_one_device()
    events.emit(event.Loading(what="model"))
    base = None if job.base is None or not examples else _predict(Path(job.base), examples, text, steps)
    model = load_as_f16(folder, device_type())
    matrices = match(model, open_quantized(Path(job.parent)))
    tokens = sum(len(answer_places(example)) for example in examples)
    weights = weights_of(matrices.values())
    if not examples:
        return DriftOutputs(rows=0, tokens=0, bytes=0, parent=None, base=None, weights=weights, measured={})
    vocabulary = model.get_output_embeddings().weight.shape[0]
    require_room(work, 4 * tokens * vocabulary, "The probabilities of the f16 model")
    with tempfile.TemporaryDirectory(dir=work, prefix=".drift-") as aside:
        known: Any = np.memmap(Path(aside) / "parent", np.float32, "w+", shape=(tokens, vocabulary))
        targets: list[float] = []
        for places, logprobs, wanted in _walk(model, examples, steps):
            known[places] = logprobs.cpu().numpy()
            targets += logprobs.gather(1, wanted[:, None])[:, 0].tolist()
        measured = {}
        for candidate in job.candidates:
            put(open_quantized(Path(candidate.path)), matrices)
            result = _measure(model, examples, text, known, steps)
            measured[candidate.name] = result
            events.emit(event.DriftMeasured(name=candidate.name, **asdict(result)))
    return DriftOutputs(
        rows=len(examples),
        tokens=tokens,
        bytes=text.bytes,
        parent=predicted(targets, text),
        base=base,
        weights=weights,
        measured=measured,
    )


def _predict(folder: Path, examples: list[Example], text: AnswerText, steps: "_Steps") -> Predicted:
    """Of the base model: it has the tokenizer of what was trained from it, and is asked with the template of the training."""
    check_base(folder)
    targets: list[float] = []
    for _, logprobs, wanted in _walk(load_as_f16(folder, device_type()), examples, steps):
        targets += logprobs.gather(1, wanted[:, None])[:, 0].tolist()
    return predicted(targets, text)


def _measure(model: Any, examples: list[Example], text: AnswerText, known: Any, steps: "_Steps") -> Drift:
    import torch

    by_row, tokens, same, targets = [], [], 0, []
    for places, logprobs, wanted in _walk(model, examples, steps):
        parent = torch.from_numpy(np.array(known[places])).to(logprobs.device)
        # Never below zero but by rounding.
        each = (parent.exp() * (parent - logprobs)).sum(-1).clamp(min=0)
        if not torch.isfinite(each).all():
            raise Failure("NAN_WEIGHTS", "The quantized model predicts no probabilities: some of them are NaN.")
        by_row.append(float(each.sum()))
        tokens.append(len(each))
        same += int((parent.argmax(-1) == logprobs.argmax(-1)).sum())
        targets += logprobs.gather(1, wanted[:, None])[:, 0].tolist()
    kl, error = _ratio(by_row, tokens)
    return Drift(kl=kl, kl_error=error, same_top=same / sum(tokens), **asdict(predicted(targets, text)))


def _walk(model: Any, examples: list[Example], steps: "_Steps") -> Iterator[tuple[slice, Any, Any]]:
    """Yields for each row where its tokens stand among all, what the model predicts at them, and what the row has."""
    import torch

    takes_places = "logits_to_keep" in inspect.signature(model.forward).parameters
    first = 0
    with torch.inference_mode():
        for example in examples:
            at = torch.tensor(answer_places(example), device=model.device)
            ids = torch.tensor([list(example.input_ids)], device=model.device)
            if takes_places:
                logits = model(ids, logits_to_keep=at, use_cache=False).logits[0]
            else:
                logits = model(ids, use_cache=False).logits[0, at]
            yield slice(first, first + len(at)), logits.float().log_softmax(-1), ids[0, at + 1]
            first += len(at)
            steps.next()


def _ratio(sums: list[float], counts: list[int]) -> tuple[float, float]:
    """Returns the mean per token, and its standard error: tokens of one row are alike, so rows are what varies."""
    mean = sum(sums) / sum(counts)
    if len(sums) < 2:
        return mean, 0.0
    spread = sum((total - mean * count) ** 2 for total, count in zip(sums, counts, strict=True))
    return mean, math.sqrt(len(sums) / (len(sums) - 1) * spread) / sum(counts)


class _Steps:
    def __init__(self, events: Events, rows: int, models: int):
        self._events, self._total, self._done = events, rows * models, 0

    def next(self) -> None:
        self._done += 1
        self._events.emit(event.Measuring(done=self._done, total=self._total))

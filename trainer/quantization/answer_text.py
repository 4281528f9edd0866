"""Bits per byte: how well a model predicts the text of answers, whatever its tokens are.

It is -sum(log2 p(token)) over the tokens of the text, divided by the UTF-8 bytes of the same text (Gao et al. 2020, "The Pile",
arXiv:2101.00027). A perplexity per token depends on how many tokens a tokenizer makes of a text; this does not. The end token is no
text: neither its bits nor its bytes count. What a template writes inside an answer, such as an empty thought, counts in both.
"""

import math
from dataclasses import dataclass
from typing import Any

from trainer.data.templates.chat_template import Renderer
from trainer.data.templates.examples import IGNORED, Example
from trainer.protocol.outputs import Predicted
from trainer.runtime.events import Failure


@dataclass
class AnswerText:
    # For each token of the answers, whether it is text. In the order of `answer_places`, over all examples.
    is_text: list[bool]
    # Of the text, in UTF-8.
    bytes: int


def text_of(examples: list[Example], tokenizer: Any, template: str) -> AnswerText:
    end = Renderer(tokenizer, template).end_token()
    end = tokenizer.eos_token_id if end is None else end
    is_text: list[bool] = []
    count = 0
    for example in examples:
        for first, last in _spans(example):
            ends = example.input_ids[last - 1] == end
            is_text += [True] * (last - first - ends) + [False] * ends
            # Between two prefixes: alone, a decoder may leave out the space before the first word.
            count += _bytes(tokenizer, example, last - ends) - _bytes(tokenizer, example, first)
    if count == 0:
        raise Failure("BAD_DATA", "The answers of the rows have no text to measure on.")
    return AnswerText(is_text, count)


def predicted(logprobs: list[float], text: AnswerText) -> Predicted:
    """`logprobs`: natural logarithms, for each token of the answers."""
    nats = -math.fsum(each for each, counts in zip(logprobs, text.is_text, strict=True) if counts)
    return Predicted(logprob=math.fsum(logprobs) / len(logprobs), bits_per_byte=nats / math.log(2) / text.bytes)


def _spans(example: Example) -> list[tuple[int, int]]:
    """The runs of learned tokens. No model predicts the first token of a sequence."""
    learned = [place > 0 and label != IGNORED for place, label in enumerate(example.labels)]
    edges = [
        at for at, (one, other) in enumerate(zip([False, *learned], [*learned, False], strict=True)) if one != other
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _bytes(tokenizer: Any, example: Example, count: int) -> int:
    ids = list(example.input_ids[:count])
    return len(tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False).encode())

"""Bounds what an answer that goes on can score. It has begun, so `exact` is often decided, and a long one is never close.

The last character and the last word of a cut answer may become others, so the bounds do without them.
"""

from collections import Counter

from trainer.proof.answer_texts import Words, folded, plain
from trainer.protocol.outputs import Scores

# As sacrebleu has them: n-grams of 1 to 6 characters, and recall counts twice as much.
_ORDERS, _BETA = range(1, 7), 2


def bounds_of(end: str, scores: Scores, answer: str, references: list[str]) -> tuple[Scores, Scores]:
    """Returns the lowest and the highest scores of the answer. Without a reference it has none."""
    if end == "whole" or not references:
        return scores, scores
    if end == "none":
        return _all(0.0), _all(1.0)
    contains = scores.contains or 0.0
    return Scores(chrf=0.0, rouge_l=0.0, exact=0.0, contains=contains), Scores(
        chrf=max(_chrf_ceiling(answer, text) for text in references),
        rouge_l=max(_rouge_l_ceiling(answer, text) for text in references),
        exact=float(any(folded(text).startswith(folded(answer)[:-1]) for text in references)),
        contains=1.0,
    )


def _all(value: float) -> Scores:
    return Scores(chrf=value, rouge_l=value, exact=value, contains=value)


def _chrf_ceiling(answer: str, reference: str) -> float:
    """Each further character adds at most one n-gram of each order that the reference has."""
    begun, wanted = _squeezed(answer)[:-1], _squeezed(reference)
    matches = {n: (_ngrams(begun, n) & _ngrams(wanted, n)).total() for n in _ORDERS}
    best = 0.0
    for more in range(len(wanted) + _ORDERS.stop):
        precisions, recalls = [], []
        for n in _ORDERS:
            in_answer, in_reference = len(begun) + more - n + 1, len(wanted) - n + 1
            if in_answer > 0 and in_reference > 0:
                matched = min(matches[n] + more, in_answer, in_reference)
                precisions.append(matched / in_answer)
                recalls.append(matched / in_reference)
        if any(recalls):
            precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
            best = max(best, (1 + _BETA**2) * precision * recall / (_BETA**2 * precision + recall))
    return min(1.0, best)


def _rouge_l_ceiling(answer: str, reference: str) -> float:
    """The best continuation is an end of the reference: the words before it can only match what has been said."""
    begun, wanted = Words().tokenize(answer)[:-1], Words().tokenize(reference)
    common = _common_lengths(begun, wanted)
    matched = [(common[at] + len(wanted) - at, len(begun) + len(wanted) - at) for at in range(len(wanted) + 1)]
    return max((2 * match / (length + len(wanted)) for match, length in matched if wanted), default=0.0)


def _common_lengths(begun: list[str], wanted: list[str]) -> list[int]:
    """Returns the length of the longest common subsequence of `begun` with each beginning of `wanted`."""
    row = [0] * (len(wanted) + 1)
    for word in begun:
        before = row
        row = [0] * len(before)
        for at, other in enumerate(wanted, 1):
            row[at] = before[at - 1] + 1 if word == other else max(before[at], row[at - 1])
    return row


def _ngrams(text: str, n: int) -> Counter[str]:
    return Counter(text[at : at + n] for at in range(len(text) - n + 1))


def _squeezed(text: str) -> str:
    return "".join(plain(text).split())

"""How near answers are to their references, from 0 to 1. No model is needed, so this starts in a moment."""

import re
import unicodedata
from typing import Any

from trainer.runtime.events import Events, Failure

METRICS = ("chrf", "rouge_l", "exact", "contains")
_SPACE = re.compile(r"\s+")
# A word; or one character where a script writes without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese).
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


def main(job: dict[str, Any], events: Events) -> dict[str, Any]:
    metrics = tuple(job.get("metrics") or METRICS)
    if unknown := sorted(set(metrics) - set(METRICS)):
        raise Failure("BAD_OPTIONS", f"There is no metric {', '.join(unknown)}; there are {', '.join(METRICS)}.")
    measure = _Measure(metrics)
    # Several models' answers to the same questions, by the model's part.
    scored = {}
    for name, answers in job["answers"].items():
        each = [measure(answer, reference) for answer, reference in zip(answers, job["references"], strict=True)]
        scored[name] = {"mean": _means(each, metrics), "each": each}
    return scored


def _means(each: list[dict[str, Any]], metrics: tuple[str, ...]) -> dict[str, float | None]:
    """None where nothing has a reference: a mean over nothing is no 0."""
    found = {metric: [scores[metric] for scores in each if scores[metric] is not None] for metric in metrics}
    return {metric: sum(values) / len(values) if values else None for metric, values in found.items()}


class _Measure:
    def __init__(self, metrics: tuple[str, ...]):
        self._metrics = metrics
        if "chrf" in metrics:
            from sacrebleu.metrics import CHRF

            self._chrf = CHRF()
        if "rouge_l" in metrics:
            from rouge_score.rouge_scorer import RougeScorer

            self._rouge = RougeScorer(["rougeL"], tokenizer=Words())

    def __call__(self, answer: str, reference: str | list[str] | None) -> dict[str, float | None]:
        """Of several references the nearest one counts."""
        references = [reference] if isinstance(reference, str) else reference or []
        references = [text for text in references if text.strip()]
        if not references:
            return dict.fromkeys(self._metrics)
        return {
            metric: max(0.0, min(1.0, getattr(self, f"_{metric}_of")(answer, references))) for metric in self._metrics
        }

    def _chrf_of(self, answer: str, references: list[str]) -> float:
        return self._chrf.sentence_score(_plain(answer), [_plain(text) for text in references]).score / 100

    def _rouge_l_of(self, answer: str, references: list[str]) -> float:
        return max(self._rouge.score(text, answer)["rougeL"].fmeasure for text in references)

    def _exact_of(self, answer: str, references: list[str]) -> float:
        return float(_folded(answer) in map(_folded, references))

    def _contains_of(self, answer: str, references: list[str]) -> float:
        return float(any(_folded(text) in _folded(answer) for text in references))


class Words:
    """The library's own tokenizer keeps a–z and 0–9 alone, so that all Chinese answers would be equal: empty."""

    def tokenize(self, text: str) -> list[str]:
        return _TOKEN.findall(_folded(text))


def _plain(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def _folded(text: str) -> str:
    return _plain(text).casefold()

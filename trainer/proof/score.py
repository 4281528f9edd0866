"""The verb `score`: measures from 0 to 1 how close answers are to their references. It loads no model, so it starts fast."""

import re
import unicodedata
from dataclasses import fields

from trainer.protocol.jobs import ScoreJob
from trainer.protocol.outputs import Scored, ScoreOutputs, Scores
from trainer.runtime.events import Events

_SPACE = re.compile(r"\s+")
# A token is a word, or one character in scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese).
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


def main(job: ScoreJob, _: Events) -> ScoreOutputs:
    measure = _Measure()
    models = {}
    for name, answers in job.answers.items():
        each = [measure(answer, reference) for answer, reference in zip(answers, job.references, strict=True)]
        models[name] = Scored(mean=_means(each), each=each)
    return ScoreOutputs(models=models)


def _means(each: list[Scores]) -> Scores:
    """Returns the means. A mean is None if no answer has a reference, because 0 would be a score."""
    means = {}
    for metric in (field.name for field in fields(Scores)):
        values = [value for scores in each if (value := getattr(scores, metric)) is not None]
        means[metric] = sum(values) / len(values) if values else None
    return Scores(**means)


class _Measure:
    def __init__(self) -> None:
        from rouge_score.rouge_scorer import RougeScorer
        from sacrebleu.metrics import CHRF

        self._chrf = CHRF()
        self._rouge = RougeScorer(["rougeL"], tokenizer=Words())

    def __call__(self, answer: str, reference: str | list[str] | None) -> Scores:
        """Scores an answer. If there are several references, each metric takes the best."""
        references = [reference] if isinstance(reference, str) else reference or []
        references = [text for text in references if text.strip()]
        if not references:
            return Scores(chrf=None, rouge_l=None, exact=None, contains=None)
        return Scores(
            chrf=_bounded(self._chrf_of(answer, references)),
            rouge_l=_bounded(self._rouge_l_of(answer, references)),
            exact=self._exact_of(answer, references),
            contains=self._contains_of(answer, references),
        )

    def _chrf_of(self, answer: str, references: list[str]) -> float:
        return self._chrf.sentence_score(_plain(answer), [_plain(text) for text in references]).score / 100

    def _rouge_l_of(self, answer: str, references: list[str]) -> float:
        return max(self._rouge.score(text, answer)["rougeL"].fmeasure for text in references)

    def _exact_of(self, answer: str, references: list[str]) -> float:
        return float(_folded(answer) in map(_folded, references))

    def _contains_of(self, answer: str, references: list[str]) -> float:
        return float(any(_folded(text) in _folded(answer) for text in references))


class Words:
    """Tokenizes every script. The library's own tokenizer keeps only a–z and 0–9, so all Chinese answers would be empty."""

    def tokenize(self, text: str) -> list[str]:
        return _TOKEN.findall(_folded(text))


def _bounded(score: float) -> float:
    return max(0.0, min(1.0, score))


def _plain(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def _folded(text: str) -> str:
    return _plain(text).casefold()

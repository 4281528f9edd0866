"""The verb `score`: measures from 0 to 1 how close answers are to their references. It loads no model, so it starts fast."""

from dataclasses import fields

from trainer.proof.answer_texts import Words, differs_by_marks, folded, is_inside_words, plain
from trainer.proof.score_bounds import bounds_of
from trainer.protocol.jobs import ScoreJob
from trainer.protocol.outputs import Scored, ScoreOutputs, Scores
from trainer.runtime.events import Events


def main(job: ScoreJob, _: Events) -> ScoreOutputs:
    measure = _Measure()
    models = {}
    for name, answers in job.answers.items():
        each = [measure(answer, reference) for answer, reference in zip(answers, job.references, strict=True)]
        ends = job.ends.get(name) or ["whole"] * len(each)
        pairs = [(answer, _texts(reference)) for answer, reference in zip(answers, job.references, strict=True)]
        bounds = [bounds_of(end, scores, *pair) for end, scores, pair in zip(ends, each, pairs, strict=True)]
        models[name] = Scored(
            mean=_means(each),
            each=each,
            floor=[floor for floor, _ in bounds],
            ceiling=[ceiling for _, ceiling in bounds],
            marks_only=sum(differs_by_marks(*pair) for pair in pairs),
            inside_words=sum(is_inside_words(*pair) for pair in pairs),
        )
    return ScoreOutputs(models=models)


def _texts(reference: str | list[str] | None) -> list[str]:
    """Returns the references of one answer, without empty ones."""
    texts = [reference] if isinstance(reference, str) else reference or []
    return [text for text in texts if text.strip()]


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
        references = _texts(reference)
        if not references:
            return Scores(chrf=None, rouge_l=None, exact=None, contains=None)
        return Scores(
            chrf=_bounded(self._chrf_of(answer, references)),
            rouge_l=_bounded(self._rouge_l_of(answer, references)),
            exact=self._exact_of(answer, references),
            contains=self._contains_of(answer, references),
        )

    def _chrf_of(self, answer: str, references: list[str]) -> float:
        return self._chrf.sentence_score(plain(answer), [plain(text) for text in references]).score / 100

    def _rouge_l_of(self, answer: str, references: list[str]) -> float:
        return max(self._rouge.score(text, answer)["rougeL"].fmeasure for text in references)

    def _exact_of(self, answer: str, references: list[str]) -> float:
        return float(folded(answer) in map(folded, references))

    def _contains_of(self, answer: str, references: list[str]) -> float:
        return float(any(folded(text) in folded(answer) for text in references))


def _bounded(score: float) -> float:
    return max(0.0, min(1.0, score))

"""score: how close answers are to their references, in every script and without loading torch."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig import ROOT, run
from trainer.proof import answer_texts, score, score_bounds


def scored(*pairs: Any) -> Any:
    answers, references = zip(*pairs, strict=True)
    return run("score", references=list(references), answers={"one": list(answers)})["models"]["one"]


SAME = [
    ("The color of snow is white.", "The color of snow is white."),
    ("散斑噪声是乘性噪声。", "散斑噪声是乘性噪声。"),
    ("ＡＢＣ  déjà", "abc de\u0301ja\u0300"),
]


@pytest.mark.parametrize("answer, reference", SAME)
def test_an_answer_that_differs_only_in_width_case_and_spaces_is_exact(answer: str, reference: Any) -> None:
    item = scored((answer, reference))["each"][0]
    assert item["exact"] == item["contains"] == 1.0
    assert item["rouge_l"] == pytest.approx(1.0)


@pytest.mark.parametrize("reference", ["The color of snow is white.", "合成孔径雷达影像的斑点噪声是乘性噪声"])
def test_the_nearer_of_two_answers_scores_higher(reference: Any) -> None:
    near, far, none = reference[:-3], reference[::-1], ""
    for metric in ("chrf", "rouge_l"):
        values = [item[metric] for item in scored((near, reference), (far, reference), (none, reference))["each"]]
        assert 1 > values[0] > values[1] >= values[2] == 0.0


def test_chinese_answers_are_distinguished_by_characters() -> None:
    items = scored(("雷达影像", "雷达图像"), ("完全不同", "雷达图像"))["each"]
    assert items[0]["rouge_l"] == pytest.approx(0.75)
    assert items[1]["rouge_l"] == 0.0
    assert answer_texts.Words().tokenize("SAR影像 2024年，ok!") == ["sar", "影", "像", "2024", "年", "ok"]


def test_chrf_equals_sacrebleus_as_a_share() -> None:
    import sacrebleu

    answer, reference = "The colour of snow is grey.", "The color of snow is white."
    assert scored((answer, reference))["each"][0]["chrf"] == pytest.approx(
        sacrebleu.sentence_chrf(answer, [reference]).score / 100
    )


def test_the_best_of_several_references_counts() -> None:
    item = scored(("It is Rome, of course.", ["Paris", "rome"]))["each"][0]
    assert item["contains"] == 1.0 and item["exact"] == 0.0


def test_means_leave_out_answers_without_a_reference() -> None:
    outputs = scored(("a", "a"), ("b", "c"), ("d", None), ("e", []))
    assert outputs["mean"]["exact"] == 0.5
    assert outputs["each"][2]["chrf"] is None
    assert scored(("a", None))["mean"]["exact"] is None


def test_the_answers_of_two_models_are_scored_side_by_side() -> None:
    job: dict[str, Any] = {
        "references": ["white", "Rome"],
        "answers": {"before": ["black", "Rome"], "after": ["white", "Rome"]},
    }
    outputs = run("score", **job)["models"]
    assert outputs["before"]["mean"]["exact"] == 0.5 and outputs["after"]["mean"]["exact"] == 1.0
    assert [scores["exact"] for scores in outputs["before"]["each"]] == [0.0, 1.0]


def test_scoring_loads_no_torch(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps({"references": ["a"], "answers": {"one": ["a"]}, "ends": {}}))
    program = (
        "import sys; from trainer.__main__ import main; code = main(['score', sys.argv[1]]);"
        "print([name for name in ('torch', 'transformers') if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "job.json")], capture_output=True, text=True, cwd=ROOT
    )
    assert ended.returncode == 0 and json.loads(ended.stdout)["event"] == "done"
    assert ended.stderr.strip().endswith("[]")


def bounds(end: str, answer: str, reference: str) -> tuple[dict[str, float], dict[str, float]]:
    one = run("score", references=[reference], answers={"one": [answer]}, ends={"one": [end]})["models"]["one"]
    return one["floor"][0], one["ceiling"][0]


def test_a_whole_answer_has_one_score_and_an_unknown_one_may_have_any() -> None:
    floor, ceiling = bounds("whole", "Iron", "Iron.")
    assert floor == ceiling
    floor, ceiling = bounds("none", "", "Iron.")
    assert set(floor.values()) == {0.0} and set(ceiling.values()) == {1.0}


@pytest.mark.parametrize(
    ("answer", "exact", "contains"),
    [
        ("Ir", (0, 1), (0, 1)),
        ("The metal is", (0, 0), (0, 1)),
        ("Iron. It is a", (0, 0), (1, 1)),
        ("iron", (0, 1), (0, 1)),
    ],
)
def test_a_cut_answer_is_decided_where_no_continuation_changes_its_score(
    answer: str, exact: tuple[int, int], contains: tuple[int, int]
) -> None:
    floor, ceiling = bounds("cut", answer, "Iron.")
    assert (floor["exact"], ceiling["exact"]) == exact
    assert (floor["contains"], ceiling["contains"]) == contains


def test_a_long_cut_answer_cannot_come_close_to_a_short_reference() -> None:
    _, ceiling = bounds("cut", "It depends on many things that we should consider first. " * 10, "Iron.")
    assert ceiling["chrf"] < 0.3 and ceiling["rouge_l"] < 0.1


_words = st.text(alphabet="ab .,散斑é1", max_size=12) | st.sampled_from(["Iron.", "the metal is", "Iron", "斑点噪声"])


@settings(max_examples=400, deadline=None)
@given(begun=_words, more=_words, reference=_words.filter(str.strip))
def test_no_continuation_scores_outside_the_bounds(begun: str, more: str, reference: str) -> None:
    measured = _MEASURE(begun, reference)
    floor, ceiling = score_bounds.bounds_of("cut", measured, begun, [reference])
    whole = _MEASURE(begun + more, reference)
    for metric in ("chrf", "rouge_l", "exact", "contains"):
        assert getattr(floor, metric) - 1e-9 <= getattr(whole, metric) <= getattr(ceiling, metric) + 1e-9, metric


_MEASURE = score._Measure()


@pytest.mark.parametrize(
    ("answer", "reference", "marks", "inside"),
    [
        ("B.", "B", 1, 0),
        ("**42**", "42", 1, 0),
        ("-5", "5", 0, 0),
        ("17", "7", 0, 1),
        ("I know it", "no", 0, 1),
        ("No, it is not.", "no", 0, 0),
        ("我不知道。", "不", 0, 0),
    ],
)
def test_answers_that_a_metric_takes_too_literally_are_counted(
    answer: str, reference: str, marks: int, inside: int
) -> None:
    found = scored((answer, reference))
    assert (found["marks_only"], found["inside_words"]) == (marks, inside)

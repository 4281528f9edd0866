"""score: how close answers are to their references, in every script and without loading torch."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rig import ROOT, run
from trainer.proof import score


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
    assert score.Words().tokenize("SAR影像 2024年，ok!") == ["sar", "影", "像", "2024", "年", "ok"]


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
    (tmp_path / "job.json").write_text(json.dumps({"references": ["a"], "answers": {"one": ["a"]}}))
    program = (
        "import sys; from trainer.__main__ import main; code = main(['score', sys.argv[1]]);"
        "print([name for name in ('torch', 'transformers') if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "job.json")], capture_output=True, text=True, cwd=ROOT
    )
    assert ended.returncode == 0 and json.loads(ended.stdout)["event"] == "done"
    assert ended.stderr.strip().endswith("[]")

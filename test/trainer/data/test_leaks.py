"""Leakage: rows that ask an exam, exactly or nearly, are named and left out or refused; rows with its answers are named."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from rig import run
from trainer.data.measure.leaks import Exam
from trainer.runtime.events import Failure

EXAM = [
    {"prompt": "Explain the speckle noise of radar images.", "reference": "Many small echoes add up in one pixel."},
    {
        "prompt": "Name the bands of Sentinel-1.",
        "reference": "It has one band, the C band, whose waves are about 5.6 cm long.",
    },
]
ROWS = [
    {"prompt": "explain  the speckle noise of radar images", "completion": "A grain."},
    {"prompt": "Explain the speckle noise of radar images, please.", "completion": "A grain."},
    {
        "prompt": "On which wavelength does Sentinel-1 look at the ground?",
        "completion": "It has one band, the C band, whose waves are about 5.6 cm long, I think.",
    },
    {"prompt": "Explain the thermal noise of cameras.", "completion": "Heat."},
]


def lines(rows: list[Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def prepare(folder: Path, rows: list[Any], exam: list[Any], **options: Any) -> dict[str, Any]:
    (folder / "rows.jsonl").write_text(lines(rows))
    (folder / "exam.jsonl").write_text(lines(exam))
    places = {"source": str(folder / "rows.jsonl"), "out": str(folder / "out"), "exclude": str(folder / "exam.jsonl")}
    return run("prepare", io.StringIO(), **places, **options)


def test_rows_that_ask_the_exam_are_named_with_the_question_and_how_near_it_is(tmp_path: Path) -> None:
    outputs = prepare(tmp_path, ROWS, EXAM)
    assert outputs["dropped"]["excluded"] == 2 and outputs["rows"] == 2
    exact, near = outputs["leaks"]
    assert exact == {"row": "rows.jsonl:1", "question": "exam.jsonl:1", "similarity": 1}
    assert (near["row"], near["question"]) == ("rows.jsonl:2", "exam.jsonl:1") and 0.7 <= near["similarity"] < 1
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["leaks"] == outputs["leaks"]


def test_a_row_that_asks_in_other_words_shows_by_its_answer_and_is_learned(tmp_path: Path) -> None:
    [same] = prepare(tmp_path, ROWS, EXAM)["same_answers"]
    assert (same["row"], same["question"]) == ("rows.jsonl:3", "exam.jsonl:2") and same["similarity"] >= 0.7


def test_an_answer_that_very_many_rows_have_tells_no_question(tmp_path: Path) -> None:
    refusal = "I am a model for radar images and cannot answer questions about anything else."
    rows = [{"prompt": f"Question {number}?", "completion": refusal} for number in range(30)]
    assert prepare(tmp_path, rows, [{"prompt": "Who won?", "reference": refusal}])["same_answers"] == []


def test_a_leak_fails_the_step_where_it_is_asked_to(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"2 rows of rows\.jsonl ask a question of exam\.jsonl") as failed:
        prepare(tmp_path, ROWS, EXAM, on_leak="fail")
    assert failed.value.code == "TRAINING_ROWS_IN_QUESTIONS"
    assert "rows.jsonl:1 asks exam.jsonl:1" in str(failed.value)
    assert prepare(tmp_path, ROWS[2:], EXAM, on_leak="fail")["rows"] == 2


WORDS = "speckle layover foreshortening coherence interferogram baseline azimuth range chirp swath decibel multilook".split()
PATTERN = [f"请用一句话解释雷达遥感中“{word}”这个词是什么意思。" for word in WORDS] + [
    f"Explain to a beginner, in one short sentence, what the word {word} means." for word in WORDS
]


def test_questions_of_one_pattern_are_told_apart_by_what_differs() -> None:
    exam = Exam((f"exam:{at}", [{"role": "user", "content": text}], []) for at, text in enumerate(PATTERN))

    def leak(text: str) -> str | None:
        found = exam.asked_by("row", [{"role": "user", "content": text}])
        return found.question if found else None

    assert leak(PATTERN[0]) == "exam:0" and leak(PATTERN[-1].lower() + "  ") == f"exam:{len(PATTERN) - 1}"
    assert leak("请用一句话解释雷达遥感中“去噪”这个词是什么意思。") is None
    assert leak("Explain to a beginner, in one short sentence, what the word orbit means.") is None


def test_long_questions_that_begin_alike_are_told_apart_by_their_ends() -> None:
    head = "You are given the report of a mission, and you answer from it alone. " * 40
    exam = Exam([("exam:1", [{"role": "user", "content": head + "Which radar was flown over the delta?"}], [])])
    other = head + "How were the trees of the northern slope counted, by whom, and what did it cost? " * 12
    assert exam.asked_by("row", [{"role": "user", "content": other}]) is None


def test_the_rows_of_old_trainings_are_held_against_an_exam_by_the_same_measure(tmp_path: Path) -> None:
    prepare(tmp_path, ROWS, [{"prompt": "Something else?"}])
    found = run(
        "leaks",
        questions=[[EXAM[0]["prompt"]], ["Name the bands of Sentinel-2."]],
        rows=[str(tmp_path / "out" / "train.jsonl")],
    )["found"]
    assert found == [{"row": "train.jsonl:1", "question": "0", "similarity": 1}]

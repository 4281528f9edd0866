"""survey: what a file of rows holds, and which of them an exam may ask."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from rig import run
from trainer.data.measure.languages import language_of
from trainer.data.measure.near_questions import Asked, Sketches, near, question
from trainer.runtime.events import Failure


def survey(folder: Path, *rows: Any, max_candidates: int = 50) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    source, out = folder / "rows.jsonl", folder / "candidates.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    outputs = run("survey", io.StringIO(), source=str(source), candidates=str(out), max_candidates=max_candidates)
    return outputs, [json.loads(line) for line in out.read_text().splitlines()]


def pair(question: str, answer: str = "yes") -> dict[str, str]:
    return {"prompt": question, "completion": answer}


MANY = [
    pair(f"Where is the {thing} of the {place}?", f"The {thing} is {at} the {place}.")
    for at, thing in enumerate(("key", "window", "old clock", "red lamp"))
    for place in ("kitchen", "garden", "library", "engine room", "chapel")
]


def test_rows_are_counted_with_their_flaws(tmp_path: Path) -> None:
    rows = [*MANY, MANY[0], pair("Where is the  key of the kitchen", "Nowhere."), {"prompt": "an answer is missing"}]
    found, _ = survey(tmp_path, *rows)
    assert (found["rows"], found["duplicates"], found["near_duplicates"], found["bad_rows"]) == (21, 1, 1, 1)
    assert found["bad_row"].startswith("rows.jsonl:23: has no")
    assert found["languages"] == {"en": 21}


def test_turns_systems_and_thoughts_are_counted(tmp_path: Path) -> None:
    turns = [{"role": role, "content": f"{role} {at}"} for at in range(2) for role in ("user", "assistant")]
    rows = [
        {"messages": turns},
        {"messages": [{"role": "system", "content": "Be short."}, *turns[:2]]},
        pair("Why?", "<think>hm</think>So."),
    ]
    found, candidates = survey(tmp_path, *rows)
    assert (found["with_history"], found["with_system"], found["with_thoughts"]) == (1, 1, 1)
    # A question of one turn is written as people write it; what else belongs to a question stays with it.
    assert {"prompt": "Why?", "reference": "<think>hm</think>So."} in candidates
    assert {"messages": turns} in candidates


def test_the_exam_asks_no_question_twice_and_equal_rows_give_the_same_exam(tmp_path: Path) -> None:
    again = [pair(row["prompt"].upper(), row["completion"] + " Indeed.") for row in MANY]
    found, candidates = survey(tmp_path, *MANY, *again)
    _, shuffled = survey(tmp_path, *reversed([*MANY, *again]))
    assert candidates == shuffled
    asked = [candidate["prompt"].casefold() for candidate in candidates]
    assert len(asked) == len(set(asked)) == len(MANY)
    # Each takes its other spelling out of the training with it.
    assert found["candidates"] == [2] * len(MANY)


def test_questions_with_many_near_rows_come_last(tmp_path: Path) -> None:
    crowd = [
        pair(f"Please tell me, kind ship's computer, where the captain's hat is{mark}", mark)
        for mark in ("?", "!", " ?", "??", "…", ".")
    ]
    found, candidates = survey(tmp_path, *MANY, *crowd)
    assert found["candidates"][-1] == 6 and "hat" in candidates[-1]["prompt"]


def test_an_answer_that_is_not_to_be_learned_is_no_question(tmp_path: Path) -> None:
    turn = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    turns: list[dict[str, Any]] = [*turn, turn[0], {**turn[1], "weight": 0}]
    assert survey(tmp_path, {"messages": turns}, *MANY[:3])[0]["candidates"] == [1, 1, 1]


BROKEN = [
    ("", "has no rows"),
    ("question,answer\n", "has no rows"),
    ('{"text": "a"}\n', "no row has a known shape"),
    ("colour,size\nred,3\n", "no row has a known shape"),
    ('{"prompt": "a", "chosen": "b", "rejected": "c"}\n', "preference"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_a_file_that_cannot_be_trained_on_is_refused_as_prepare_does(tmp_path: Path, content: str, words: str) -> None:
    source = tmp_path / "rows.csv"
    source.write_text(content)
    with pytest.raises(Failure, match=words):
        run("survey", io.StringIO(), source=str(source), candidates=str(tmp_path / "c"), max_candidates=5)


LANGUAGES = [
    ("en", "What is the capital of France? The capital of France is Paris."),
    ("de", "Was ist die Hauptstadt von Frankreich? Die Hauptstadt ist Paris."),
    ("fr", "Quelle est la capitale de la France ? La capitale est Paris."),
    ("es", "¿Cuál es la capital de Francia? La capital de Francia es París."),
    ("zh", "什么是 SAR 影像？SAR 影像是合成孔径雷达的成像结果。"),
    ("ja", "フランスの首都はどこですか。フランスの首都はパリです。"),
    ("ko", "프랑스의 수도는 어디입니까? 파리입니다."),
    ("ru", "Какая столица Франции? Столица Франции — Париж."),
    ("ar", "ما هي عاصمة فرنسا؟ باريس."),
    ("none", "2 + 2 = 4"),
    ("latin", "xyzzy plugh"),
    ("other", "საქართველო"),
]


@pytest.mark.parametrize(("language", "text"), LANGUAGES)
def test_the_language_of_a_row_is_known_by_script_and_frequent_words(language: str, text: str) -> None:
    assert language_of(text) == language


PAIRS = [
    ("Explain speckle noise in SAR images.", "explain speckle noise in SAR images", True),
    ("Explain speckle noise in SAR images.", "Please explain speckle noise in SAR images.", True),
    ("Explain speckle noise in SAR images.", "Explain thermal noise in optical images.", False),
    ("Add 12 and 34, please.", "Add 12 and 35, please.", False),
    ("什么是合成孔径雷达的斑点噪声？", "什么是合成孔径雷达的斑点噪声", True),
    ("什么是合成孔径雷达的斑点噪声？", "什么是光学影像的辐射定标？", False),
    ("Is it?", "Is it", True),
    ("What is two plus three?", "What's two plus three", True),
    ("What is two plus three?", "What is two plus four?", False),
]


@pytest.mark.parametrize(("one", "other", "same"), PAIRS)
def test_questions_are_nearly_the_same_by_their_pieces_and_numbers(one: str, other: str, same: bool) -> None:
    first, second = question(one), question(other)
    sketches = Sketches()
    assert not sketches.repeats(one)
    assert near(first, second) == same == sketches.repeats(other)
    exam = Asked()
    exam.add([one])
    assert (exam.nearest((other,)) is not None) == same


def keyed(*keys: str) -> list[dict[str, str]]:
    return [dict(zip(keys, row.values(), strict=True)) for row in MANY]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (keyed("frage", "antwort"), {"user": "frage", "assistant": "antwort"}),
        (keyed("问题", "答案"), {"user": "问题", "assistant": "答案"}),
        (keyed("prompt", "antwort"), {"assistant": "antwort"}),
        (keyed("prompt", "completion"), {}),
    ],
    ids=["foreign", "chinese", "one-key", "usual"],
)
def test_rows_with_keys_of_their_own_are_read_with_the_map_that_they_suggest(
    rows: list[dict[str, str]], expected: dict[str, str], tmp_path: Path
) -> None:
    found, candidates = survey(tmp_path, *rows)
    assert (found["map"], found["rows"]) == (expected, len(MANY))
    assert candidates[0].keys() == {"prompt", "reference"}


def test_a_map_that_two_rows_suggest_differently_or_that_few_rows_fit_is_nobodys(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no row has a known shape"):
        survey(tmp_path, *keyed("frage", "antwort"), *keyed("pregunta", "respuesta"))
    with pytest.raises(Failure, match="frage"):
        survey(tmp_path, *keyed("frage", "antwort")[:10], *keyed("frage", "etwas")[:10])


def test_a_file_that_can_be_read_in_part_without_a_map_gets_none(tmp_path: Path) -> None:
    found, _ = survey(tmp_path, *MANY, *keyed("frage", "antwort")[:1])
    assert (found["map"], found["bad_rows"]) == ({}, 1)

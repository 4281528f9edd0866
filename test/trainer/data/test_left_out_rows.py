"""prepare: rows that ask a question of the exam are not learned."""

from pathlib import Path
from typing import Any

import pytest

from prepared import Prepared, lines, pair
from trainer.runtime.events import Failure


def test_rows_that_ask_a_question_of_the_exam_or_nearly_so_are_left_out(tmp_path: Path) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text(lines({"prompt": "Explain the speckle noise of radar images.", "reference": "A grain."}))
    content = lines(
        {"instruction": "Explain the speckle noise of radar images.", "output": "another answer"},
        {"instruction": "explain  the speckle noise of radar images", "output": "A grain."},
        {"instruction": "Explain the thermal noise of cameras.", "output": "Heat."},
    )
    prepared = Prepared(tmp_path, content, exclude=str(exam))
    assert prepared.outputs["dropped"] == {"duplicate": 0, "bad": 0, "excluded": 2}
    assert prepared.texts() == [[("user", "Explain the thermal noise of cameras."), ("assistant", "Heat.")]]


def talk(*questions: str) -> dict[str, Any]:
    turns = [({"role": "user", "content": text}, {"role": "assistant", "content": "Aye."}) for text in questions]
    return {"messages": [message for turn in turns for message in turn]}


IN_TURNS = [
    (talk("Who wrote Hamlet?", "What is two plus three?", "Thanks a lot"), True),
    (talk("What is two plus three? again"), True),
    (talk("What's two plus three"), True),
    (talk("What is two plus four?"), False),
    (talk("What is two plus three divided by the number of moons?"), False),
    # The exam asks "And why?" after another question.
    (talk("Name a planet without moons.", "And why?"), True),
    (talk("Hello!", "Name a planet without moons.", "And why?", "Thanks."), True),
    (talk("Is the sea salty?", "And why?"), False),
    (talk("Name a planet without moons."), False),
]


@pytest.mark.parametrize(("row", "left_out"), IN_TURNS)
def test_a_row_is_left_out_if_any_of_its_turns_asks_the_exam(
    row: dict[str, Any], left_out: bool, tmp_path: Path
) -> None:
    exam = tmp_path / "exam.jsonl"
    planet = talk("Name a planet without moons.", "And why?")["messages"][:3]
    exam.write_text(lines({"prompt": "What is two plus three?", "reference": "Five."}, {"messages": planet}))
    prepared = Prepared(tmp_path, lines(row, pair(1)), exclude=str(exam))
    assert prepared.outputs["dropped"]["excluded"] == left_out


def test_an_exam_that_asks_every_row_leaves_nothing_to_learn(tmp_path: Path) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text(lines(pair(1)))
    with pytest.raises(Failure, match=r"Every row of rows\.jsonl asks a question of exam\.jsonl") as failed:
        Prepared(tmp_path, lines(pair(1)), exclude=str(exam))
    assert failed.value.code == "BAD_DATA"

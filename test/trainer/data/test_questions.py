"""questions: an exam accepts every form of rows that `prepare` accepts, and reads the same texts."""

import json
from pathlib import Path
from typing import Any

import pytest

from rig import run
from trainer.runtime.events import Failure

QUESTION, ANSWER = "What color is snow?", "White."
TURNS = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}]
ROWS: dict[str, dict[str, Any]] = {
    "prompt and completion": {"prompt": QUESTION, "completion": ANSWER},
    "prompt and response": {"prompt": QUESTION, "response": ANSWER},
    "question and answer": {"question": QUESTION, "answer": ANSWER},
    "query and output": {"query": QUESTION, "output": ANSWER},
    "lists of messages": {"prompt": TURNS[:1], "completion": TURNS[1:]},
    "instruction and output": {"instruction": QUESTION, "output": ANSWER},
    "instruction and response": {"instruction": QUESTION, "input": "", "response": ANSWER},
    "messages": {"messages": TURNS},
    "messages as text": {"messages": json.dumps(TURNS)},
    "content parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": QUESTION}]}, TURNS[1]]},
    "human and gpt": {"messages": [{"role": "human", "content": QUESTION}, {"role": "gpt", "content": ANSWER}]},
    "ShareGPT": {"conversations": [{"from": "human", "value": QUESTION}, {"from": "gpt", "value": ANSWER}]},
    "a conversation": {"conversation": [{"from": "human", "value": QUESTION}, {"from": "gpt", "value": ANSWER}]},
}


def read(folder: Path, content: str, name: str = "exam.jsonl") -> list[dict[str, Any]]:
    (folder / name).write_text(content, encoding="utf-8")
    run("questions", source=str(folder / name), out=str(folder / "out.jsonl"))
    return [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]


def prepared(folder: Path, content: str, name: str) -> list[list[dict[str, str]]]:
    (folder / name).write_text(content, encoding="utf-8")
    run("prepare", source=str(folder / name), out=str(folder / "rows"))
    rows = [json.loads(line) for line in (folder / "rows/train.jsonl").read_text().splitlines()]
    return [row["messages"] for row in rows]


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
@pytest.mark.parametrize("form", ["lines", "an array"])
def test_a_row_of_prepare_is_a_question_with_its_answer(row: dict[str, Any], form: str, tmp_path: Path) -> None:
    content = json.dumps(row) + "\n" if form == "lines" else json.dumps([row], indent=1)
    name = "exam.jsonl" if form == "lines" else "exam.json"
    (question,) = read(tmp_path, content, name)
    assert [*question["messages"], {"role": "assistant", "content": question["references"][0]}] == TURNS
    assert prepared(tmp_path, content, name) == [TURNS]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_an_exam(mark: str, tmp_path: Path) -> None:
    content = f"prompt{mark}response\n{QUESTION}{mark}{ANSWER}\n"
    (question,) = read(tmp_path, content, "exam.csv")
    assert question["messages"] == TURNS[:1] and question["references"] == [ANSWER]
    assert question["at"] == "exam.csv:2"
    assert prepared(tmp_path, content, "exam.csv") == [TURNS]


@pytest.mark.parametrize(
    "row, reference",
    [
        ({"prompt": QUESTION}, None),
        ({"prompt": QUESTION, "reference": None}, None),
        ({"prompt": QUESTION, "reference": " "}, None),
        ({"prompt": QUESTION, "completion": "other", "reference": ANSWER}, ANSWER),
        ({"instruction": QUESTION}, None),
        ({"messages": TURNS[:1]}, None),
        ({"messages": TURNS[:1], "reference": ANSWER}, ANSWER),
        ({"messages": TURNS, "reference": "other"}, "other"),
        ({"conversations": [{"from": "human", "value": QUESTION}]}, None),
    ],
)
def test_the_answer_may_be_missing_and_a_reference_takes_its_place(
    row: dict[str, Any], reference: str | None, tmp_path: Path
) -> None:
    (question,) = read(tmp_path, json.dumps(row))
    assert question["messages"] == TURNS[:1] and question["references"] == ([reference] if reference else [])


def test_earlier_turns_a_system_message_and_an_input_belong_to_the_question(tmp_path: Path) -> None:
    rows = [
        {"messages": [{"role": "system", "content": "Be brief."}, *TURNS, {"role": "user", "content": "And coal?"}]},
        {"system": "Be brief.", "instruction": "Add:", "input": "7 and 8", "output": "15"},
        {"prompt": "Add:", "input": "7 and 8", "reference": "15"},
    ]
    first, second, third = read(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    assert [turn["role"] for turn in first["messages"]] == ["system", "user", "assistant", "user"]
    assert [turn["content"] for turn in second["messages"]] == ["Be brief.", "Add:\n\n7 and 8"]
    assert third["messages"] == [{"role": "user", "content": "Add:\n\n7 and 8"}]


def test_every_bad_question_is_named_by_its_line(tmp_path: Path) -> None:
    rows = ['{"prompt": "a"}', *['{"text": "b"}'] * 12, '{"messages": [{"role": "assistant", "content": "c"}]}']
    with pytest.raises(Failure) as failed:
        read(tmp_path, "\n".join(rows))
    assert failed.value.code == "BAD_DATA"
    assert 'exam.jsonl:2: has none of "prompt"' in str(failed.value) and "… and 3 more" in str(failed.value)
    with pytest.raises(Failure, match="has no question before the answer"):
        read(tmp_path, rows[-1])
    with pytest.raises(Failure, match="holds no question"):
        read(tmp_path, "\n\n")

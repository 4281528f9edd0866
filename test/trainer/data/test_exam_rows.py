"""Rows of an exam: several references, patterns and schemas."""

from typing import Any

import pytest

from trainer.data.rows.bad_row import BadRow
from trainer.data.rows.exam_row import exam_question

ASK = {"role": "user", "content": "q"}


def say(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


REFERENCES: list[tuple[dict[str, Any], list[str]]] = [
    ({"prompt": "q"}, []),
    ({"prompt": "q", "reference": "a"}, ["a"]),
    ({"prompt": "q", "reference": ["a", "乙"]}, ["a", "乙"]),
    ({"prompt": "q", "reference": []}, []),
    ({"prompt": "q", "output": ["a", "b"]}, ["a", "b"]),
    ({"prompt": "q", "output": ["a", "b"], "reference": "c"}, ["c"]),
    ({"prompt": "q", "output": "a", "reference": ["b", "c"]}, ["b", "c"]),
    ({"messages": [ASK, say("a")]}, ["a"]),
    ({"messages": [ASK, say("a"), say("b")]}, ["a", "b"]),
    ({"messages": [ASK, say("x"), ASK, say("a"), say("b"), say("c")]}, ["a", "b", "c"]),
    (
        {
            "conversations": [
                {"from": "human", "value": "q"},
                {"from": "gpt", "value": "a"},
                {"from": "gpt", "value": "b"},
            ]
        },
        ["a", "b"],
    ),
]


@pytest.mark.parametrize("row, references", REFERENCES)
def test_every_reference_of_a_question_is_read(row: dict[str, Any], references: list[str]) -> None:
    asked = exam_question(row)
    assert asked.references == references
    assert [message["role"] for message in asked.messages][-1] == "user"


def test_turns_before_the_question_stay() -> None:
    asked = exam_question({"messages": [ASK, say("x"), ASK, say("a"), say("b")]})
    assert [message["content"] for message in asked.messages] == ["q", "x", "q"]


def test_a_pattern_and_a_schema_are_taken_as_they_are() -> None:
    schema = {"type": "object"}
    for given in (schema, '{"type": "object"}'):
        asked = exam_question({"prompt": "q", "pattern": "^a$", "schema": given})
        assert (asked.pattern, asked.schema, asked.references, asked.unused) == ("^a$", schema, [], [])
    assert exam_question({"prompt": "q", "pattern": "", "schema": None}).pattern is None


@pytest.mark.parametrize(
    "row, reason",
    [
        ({"prompt": "q", "reference": ["a", " "]}, r'"reference\[1\]" is empty'),
        ({"prompt": "q", "reference": ["a", 7]}, '"reference" is a list, not text'),
        ({"prompt": "q", "pattern": 7}, '"pattern" is a number, not text'),
        ({"prompt": "q", "schema": "CREATE TABLE t (x INT)"}, "put it into `input`"),
        ({"messages": [say("a"), say("b")]}, "no question before the answer"),
        (["q"], "not an object"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(row: Any, reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        exam_question(row)

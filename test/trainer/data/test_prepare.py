"""prepare: rows of every known shape become canonical rows, and bad rows are reported with file and line."""

from pathlib import Path
from typing import Any

import pytest

from prepared import Prepared, lines, pair
from trainer.runtime.events import Failure

HELLO = [("user", "hello"), ("assistant", "hi")]
SHAPES = [
    ("instruction", {"instruction": "hello", "output": "hi"}, HELLO),
    ("instruction", {"instruction": "hello", "input": "", "output": "hi", "system": ""}, HELLO),
    (
        "instruction",
        {"instruction": "add", "input": "1, 2", "output": "3"},
        [("user", "add\n\n1, 2"), ("assistant", "3")],
    ),
    (
        "instruction",
        {"instruction": "and you?", "output": "well", "history": [["hello", "hi"]], "system": "be kind"},
        [("system", "be kind"), *HELLO, ("user", "and you?"), ("assistant", "well")],
    ),
    ("prompt", {"prompt": "hello", "completion": "hi"}, HELLO),
    ("prompt", {"question": "hello", "answer": "hi"}, HELLO),
    (
        "prompt",
        {"prompt": [{"role": "user", "content": "hello"}], "completion": [{"role": "assistant", "content": "hi"}]},
        HELLO,
    ),
    ("messages", {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]}, HELLO),
    (
        "messages",
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "hello"}]},
                {"role": "assistant", "content": "hi"},
            ]
        },
        HELLO,
    ),
    ("sharegpt", {"conversations": [{"from": "human", "value": "hello"}, {"from": "gpt", "value": "hi"}]}, HELLO),
    (
        "sharegpt",
        {"system": "be kind", "conversations": [{"from": "human", "value": "hello"}, {"from": "gpt", "value": "hi"}]},
        [("system", "be kind"), *HELLO],
    ),
]


@pytest.mark.parametrize("shape, row, expected", SHAPES)
def test_each_shape_is_recognised_and_becomes_messages(tmp_path: Path, shape: Any, row: Any, expected: Any) -> None:
    prepared = Prepared(tmp_path, lines(row))
    assert prepared.outputs["shape"] == shape
    assert prepared.texts() == [expected]


BAD = [
    (b'{"prompt": "a", "completion": "\xff"}', "is not UTF-8"),
    (rb'{"prompt": "a", "completion": "\ud83d"}', "lone surrogate"),
    (rb'{"prompt": "a", "completion": "b\u0000"}', "NUL"),
    (b'{"prompt": "a", "completion": NaN}', "NaN"),
    (b'{"prompt": "a", "completion": "b"', "is not JSON"),
    (b'{"prompt": "a", "prompt": "b", "completion": "c"}', '"prompt" twice'),
    (b'["a", "b"]', "is a list, not an object"),
    (b'{"prompt": "a"}', 'has no "completion"; it has: prompt'),
    (b'{"prompt": "a", "completion": "  "}', '"completion" is empty'),
    (b'{"prompt": "a", "completion": null}', '"completion" is null, not text'),
    (b'{"prompt": 5, "completion": "b"}', '"prompt" is a number, not text'),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"prompt": "a", "completion": ' + b"9" * 5000 + b"}", "is not JSON"),
]


@pytest.mark.parametrize("row, reason", BAD, ids=[reason for _, reason in BAD])
def test_a_bad_row_is_named_by_file_line_and_reason(tmp_path: Path, row: Any, reason: str) -> None:
    content = lines(pair(1)).encode() + b"\n" + row + b"\r\n" + lines(pair(2)).encode()
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, content)
    assert failed.value.code == "BAD_DATA"
    assert "1 of 3 rows of rows.jsonl cannot be used" in str(failed.value)
    assert "rows.jsonl:3: " in str(failed.value) and reason in str(failed.value)
    skipped = Prepared(tmp_path, content, on_bad_row="skip", max_bad_rows=0.5)
    assert skipped.outputs["rows"] == 2 and skipped.outputs["dropped"]["bad"] == 1
    assert skipped.bad_rows[0]["where"] == "rows.jsonl:3" and reason in skipped.bad_rows[0]["reason"]


TURNS = [
    (["assistant", "user", "assistant"], "begins with the assistant"),
    (["user", "user", "assistant"], "two messages of the user in a row"),
    (["user", "assistant", "user"], "does not end with the assistant's answer"),
    (["user", "system", "assistant"], "a system message that is not the first"),
    (["user", "tool", "assistant"], "a result of a tool that no message before it calls"),
    (["system"], "does not end with the assistant's answer"),
    ([], "has no messages"),
]


@pytest.mark.parametrize("roles, reason", TURNS)
def test_turns_out_of_order_are_refused(tmp_path: Path, roles: Any, reason: str) -> None:
    row = {"messages": [{"role": role, "content": f"{number}"} for number, role in enumerate(roles)]}
    with pytest.raises(Failure, match=reason):
        Prepared(tmp_path, lines(row))


def test_the_weight_of_a_message_is_kept_and_a_row_without_a_learned_answer_is_refused(tmp_path: Path) -> None:
    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    row = {"messages": [{"role": role, "content": text, "weight": int(text != "b")} for role, text in turns]}
    assert [message.get("weight") for message in Prepared(tmp_path, lines(row)).rows()[0]] == [None, 0, None, None]
    for message in row["messages"]:
        message["weight"] = 0
    with pytest.raises(Failure, match="no answer to learn"):
        Prepared(tmp_path, lines(row))


def test_a_failure_lists_ten_bad_rows_and_counts_the_rest(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, lines(pair(0), *["nonsense"] * 25))
    assert str(failed.value).count("rows.jsonl:") == 10
    assert "25 of 26 rows" in str(failed.value) and "… and 15 more" in str(failed.value)


@pytest.mark.parametrize("cap, passes", [(0.1, False), (0.2, True), (1, True), (0, False)])
def test_skipping_stops_at_its_cap(tmp_path: Path, cap: Any, passes: Any) -> None:
    content = lines(*[pair(number) for number in range(8)], "nonsense", "{}")
    options = {"on_bad_row": "skip", "max_bad_rows": cap}
    if passes:
        assert Prepared(tmp_path, content, **options).outputs["rows"] == 8
    else:
        with pytest.raises(Failure, match=r"`max_bad_rows: [\d.]+` allows \d+\."):
            Prepared(tmp_path, content, **options)


@pytest.mark.parametrize("policy", ["fail", "skip"])
@pytest.mark.parametrize("content", ["", "\n \n", "nonsense\n"])
def test_a_file_without_a_good_row_fails(tmp_path: Path, content: Any, policy: Any) -> None:
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, content, on_bad_row=policy, max_bad_rows=1)
    assert failed.value.code == "BAD_DATA"


def test_unknown_fields_are_listed_with_the_known_shapes(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"(?s)Its fields are: headline, text\..*\"instruction\".*\"conversations\""):
        Prepared(tmp_path, lines({"headline": "a", "text": "b"}))

"""Every key of a row and of a message is read, known as harmless, told in the summary, or refuses the row by its name."""

import json
from pathlib import Path
from typing import Any

import pytest

from prepared import Prepared, lines
from rig import run
from trainer.data.rows.bad_row import BadRow
from trainer.data.rows.read_row import question, training_row
from trainer.runtime.events import Failure

ASK, ANSWER = {"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}
CHAT = {"messages": [ASK, ANSWER]}
PAIR = {"instruction": "hello", "output": "hi"}
SHARE = {"conversations": [{"from": "human", "value": "hello"}, {"from": "gpt", "value": "hi"}]}

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"label": False}, '"label": false; it marks the answer as bad'),
    ({"label": 0}, '"label": 0; it marks the answer as bad'),
    ({"kto_tag": "false"}, '"kto_tag"'),
    ({"Label": False}, '"Label"'),
    ({"rejected_response": "Rome."}, '"rejected_response", which belongs to preference data'),
    ({"rejected": "no"}, '"rejected"'),
    ({"chosen": [ASK, ANSWER]}, '"chosen"'),
    ({"tools": '[{"nom": "convert"}]'}, 'a tool without a "name"'),
    ({"tools": {"name": "convert"}}, '"tools" is an object, not a list of tools'),
    ({"functions": [{}, {"name": "f"}]}, '"functions", which is about tools'),
    ({"images": ["a.jpg"]}, '"images", which is an image'),
    ({"image": {"bytes": "x", "path": None}}, '"image"'),
    ({"videos": "a.mp4"}, '"videos"'),
    ({"audios": ["a.wav"]}, '"audios"'),
    ({"reasoning": "because"}, '"reasoning", which is reasoning apart from the answer'),
    ({"thinking": "because"}, '"thinking"'),
    ({"Complex_CoT": "because"}, '"Complex_CoT"'),
    ({"train": False}, '"train": false; it says that this is not to be learned'),
    ({"weight": 0}, '"weight": 0'),
    ({"weight": 0.5}, 'has a "weight" of 0.5'),
    ({"loss": "some"}, "has a \"loss\" of 'some'"),
    ({"mask": True}, '"mask": true'),
    ({"train_on_input": True}, '"train_on_input"'),
    ({"choices": ["a", "b"]}, '"choices", which may belong to the question'),
    ({"passage": "It rained."}, '"passage"'),
    ({"System": "Be brief."}, 'rename "System" to "system"'),
    ({"sys": "Be brief."}, 'rename "sys" to "system"'),
    ({"系统": "Be brief."}, 'rename "系统" to "system"'),
    ({"chat_history": [["a", "b"]]}, 'rename "chat_history" to "history"'),
]


@pytest.mark.parametrize("shape", [CHAT, PAIR, SHARE], ids=["messages", "instruction", "sharegpt"])
@pytest.mark.parametrize("extra, says", REFUSED, ids=[str(extra) for extra, _ in REFUSED])
def test_a_key_that_changes_the_meaning_refuses_the_row_in_every_shape(
    shape: dict[str, Any], extra: dict[str, Any], says: str
) -> None:
    for read in (training_row, question):
        with pytest.raises(BadRow) as bad:
            read({**shape, **extra})
        assert says in str(bad.value)


NOTHING: list[dict[str, Any]] = [
    {"tools": "[]"},
    {"tools": ""},
    {"tools": []},
    {"tools": None},
    {"functions": "null"},
    {"images": []},
    {"images": [None]},
    {"image": {"bytes": None, "path": None}},
    {"label": True},
    {"label": "1"},
    {"rejected": ""},
    {"reasoning": None},
    {"weight": 1.0},
    {"train": True},
    {"mask": "User"},
    {"train_on_inputs": False},
    {"history": []},
    {"system": ""},
    {"id": 7, "source": "x", "score": 0.5, "url": "y", "created_at": "z", "category": "c", "num_tokens": 9},
    {"prompt_id": "a", "__index_level_0__": 3, "Unnamed: 0": 4, "Language": "en"},
    {"unknown": None},
]


@pytest.mark.parametrize("shape", [CHAT, PAIR, SHARE], ids=["messages", "instruction", "sharegpt"])
@pytest.mark.parametrize("extra", NOTHING, ids=map(str, NOTHING))
def test_a_key_that_says_nothing_or_describes_the_row_is_not_told(shape: dict[str, Any], extra: dict[str, Any]) -> None:
    read = training_row({**shape, **extra})
    assert read.messages == [ASK, ANSWER] and read.unused == []


def test_unknown_keys_are_told_with_the_number_of_their_rows(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {**PAIR, "mood": "good"},
        {**PAIR, "output": "ho", "mood": "bad", "label": "sports"},
        {"messages": [{**ASK, "mood": 1, "weight": 1}, {**ANSWER, "content": "hey"}], "reference": "x", "text": "t"},
    ]
    prepared = Prepared(tmp_path, lines(*rows))
    assert prepared.outputs["unused_keys"] == {
        "mood": 2,
        "label": 1,
        "messages[].weight of the user": 1,
        "messages[].mood": 1,
        "text": 1,
        "reference": 1,
    }
    assert prepared.summary["unused_keys"] == prepared.outputs["unused_keys"]
    (tmp_path / "exam.jsonl").write_text(lines(*rows))
    told = run("questions", source=str(tmp_path / "exam.jsonl"), out=str(tmp_path / "q"))
    assert told["unused_keys"].keys() == prepared.outputs["unused_keys"].keys() - {"reference"}


def test_more_than_100_names_of_keys_are_counted_as_one(tmp_path: Path) -> None:
    prepared = Prepared(tmp_path, lines(*[{**PAIR, "output": f"{n}", f"key{n}": "x"} for n in range(150)]))
    assert len(prepared.outputs["unused_keys"]) == 101 and prepared.outputs["unused_keys"]["other keys"] == 50


def test_keys_may_be_ignored_by_option(tmp_path: Path) -> None:
    content = lines({**PAIR, "label": False, "choices": ["a"], "mood": "x"})
    with pytest.raises(Failure, match='"choices"'):
        Prepared(tmp_path, content)
    prepared = Prepared(tmp_path, content, ignore_keys=["label", "choices", "mood"])
    assert prepared.outputs["rows"] == 1 and prepared.outputs["unused_keys"] == {}


def test_a_row_that_is_refused_by_a_key_can_be_skipped(tmp_path: Path) -> None:
    rows = [{**CHAT, "label": True}, {"messages": [ASK, {**ANSWER, "content": "no"}], "label": False}]
    prepared = Prepared(tmp_path, lines(*rows), on_bad_row="skip", max_bad_rows=0.5)
    assert prepared.texts() == [[("user", "hello"), ("assistant", "hi")]]
    assert prepared.summary["bad_reasons"] == {'has "label"': 1}


@pytest.mark.parametrize(
    "flag",
    [
        {"weight": 0},
        {"weight": "0"},
        {"train": False},
        {"training": False},
        {"loss": False},
        {"loss_weight": 0.0},
        {"loss_scale": 0},
        {"learn": "false"},
        {"mask": True},
        {"masked": 1},
        {"ignore": True},
        {"label": False},
    ],
    ids=str,
)
def test_an_answer_that_is_not_to_be_learned_is_seen_and_not_learned(flag: dict[str, Any]) -> None:
    first = {**ANSWER, "content": "bad", **flag}
    read = training_row({"messages": [ASK, first, {**ASK, "content": "again"}, ANSWER]})
    assert [message.get("weight", 1) for message in read.messages] == [1, 0, 1, 1]
    with pytest.raises(BadRow, match="no answer to learn"):
        training_row({"messages": [ASK, first]})


MESSAGES: list[tuple[dict[str, Any], str]] = [
    ({**ANSWER, "tool_calls": [{"id": "x"}]}, 'a call of a tool without a "name"'),
    ({**ANSWER, "tools": [{"name": "convert"}]}, '"tools", which is about tools'),
    ({**ANSWER, "reasoning_content": "because"}, '"reasoning_content"'),
    ({**ANSWER, "train_detail": [{"begin_offset": 0}]}, '"train_detail"'),
    ({**ANSWER, "images": ["a.png"]}, '"images"'),
    ({**ANSWER, "value": "other"}, '"content" and "value", which differ'),
    ({**ANSWER, "from": "human"}, '"role" and "from", which differ'),
    ({**ANSWER, "rejected": "no"}, '"rejected"'),
    ({"Role": "assistant", "Content": "hi"}, 'rename "Role" to "role" and "Content" to "content"'),
    ({"speaker": "assistant", "text": "hi"}, 'rename "speaker" to "role" and "text" to "content"'),
    ({"assistant": "hi"}, 'without "role"; it has: assistant'),
    ({"role": "tool", "content": "42"}, "a result of a tool that no message before it calls"),
    ({"role": "observation", "content": "42"}, "a result of a tool"),
    ({"role": "developer", "content": "hi"}, "role 'developer', which has another meaning in each template"),
    ({"role": "customer", "content": "hi"}, "role 'customer'; known are system, user and assistant"),
    ({"role": "assistant", "content": [{"type": "image_url"}]}, "parts that are not text (image_url)"),
]


@pytest.mark.parametrize("message, says", MESSAGES, ids=[says for _, says in MESSAGES])
def test_a_message_that_says_more_than_a_text_is_refused(message: dict[str, Any], says: str) -> None:
    with pytest.raises(BadRow) as bad:
        training_row({"messages": [ASK, message]})
    assert says in str(bad.value)


def test_nulls_that_a_table_of_columns_fills_in_are_nothing() -> None:
    filled: dict[str, Any] = {
        "tool_calls": None,
        "weight": None,
        "images": [],
        "name": None,
        "value": None,
        "from": None,
    }
    assert training_row({"messages": [{**ASK, **filled}, {**ANSWER, **filled}]}).messages == [ASK, ANSWER]


@pytest.mark.parametrize(
    "user, answer",
    [("human", "gpt"), ("User", "Model"), ("prompter", "assistant"), ("user", "bot"), ("User", "Chatbot")],
)
def test_roles_of_other_tools_are_read(user: str, answer: str) -> None:
    turns = [{"role": user, "content": "hello"}, {"role": answer, "content": "hi"}]
    assert training_row({"messages": turns}).messages == [ASK, ANSWER]


@pytest.mark.parametrize(
    "text, is_refused",
    [
        ("<image>Who is this?", True),
        ("Who is this? <image>", True),
        ("<video>\nWhat happens?", True),
        ("<audio>", True),
        ("<audio>x</audio>", False),
        ("What does <image> do in SVG?", False),
    ],
)
def test_a_mark_for_an_image_refuses_the_row_and_a_tag_does_not(text: str, is_refused: bool) -> None:
    row = {"messages": [{"role": "user", "content": text}, ANSWER]}
    if is_refused:
        with pytest.raises(BadRow, match="has the mark <"):
            training_row(row)
    else:
        assert training_row(row).messages[0]["content"] == text


CONFLICTS: list[tuple[dict[str, Any], str]] = [
    ({"prompt": "A?", "instruction": "B?", "output": "x"}, '"instruction" and "prompt", which differ'),
    ({"question": "A?", "query": "B?", "answer": "x"}, '"question" and "query", which differ'),
    ({"prompt": "A?", "completion": "x", "response": "y"}, '"completion" and "response", which differ'),
    ({**CHAT, "prompt": "A?"}, '"prompt" and "messages", which differ'),
    ({**CHAT, **SHARE, "conversations": []} | {"conversation": SHARE["conversations"]}, "which differ"),
    ({**CHAT, "history": [["a", "b"]]}, '"history" beside "messages"'),
    ({**CHAT, "context": "It rained."}, '"context" beside "messages"'),
    ({"messages": [{"role": "system", "content": "A"}, ASK, ANSWER], "system": "B"}, "two system messages"),
    ({"instruction": "A?", "system": "x", "system_prompt": "y", "output": "z"}, '"system" and "system_prompt"'),
]


@pytest.mark.parametrize("row, says", CONFLICTS, ids=[says for _, says in CONFLICTS])
def test_two_keys_for_one_part_are_refused_where_they_differ(row: dict[str, Any], says: str) -> None:
    for read in (training_row, question):
        with pytest.raises(BadRow) as bad:
            read(row)
        assert says in str(bad.value)


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "hello", "instruction": "hello", "output": "hi"},
        {"prompt": "hello ", **CHAT},
        {**CHAT, "response": "hi"},
        {"messages": [ASK], "answer": "hi"},
        {"prompt": [ASK], "completion": "hi"},
        {"prompt": "hello", "completion": [ANSWER]},
        {"instruction": "", "prompt": "hello", "output": "hi"},
        {"completion": "", "prompt": "hello", "output": "hi"},
    ],
    ids=str,
)
def test_two_keys_that_say_the_same_are_one(row: dict[str, Any]) -> None:
    read = training_row(row)
    assert read.messages == [ASK, ANSWER] and read.unused == []
    assert (question(row).messages, question(row).reference) == ([ASK], "hi")


def test_with_a_shape_the_keys_of_other_shapes_are_told(tmp_path: Path) -> None:
    row = {"prompt": "A?", "instruction": "hello", "output": "hi"}
    prepared = Prepared(tmp_path, lines(row), shape="instruction")
    assert prepared.texts() == [[("user", "hello"), ("assistant", "hi")]]
    assert prepared.outputs["unused_keys"] == {"prompt": 1}


@pytest.mark.parametrize(
    "row, wanted",
    [
        ({"question": "Who?", "context": "It rained."}, ["Who?\n\nIt rained."]),
        ({"prompt": "Who?", "system_prompt": "Be brief."}, ["Be brief.", "Who?"]),
        ({"prompt": "Who?", "history": [["a", "b"]]}, ["a", "b", "Who?"]),
        ({"instruction": "Who?", "history": '[["a", "b"]]'}, ["a", "b", "Who?"]),
        ({"instruction": "Who?", "history": [ASK, ANSWER]}, ["hello", "hi", "Who?"]),
        ({"messages": [{"role": "user", "content": "Who?"}], "system": "Be brief."}, ["Be brief.", "Who?"]),
    ],
)
def test_an_exam_asks_what_the_training_row_would_have(row: dict[str, Any], wanted: list[str]) -> None:
    learned = training_row({**row, "completion": "x"})
    asked = question({**row, "reference": "x"})
    assert [message["content"] for message in learned.messages] == [*wanted, "x"]
    assert [message["content"] for message in asked.messages] == wanted and asked.reference == "x"


def test_a_file_whose_keys_have_other_names_is_told_once_with_the_names_to_use(tmp_path: Path) -> None:
    for row, says in [
        ({"问题": "你好", "答案": "好"}, 'Rename "问题" to "prompt" and "答案" to "completion"'),
        ({"Question ": "a", "Answer": "b"}, 'Rename "Question " to "question" and "Answer" to "answer"'),
        ({"input": "a", "output": "b"}, 'Rename "input" to "prompt"'),
        ({"input": "a", "ideal": "b"}, 'Rename "ideal" to "completion" and "input" to "prompt"'),
        ({"contents": [{"role": "user", "parts": [{"text": "a"}]}]}, 'Rename "contents" to "messages"'),
        ({"inputs": "a", "targets": "b"}, 'Rename "inputs" to "prompt" and "targets" to "completion"'),
        ({"row_idx": 0, "row": PAIR}, "Its key \"row\" holds the row: `jq -c '.row' rows.jsonl > rows.rows.jsonl`"),
        ({"text": "Once upon a time."}, "The rows are running text, and temper trains on questions"),
    ]:
        with pytest.raises(Failure) as failed:
            Prepared(tmp_path, lines(*[row] * 40))
        assert says in str(failed.value) and str(failed.value).count("\n") < 6


def test_rows_of_several_shapes_are_each_read_by_their_own_keys(tmp_path: Path) -> None:
    prepared = Prepared(tmp_path, lines(PAIR, {**CHAT, "messages": [ASK, {**ANSWER, "content": "hey"}]}, SHARE))
    assert prepared.outputs["rows"] == 2 and prepared.outputs["dropped"]["duplicate"] == 1
    assert prepared.summary["shapes"] == {"instruction": 1, "messages": 1, "sharegpt": 1}


def test_rows_that_differ_by_indentation_are_different(tmp_path: Path) -> None:
    rows = [{"prompt": "Indent it.", "completion": f"if x:\n{' ' * width}pass"} for width in (2, 4, 8)]
    same = {"prompt": "Indent it. \r\n", "completion": "if x:  \n  pass\n"}
    prepared = Prepared(tmp_path, lines(*rows, same))
    assert prepared.outputs["rows"] == 3 and prepared.outputs["dropped"]["duplicate"] == 1


def test_an_exam_row_says_which_key_holds_its_answer(tmp_path: Path) -> None:
    (tmp_path / "exam.jsonl").write_text(json.dumps({"prompt": "a", "expected": "b"}))
    with pytest.raises(Failure, match='rename "expected" to "reference"'):
        run("questions", source=str(tmp_path / "exam.jsonl"), out=str(tmp_path / "out"))

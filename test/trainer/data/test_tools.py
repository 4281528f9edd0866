"""Calls of tools in rows: read from the shapes that people have, rendered by templates that have them, refused by others."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from real_templates import real_templates
from rig import run
from trainer.data.questions import read_questions
from trainer.data.templates.examples import IGNORED, read_examples
from trainer.runtime.base_files import load_tokenizer
from trainer.runtime.events import Events, Failure

WEATHER = {
    "name": "get_weather",
    "description": "The weather of a place.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
}
CALL = {"name": "get_weather", "arguments": {"city": "西安", "days": 3}}
ASK = {"role": "user", "content": "Will it rain in Xi'an?"}
OPENAI: dict[str, Any] = {
    "tools": [{"type": "function", "function": WEATHER}],
    "messages": [
        ASK,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {**CALL, "arguments": json.dumps(CALL["arguments"])}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "name": "get_weather", "content": '{"rain": "84 %"}'},
        {"role": "assistant", "content": "Yes, most likely."},
    ],
}
SHAREGPT: dict[str, Any] = {
    "tools": json.dumps([WEATHER]),
    "conversations": [
        {"from": "human", "value": ASK["content"]},
        {"from": "function_call", "value": json.dumps(CALL)},
        {"from": "observation", "value": '{"rain": "84 %"}'},
        {"from": "gpt", "value": "Yes, most likely."},
    ],
}


def prepare(folder: Path, *rows: Any, **options: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    outputs = run("prepare", io.StringIO(), source=str(folder / "rows.jsonl"), out=str(folder / "out"), **options)
    return outputs, [json.loads(line) for line in (folder / "out" / "train.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("row", [OPENAI, SHAREGPT], ids=["openai", "sharegpt"])
def test_calls_and_results_are_read_with_arguments_as_objects(row: Any, tmp_path: Path) -> None:
    _, [read] = prepare(tmp_path, row)
    assert read["tools"] == [{"type": "function", "function": WEATHER}]
    assert [message["role"] for message in read["messages"]] == ["user", "assistant", "tool", "assistant"]
    [call] = read["messages"][1]["tool_calls"]
    assert call == {"id": call["id"], "type": "function", "function": CALL}
    assert call["id"] == ("c1" if row is OPENAI else "call00001")
    assert (read["messages"][2]["tool_call_id"], read["messages"][2]["name"]) == (call["id"], "get_weather")


def test_keys_of_tools_are_put_into_the_order_in_which_ollama_writes_them(tmp_path: Path) -> None:
    city = {"default": "Oslo", "description": "Where.", "type": "string"}
    tool = {"parameters": {"properties": {"city": city}, "required": ["city"], "type": "object"}, "name": "get_weather"}
    _, [read] = prepare(tmp_path, {**OPENAI, "tools": [tool]})
    assert json.dumps(read["tools"][0]["function"]) == json.dumps(
        {
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "required": ["city"],
                "properties": {"city": {"type": "string", "description": "Where.", "default": "Oslo"}},
            },
        }
    )


def test_rows_that_differ_in_their_calls_are_no_duplicates(tmp_path: Path) -> None:
    other = json.loads(json.dumps(SHAREGPT).replace("\\\\u897f", "\\\\u5317"))
    assert other != SHAREGPT
    assert prepare(tmp_path, SHAREGPT, OPENAI, other)[0]["rows"] == 2


def changed(at: int | None, **message: Any) -> Any:
    messages = [dict(each) for each in OPENAI["messages"]]
    if at is None:
        messages.insert(2, message)
    else:
        messages[at] = {**messages[at], **message}
    return {**OPENAI, "messages": messages}


BAD = [
    ({**OPENAI, "tools": [{"name": "other"}]}, 'calls "get_weather", which its `tools` do not offer'),
    ({"messages": OPENAI["messages"]}, 'calls "get_weather", and has no "tools"'),
    (changed(1, tool_calls=[{"function": {"name": "get_weather", "arguments": "{city"}}]), "is not JSON"),
    (changed(1, tool_calls=[{"function": {"name": "get_weather", "arguments": "[1]"}}]), "arguments that are a list"),
    (changed(None, role="tool", content="again"), "more results of tools than calls"),
    (changed(0, tool_calls=[{"function": CALL}]), 'has "tool_calls" in a message of the user'),
    (changed(None, role="user", content="Well?"), "a question right after a call of a tool"),
    (changed(3, role="user"), "a question right after a result of a tool"),
]


@pytest.mark.parametrize(("row", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_row_whose_calls_do_not_fit_together_is_bad(row: Any, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Failure) as failed:
        prepare(tmp_path, row)
    assert reason in str(failed.value)


@pytest.mark.parametrize("name", ["Qwen-Qwen2.5-7B-Instruct", "Qwen-Qwen3-0.6B", "Qwen3-Coder"])
def test_a_template_of_tools_shows_all_and_the_calls_and_answers_alone_are_learned(
    name: str, tmp_path: Path, base: Path
) -> None:
    prepare(tmp_path, OPENAI)
    tokenizer = load_tokenizer(base)
    examples, _ = read_examples(tmp_path / "out" / "train.jsonl", tokenizer, real_templates()[name], 8000)
    text = tokenizer.decode(examples[-1].input_ids)
    assert text.count("get_weather") >= 2 and "84 %" in text and "The weather of a place." in text
    learned = tokenizer.decode([label for each in examples for label in each.labels if label != IGNORED])
    assert all(said in learned for said in ("get_weather", "西安", "days", "3", "Yes, most likely."))
    assert "84 %" not in learned and "The weather of a place." not in learned
    assert learned.count("<|im_end|>") == 2, "it learns to stop after the call"


def test_a_template_that_drops_tools_refuses_the_rows_and_says_what_is_lost(tmp_path: Path, base: Path) -> None:
    prepare(tmp_path, OPENAI)
    tokenizer = load_tokenizer(base)
    with pytest.raises(Failure, match=r"train\.jsonl:1: the template leaves out the tool get_weather") as failed:
        read_examples(tmp_path / "out" / "train.jsonl", tokenizer, tokenizer.chat_template, 8000)
    assert failed.value.code == "TEMPLATE_DROPS_CONTENT"


def test_an_exam_with_tools_is_refused(tmp_path: Path) -> None:
    (tmp_path / "exam.jsonl").write_text(json.dumps(OPENAI))
    with pytest.raises(Failure, match="has tools, with which an exam cannot ask yet"):
        list(read_questions(tmp_path / "exam.jsonl", Events(io.StringIO())))

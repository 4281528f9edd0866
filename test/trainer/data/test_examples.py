"""The model learns only the assistant's answers and their end tokens."""

import json
from pathlib import Path
from typing import Any

import pytest

import tiny_model
from rig import make_job, train
from trainer.data.templates.chat_template import effective_template
from trainer.data.templates.examples import IGNORED, read_examples
from trainer.runtime.events import Failure

# As Qwen3 does: the template removes the thinking of earlier turns.
THINKING = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' }}"
    "{% if m['role'] == 'assistant' %}{{ (m['content'] if loop.last else m['content'].split('</think>')[-1]) }}"
    "{% else %}{{ m['content'] }}{% endif %}{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
WITHOUT_END = "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
TODAY = "{{ strftime_now('%d %b %Y') }}" + tiny_model.CHAT_TEMPLATE


@pytest.fixture(scope="module")
def tokenizer(base: Path) -> Any:
    from trainer.runtime.base_files import load_tokenizer

    return load_tokenizer(base)


@pytest.fixture
def learned(tokenizer: Any, tmp_path: Path) -> Any:
    """Returns for each example the learned texts and the whole text."""

    def of(*contents: Any, template: str = tiny_model.CHAT_TEMPLATE, max_length: Any = 1000, **extra: Any) -> Any:
        roles = ["user", "assistant"] * len(contents)
        messages = [{"role": role, "content": content} for role, content in zip(roles, contents, strict=False)]
        messages[1].update(extra)
        file = tmp_path / "rows.jsonl"
        file.write_text(json.dumps({"messages": messages}) + "\n")
        examples, counts = read_examples(file, tokenizer, template, max_length)
        return [
            (
                [tokenizer.decode(span) for span in _spans(example)],
                tokenizer.decode(example.input_ids),
            )
            for example in examples
        ], counts

    return of


def _spans(example: Any) -> Any:
    spans: list[list[int]] = []
    inside = False
    for token, label in zip(example.input_ids, example.labels, strict=True):
        assert label in (IGNORED, token)
        if label == IGNORED:
            inside = False
        elif inside:
            spans[-1].append(label)
        else:
            spans.append([label])
            inside = True
    return spans


def test_the_answer_and_its_stop_token_are_learned_and_nothing_else(learned: Any, tokenizer: Any) -> None:
    [(spans, text)], counts = learned("What color is snow?", "The color of snow is white.")
    assert spans == ["The color of snow is white.<|im_end|>"]
    assert (
        text
        == "<|im_start|>user\nWhat color is snow?<|im_end|>\n<|im_start|>assistant\nThe color of snow is white.<|im_end|>"
    )
    assert counts.dropped == counts.truncated == 0


def test_the_stop_token_survives_a_pad_token_that_equals_it(base: Path, rows: Path, tokenizer: Any) -> None:
    """If the collator masked all pad tokens, the model would not learn to stop. It must pad labels and ids separately."""
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    examples, _ = read_examples(rows, tokenizer, tiny_model.CHAT_TEMPLATE, 128)
    stop = tokenizer.convert_tokens_to_ids("<|im_end|>")
    batch = DataCollatorForLanguageModeling(pad_token_id=stop)(
        [{"input_ids": list(example.input_ids), "labels": list(example.labels)} for example in examples[:4]]
    )
    for labels in batch["labels"].tolist():
        assert [label for label in labels if label != IGNORED][-1] == stop
    longest = max(len(example.input_ids) for example in examples[:4])
    assert batch["input_ids"].shape[1] == longest < 128


def test_every_turn_of_the_assistant_is_learned_in_one_sequence(learned: Any) -> None:
    [(spans, _)], _ = learned("1 plus 2?", "3.", "And 4?", "7.")
    assert spans == ["3.<|im_end|>", "7.<|im_end|>"]


def test_a_turn_of_weight_zero_is_only_context(learned: Any) -> None:
    [(spans, text)], _ = learned("1 plus 2?", "4.", "Really?", "No, 3.", weight=0)
    assert spans == ["No, 3.<|im_end|>"] and "assistant\n4." in text


def test_a_template_that_rewrites_earlier_turns_gets_a_sequence_per_turn(learned: Any) -> None:
    found, counts = learned("1 plus 2?", "<think>easy</think>3.", "And 4?", "<think>hm</think>7.", template=THINKING)
    assert [spans for spans, _ in found] == [["<think>easy</think>3.<|im_end|>"], ["<think>hm</think>7.<|im_end|>"]]
    assert "easy" not in found[1][1], "the second turn must see the history as it will be rendered"
    assert (counts.rows, counts.examples) == (1, 2)


def test_a_template_without_an_end_token_gets_the_tokenizers(learned: Any) -> None:
    found, _ = learned("1 plus 2?", "3.", template=WITHOUT_END)
    assert [spans for spans, _ in found] == [["3.\n<|im_end|>"]]


def test_the_prompt_keeps_its_own_tokens_where_the_answer_begins_with_a_line_break(
    learned: Any, tokenizer: Any
) -> None:
    [(spans, _)], _ = learned("List.", "\n\none\ntwo")
    assert spans == ["\n\none\ntwo<|im_end|>"]


def test_an_answer_cut_at_its_end_is_counted_and_one_wholly_cut_off_is_dropped(learned: Any) -> None:
    [(spans, _)], counts = learned("Hi", "Ahoy! The color of snow is white.", max_length=16)
    assert not spans[0].endswith("<|im_end|>") and counts.truncated == 1 and counts.lost_tokens > 0
    found, counts = learned("What color is snow?" * 20, "White.", max_length=20)
    assert found == [] and counts.dropped == 1


def test_a_template_with_the_date_gives_the_same_tokens_on_the_next_day(learned: Any) -> None:
    [(_, text)], _ = learned("Hi", "Ahoy!", template=TODAY)
    assert text.startswith("26 Jul 2024")


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{{ raise_exception('no system message, please') }}", "TEMPLATE_FAILED"),
        ("{% for m in messages %}{{ m['content' }}", "TEMPLATE_FAILED"),
        (
            "{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] }}{% endif %}{% endfor %}",
            "TEMPLATE_FAILED",
        ),
    ],
    ids=["that refuses", "with a syntax error", "that leaves the answer out"],
)
def test_a_template(template: str, code: str, learned: Any) -> None:
    with pytest.raises(Failure) as failed:
        learned("Hi", "Ahoy!", template=template)
    assert failed.value.code == code


def test_a_base_without_a_template_is_refused(base: Path, rows: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in base.iterdir():
        (bare / file.name).write_bytes(file.read_bytes())
    settings = json.loads((bare / "tokenizer_config.json").read_text())
    del settings["chat_template"]
    (bare / "tokenizer_config.json").write_text(json.dumps(settings))
    with pytest.raises(Failure) as failed:
        train(make_job(tmp_path / "train", bare, rows))
    assert failed.value.code == "NO_TEMPLATE"
    (bare / "chat_template.jinja").write_text("from a file of its own")
    assert effective_template(bare, None) == "from a file of its own"
    assert effective_template(bare, "given") == "given"


def test_a_row_that_is_not_a_conversation_is_refused_with_its_line(tokenizer: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n{"messages": []}\n'
    )
    with pytest.raises(Failure) as failed:
        read_examples(file, tokenizer, tiny_model.CHAT_TEMPLATE, 100)
    assert failed.value.code == "BAD_DATA" and "rows.jsonl:2" in str(failed.value)

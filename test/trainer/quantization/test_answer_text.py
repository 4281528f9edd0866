# needs: python
"""Bits per byte: what counts as text, and that models with different tokenizers are measured on the same."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

import tiny_model
from trainer.data.templates.chat_template import effective_template
from trainer.quantization.answer_text import AnswerText, predicted, text_of
from trainer.quantization.rows import answer_places, read_measured_rows
from trainer.runtime.base_files import load_tokenizer

ANSWERS = ["Der Bär heißt Ägid.", "雪是白色的。", " it is  spaced", "plain and long enough to be cut into many tokens"]


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Each row has two answers, of which a person wants only the second learned in every other row."""
    path = tmp_path / "eval.jsonl"
    rows = [
        [
            {"role": "user", "content": "Say it."},
            {"role": "assistant", "content": "Once.", **({"weight": 0} if at % 2 else {})},
            {"role": "user", "content": "Again?"},
            {"role": "assistant", "content": answer},
        ]
        for at, answer in enumerate(ANSWERS)
    ]
    path.write_text("".join(json.dumps({"messages": messages}) + "\n" for messages in rows))
    return path


def measured(folder: Path, rows: Path, max_bytes: int = 10_000) -> tuple[list[Any], AnswerText]:
    tokenizer = load_tokenizer(folder)
    examples = read_measured_rows(rows, folder, tokenizer, "keep", max_bytes)
    return examples, text_of(examples, tokenizer, effective_template(folder, None))


def test_the_text_is_that_of_the_learned_answers_without_their_end_tokens(base: Path, talk: Path) -> None:
    examples, text = measured(base, talk)
    assert text.bytes == sum(len(answer.encode()) for answer in ANSWERS) + 2 * len("Once.")
    assert len(text.is_text) == sum(len(answer_places(example)) for example in examples)
    assert text.is_text.count(False) == len(ANSWERS) + 2


def test_an_answer_that_is_cut_counts_as_far_as_it_is_read(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "eval.jsonl"
    messages = [{"role": "user", "content": "Count."}, {"role": "assistant", "content": "1 2 3 4 5 6 7 8 9 " * 400}]
    path.write_text(json.dumps({"messages": messages}) + "\n")
    [example], text = measured(base, path)
    assert len(example.input_ids) == 2048 and all(text.is_text)
    assert 0 < text.bytes < len(messages[1]["content"])


def test_models_with_different_tokenizers_are_measured_on_the_same_rows_and_bytes(base: Path, tmp_path: Path) -> None:
    fine = tmp_path / "fine"
    fine.mkdir()
    tiny_model.write_byte_level(fine, 270)
    (fine / "config.json").write_text((base / "config.json").read_text())
    rows = tiny_model.write_rows(tmp_path / "many.jsonl", rows=200)
    (few, one), (more, other) = (measured(folder, rows, 1_000) for folder in (base, fine))
    assert len(few) == len(more) < 200
    assert one.bytes == other.bytes >= 1_000
    # A model that knows nothing but its vocabulary has the same bits for each token.
    for text, vocabulary in ((one, 512), (other, 270)):
        guess = predicted([-math.log(vocabulary)] * len(text.is_text), text)
        assert guess.bits_per_byte == pytest.approx(text.is_text.count(True) * math.log2(vocabulary) / text.bytes)
    assert other.is_text.count(True) > one.is_text.count(True)


def test_a_model_that_knows_each_byte_of_eight_bits_has_eight_bits_per_byte() -> None:
    """By hand: three tokens of a text of three bytes, each with one chance in 256, and an end token that is not counted."""
    text = AnswerText([True, True, True, False], 3)
    found = predicted([-math.log(256)] * 3 + [-100.0], text)
    assert found.bits_per_byte == pytest.approx(8)

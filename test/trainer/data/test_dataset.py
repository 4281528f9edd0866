"""prepare: duplicates, the split into training and evaluation rows, and the tokens of a dataset."""

import random
from pathlib import Path
from typing import Any

import pytest

from prepared import Prepared, lines, pair


@pytest.fixture(scope="session")
def tiny_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import tiny_model

    return tiny_model.make_tiny_model(tmp_path_factory.mktemp("tiny"))


def test_duplicates_are_dropped_and_counted(tmp_path: Path) -> None:
    content = lines(
        pair(1),
        {"prompt": "question 1 \n", "completion": "answer 1\r\n"},
        pair(2),
        pair(1),
        {"prompt": "question 1", "completion": "other"},
    )
    prepared = Prepared(tmp_path, content)
    assert prepared.outputs["rows"] == 3 and prepared.outputs["dropped"] == {"duplicate": 2, "bad": 0, "excluded": 0}
    assert Prepared(tmp_path, content, deduplicate=False).outputs["rows"] == 5


def test_a_system_message_is_added_where_a_row_has_none(tmp_path: Path) -> None:
    content = lines({"instruction": "a", "output": "b"}, {"instruction": "c", "output": "d", "system": "own"})
    assert [row[0] for row in Prepared(tmp_path, content, system="be kind").texts()] == [
        ("system", "be kind"),
        ("system", "own"),
    ]


def test_adding_rows_moves_no_row_to_the_other_side(tmp_path: Path) -> None:
    few = Prepared(tmp_path, lines(*[pair(number) for number in range(200)]), eval_split=0.2)
    sides = {side: {row[0][1] for row in few.texts(side)} for side in ("train", "eval")}
    assert 20 <= len(sides["eval"]) <= 60
    shuffled = [pair(number) for number in range(300)]
    random.Random(3).shuffle(shuffled)
    many = Prepared(tmp_path, lines(*shuffled), eval_split=0.2)
    for side, questions in sides.items():
        assert questions <= {row[0][1] for row in many.texts(side)}
    held_out = many.texts("eval")
    assert Prepared(tmp_path, lines(*shuffled), eval_split=0.2, seed=7).texts("eval") != held_out


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    content = lines(*[pair(number) for number in range(50)])
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        out = Prepared(tmp_path / name, content, eval_split=0.1).out
        made.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert made[0] == made[1] and made[0].keys() == {"train.jsonl", "eval.jsonl", "summary.json"}


def test_no_question_is_on_both_sides(tmp_path: Path) -> None:
    rows = [{"prompt": f"Question {number % 40}", "completion": f"answer {number}"} for number in range(200)]
    prepared = Prepared(tmp_path, lines(*rows), eval_split=0.3)
    train, held_out = ({row[0][1] for row in prepared.texts(side)} for side in ("train", "eval"))
    assert held_out and train and not train & held_out


@pytest.mark.parametrize("share, rows, expected", [(0.001, 2, 1), (0.999, 2, 1), (1, 3, 2), (0.5, 1, 0), (0, 9, 0)])
def test_each_side_gets_a_row_where_there_are_two(tmp_path: Path, share: float, rows: int, expected: Any) -> None:
    prepared = Prepared(tmp_path, lines(*[pair(number) for number in range(rows)]), eval_split=share)
    assert (prepared.outputs["eval_rows"], prepared.outputs["train_rows"]) == (expected, rows - expected)
    assert (prepared.out / "eval.jsonl").exists() == (expected > 0)


def test_tokens_are_exact_with_a_tokenizer_and_marked_as_an_estimate_without(
    tmp_path: Path, tiny_tokenizer: Path
) -> None:
    content = lines(pair(1), pair(2))
    assert Prepared(tmp_path, content).summary["tokens_counted_by"] == "estimate"
    exact = Prepared(tmp_path, content, tokenizer=str(tiny_tokenizer), max_length=4)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_tokenizer)
    expected = sum(len(tokenizer.apply_chat_template(row)["input_ids"]) for row in exact.rows())
    assert exact.outputs["tokens"] == expected and exact.summary["tokens_counted_by"] == "tokenizer"
    assert exact.summary["rows_over_max_length"] == 2
    assert sum(bucket["rows"] for bucket in exact.summary["length_histogram"]) == 2

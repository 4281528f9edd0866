"""too_long: what happens to rows of more tokens than max_length, and that it is counted and told by row."""

import json
from pathlib import Path
from typing import Any

import pytest

from trainer.data.templates.examples import IGNORED, Counts, Example, read_examples
from trainer.data.templates.row_notes import RowNotes
from trainer.runtime.base_files import load_tokenizer
from trainer.runtime.events import Failure


def turns(count: int, words: int = 6) -> list[dict[str, Any]]:
    return [
        {"role": role, "content": f"{role} {at} " + "word " * words}
        for at in range(count)
        for role in ("user", "assistant")
    ]


SYSTEM = {"role": "system", "content": "be kind"}
ROWS = [turns(1), [SYSTEM, *turns(4)], turns(1, words=200)]


def read(
    folder: Path, base: Path, too_long: Any, max_length: int = 240
) -> tuple[list[Example], Counts, dict[str, Any], Any]:
    path = folder / "train.jsonl"
    path.write_text("".join(json.dumps({"messages": row}) + "\n" for row in ROWS))
    tokenizer, notes = load_tokenizer(base), RowNotes()
    examples, counts = read_examples(
        path, tokenizer, tokenizer.chat_template, max_length, notes=notes, too_long=too_long
    )
    return examples, counts, {note.code: (note.rows, note.where) for note in notes.found()}, tokenizer


def test_a_row_is_cut_unless_it_is_to_be_left_out(tmp_path: Path, base: Path) -> None:
    cut, counts, notes, _ = read(tmp_path, base, None)
    assert counts.truncated == 2 and max(len(example.input_ids) for example in cut) == 240 and "cut" in notes
    kept, counts, notes, _ = read(tmp_path, base, "drop")
    assert (len(kept), counts.dropped, counts.truncated) == (1, 2, 0)
    assert notes["left_out_long"] == (2, ["train.jsonl:2", "train.jsonl:3"]) and "cut" not in notes


def test_a_conversation_is_split_between_turns_and_each_part_has_the_system_message(tmp_path: Path, base: Path) -> None:
    examples, counts, notes, tokenizer = read(tmp_path, base, "split")
    assert notes["split_long"] == (1, ["train.jsonl:2"]) and notes["left_out_long"] == (1, ["train.jsonl:3"])
    parts = [tokenizer.decode(example.input_ids) for example in examples[1:]]
    assert len(parts) > 1 and all("be kind" in part and "user " in part for part in parts)
    learned = [tokenizer.decode([label for label in example.labels if label != IGNORED]) for example in examples[1:]]
    assert [at for text in learned for at in range(4) if f"assistant {at} " in text] == [0, 1, 2, 3], "each answer once"
    assert all(len(example.input_ids) <= 240 for example in examples) and counts.dropped == 1


def test_long_rows_fail_the_training_before_it_begins_where_it_is_asked_to(tmp_path: Path, base: Path) -> None:
    with pytest.raises(Failure, match=r"2 rows have more than max_length 240 tokens.*train\.jsonl:2") as failed:
        read(tmp_path, base, "fail")
    assert failed.value.code == "BAD_DATA"
    assert len(read(tmp_path, base, "fail", max_length=5000)[0]) == 3

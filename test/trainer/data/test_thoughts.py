"""Thoughts in rows are kept whole, dropped or refused, and the prompt that is taught is the one that will be asked."""

import json
from pathlib import Path
from typing import Any

import pytest

import templates
from real_templates import RenderingTokenizer
from rig import make_job
from trainer.data.templates.chat_template import Renderer
from trainer.data.templates.examples import IGNORED, read_examples
from trainer.data.templates.row_notes import RowNotes
from trainer.data.templates.template_variant import Thoughts, variant
from trainer.data.templates.thoughts import refuse_thoughts, rows_that_think
from trainer.protocol.jobs import TrainJob
from trainer.runtime.events import Failure
from trainer.runtime.job_reader import read_job

QUESTION = {"role": "user", "content": "Name a metal."}
THINKING = [QUESTION, {"role": "assistant", "content": "<think>\nhard ones\n</think>\n\nIron."}]
PLAIN = [QUESTION, {"role": "assistant", "content": "Iron."}]


@pytest.fixture(scope="module")
def tokenizer(base: Path) -> Any:
    from trainer.runtime.base_files import load_tokenizer

    loaded = load_tokenizer(base)
    loaded.add_special_tokens({"additional_special_tokens": templates.SPECIAL})
    return loaded


def taught(tokenizer: Any, folder: Path, template: str, row: Any, wish: Thoughts) -> tuple[str, str, list[str]]:
    """Returns the text before the answer, the answer that is learned, and the codes of the notes."""
    file = folder / "train.jsonl"
    file.write_text(json.dumps({"messages": row}) + "\n", encoding="utf-8")
    chosen, notes = variant(tokenizer, template, wish, bool(rows_that_think(file))), RowNotes()
    [example], _ = read_examples(file, tokenizer, chosen, 1000, notes=notes, wish=wish)
    learned = next(at for at, label in enumerate(example.labels) if label != IGNORED)
    before, answer = (tokenizer.decode(ids) for ids in (example.input_ids[:learned], example.input_ids[learned:]))
    assert before == Renderer(tokenizer, chosen).text(row[:1], prompt=True), "the prompt that will be asked"
    return before, answer, sorted(note.code for note in notes.found())


@pytest.mark.parametrize(
    ("template", "row", "wish", "asked", "answer", "codes"),
    [
        # DeepSeek R1 cuts thoughts out of every answer, and begins to think where it asks.
        ("CUTS_THOUGHTS", THINKING, "keep", "<think>\n", "hard ones\n</think>\n\nIron.</s>", []),
        ("CUTS_THOUGHTS", THINKING, "drop", "<think>\n\n</think>\n\n", "Iron.</s>", ["dropped_thoughts"]),
        ("CUTS_THOUGHTS", PLAIN, "keep", "<think>\n\n</think>\n\n", "Iron.</s>", []),
        ("CHATML", THINKING, "keep", "assistant\n", "<think>\nhard ones\n</think>\n\nIron.<|im_end|>", []),
        ("CHATML", THINKING, "drop", "assistant\n", "Iron.<|im_end|>", ["dropped_thoughts"]),
        # Qwen 3 has a switch, and writes empty thoughts itself.
        ("SWITCHED", THINKING, "keep", "assistant\n", "<think>\nhard ones\n</think>\n\nIron.<|im_end|>", []),
        ("SWITCHED", THINKING, "drop", "<think>\n\n</think>\n\n", "Iron.<|im_end|>", ["dropped_thoughts"]),
        ("SWITCHED", PLAIN, "keep", "assistant\n", "<think>\n\n</think>\n\nIron.<|im_end|>", []),
    ],
)
def test_the_whole_answer_is_learned_behind_the_prompt_that_will_be_asked(
    tokenizer: Any, tmp_path: Path, template: str, row: Any, wish: Thoughts, asked: str, answer: str, codes: list[str]
) -> None:
    before, learned, told = taught(tokenizer, tmp_path, getattr(templates, template), row, wish)
    assert before.endswith(asked) and (learned, told) == (answer, codes)


def test_the_training_hands_on_the_template_that_it_taught(base: Path, tmp_path: Path) -> None:
    from trainer.train import library

    file = tmp_path / "train.jsonl"
    file.write_text(json.dumps({"messages": THINKING}) + "\n", encoding="utf-8")
    job = read_job(TrainJob, make_job(tmp_path, base, file, thoughts="drop"))
    rows = library.tokenize_dataset(job, templates.CUTS_THOUGHTS, lambda: None)
    assert rows.template.startswith(templates.CUTS_THOUGHTS) and rows.template != templates.CUTS_THOUGHTS
    assert [(note.code, note.rows) for note in rows.notes] == [("dropped_thoughts", 1)]
    with pytest.raises(Failure, match="thoughts: refuse"):
        library.tokenize_dataset(
            read_job(TrainJob, make_job(tmp_path, base, file, thoughts="refuse")), templates.CHATML, lambda: None
        )


def test_refused_thoughts_name_their_rows(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text("".join(json.dumps({"messages": row}) + "\n" for row in (PLAIN, THINKING, THINKING)))
    found = rows_that_think(file)
    with pytest.raises(Failure, match="2 rows have thoughts .*train.jsonl:2, train.jsonl:3"):
        refuse_thoughts(found, "refuse")
    refuse_thoughts(found, "keep")
    refuse_thoughts([], "refuse")


def test_a_date_is_that_of_the_training_for_whoever_renders_the_template_later() -> None:
    pinned = variant(RenderingTokenizer(), templates.DATED, "keep", rows_think=False)
    assert "26 Jul 2024" in pinned and not Renderer(RenderingTokenizer(), pinned).writes_date()


def test_a_tokenizer_without_bos_gets_none_from_a_runner_that_has_a_default() -> None:
    tokenizer = RenderingTokenizer()
    tokenizer.bos_token = ""
    tokenizer.special = {**tokenizer.special, "bos_token": ""}
    assert variant(tokenizer, "{{ bos_token }}" + templates.CHATML, "keep", rows_think=False).startswith(
        "{% set bos_token = '' %}"
    )
    assert variant(tokenizer, templates.CHATML, "keep", rows_think=False) == templates.CHATML

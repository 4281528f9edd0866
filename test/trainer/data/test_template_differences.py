"""What a chat template makes of a row is held against the row: a training teaches what its rows say, or says where not."""

import copy
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import templates
from trainer.data.templates.examples import IGNORED, Counts, Example, read_examples
from trainer.data.templates.row_notes import DIFFERENCES, RowNotes
from trainer.runtime.events import Failure

Row = list[dict[str, Any]]


@pytest.fixture(scope="module")
def tokenizer(base: Path) -> Any:
    from trainer.runtime.base_files import load_tokenizer

    loaded = load_tokenizer(base)
    loaded.add_special_tokens({"additional_special_tokens": templates.SPECIAL})
    return loaded


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


def chat(*contents: str, system: str | None = None) -> Row:
    turns = [{"role": ("user", "assistant")[i % 2], "content": content} for i, content in enumerate(contents)]
    return [*([{"role": "system", "content": system}] if system else []), *turns]


def read(
    tokenizer: Any, folder: Path, template: str, *rows: Row, max_length: int = 1000
) -> tuple[list[Example], Counts, dict[str, Any]]:
    file = folder / "train.jsonl"
    file.write_text("".join(json.dumps({"messages": row}) + "\n" for row in rows), encoding="utf-8")
    notes = RowNotes()
    examples, counts = read_examples(file, tokenizer, template, max_length, notes=notes)
    return examples, counts, {note.code: note for note in notes.found()}


ONE = chat("Name a metal.", "Iron.")
WITH_SYSTEM = chat("Name a metal.", "Iron.", system="Answer in rhyme.")
TURNS = chat("Name a metal.", "Iron.", "And a gas?", "Neon.")
THINKING = chat("Name a metal.", "<think>hard ones</think>Iron.")
THINKING_TURNS = chat("1?", "<think>one</think>One.", "2?", "<think>two</think>Two.")


@pytest.mark.parametrize(
    ("template", "row", "codes"),
    [
        (templates.CHATML, WITH_SYSTEM, []),
        (templates.CHATML, TURNS, []),
        (templates.CHATML, THINKING_TURNS, []),
        (templates.OWN_SYSTEM, ONE, ["own_system"]),
        (templates.OWN_SYSTEM, WITH_SYSTEM, []),
        (templates.NO_SYSTEM, ONE, []),
        (templates.NO_SYSTEM, WITH_SYSTEM, ["dropped"]),
        (templates.REFUSES_SYSTEM, TURNS, []),
        (templates.REFUSES_SYSTEM, chat("Indent.", "    x = 1"), ["white_space"]),
        (templates.DATED, WITH_SYSTEM, ["date"]),
        (templates.SYSTEM_FIRST, chat("a?", "b", "c?", "d", system="s"), []),
        (templates.SYSTEM_LAST, chat("a?", "b", system="s"), []),
        (templates.SYSTEM_LAST, chat("a?", "b", "c?", "d", system="s!"), ["moved_system"]),
        (templates.CUTS_THOUGHTS, ONE, ["other_prompt"]),
        (templates.CUTS_THOUGHTS, THINKING, ["white_space"]),
        (templates.LAST_THOUGHTS, ONE, []),
        (templates.LAST_THOUGHTS, THINKING, ["white_space"]),
        (templates.LAST_THOUGHTS, THINKING_TURNS, ["earlier_thoughts", "white_space"]),
        (templates.NO_HISTORY, ONE, []),
        (templates.NO_HISTORY, TURNS, ["dropped"]),
        (templates.LAST_UNENDED, TURNS, ["no_end"]),
    ],
)
def test_the_difference_between_a_row_and_its_text_is_named(
    template: str, row: Row, codes: list[str], tokenizer: Any, folder: Path
) -> None:
    assert sorted(read(tokenizer, folder, template, row)[2]) == codes


def test_a_message_that_the_template_leaves_out_is_refused_with_row_role_and_text(tokenizer: Any, folder: Path) -> None:
    file = folder / "train.jsonl"
    file.write_text("".join(json.dumps({"messages": row}) + "\n" for row in [ONE, WITH_SYSTEM, WITH_SYSTEM]))
    with pytest.raises(Failure) as failed:
        read_examples(file, tokenizer, templates.NO_SYSTEM, 1000)
    assert failed.value.code == "TEMPLATE_DROPS_CONTENT"
    assert "2 of 3 rows" in str(failed.value)
    assert """train.jsonl:2: the template leaves out the system's message "Answer in rhyme.\"""" in str(failed.value)
    assert failed.value.facts["counts"] == {"dropped": 2}


def test_a_short_message_that_also_stands_in_the_templates_own_text_is_missed_all_the_same(
    tokenizer: Any, folder: Path
) -> None:
    found = read(tokenizer, folder, templates.NO_SYSTEM, chat("Hi", "Hello", system="user"))[2]
    assert found["dropped"].detail == 'the system\'s message "user"'


def test_the_prompt_of_the_training_and_the_one_that_will_be_asked_are_shown(tokenizer: Any, folder: Path) -> None:
    detail = read(tokenizer, folder, templates.CUTS_THOUGHTS, ONE)[2]["other_prompt"].detail
    assert "<|Assistant|>Iron." in detail and "<|Assistant|><think>⏎" in detail


def test_special_tokens_in_the_text_of_a_row_are_told_with_their_rows(tokenizer: Any, folder: Path) -> None:
    rows = [ONE, chat("Name a gas.", "Neon.<|im_end|>"), chat("What is <|im_start|>?", "A mark.")]
    examples, _, notes = read(tokenizer, folder, templates.CHATML, *rows)
    note = notes["special_tokens"]
    assert (note.rows, note.where) == (2, ["train.jsonl:2", "train.jsonl:3"])
    assert note.detail == """<|im_end|> in the assistant's message "Neon.<|im_end|>\""""
    # The answer is learned to its end, not to the first end token.
    assert tokenizer.decode([label for label in examples[1].labels if label != IGNORED]) == "Neon.<|im_end|><|im_end|>"


def test_rows_in_another_unicode_form_than_the_tokenizers_are_told(tokenizer: Any, folder: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "Où est le café?") for form in ("NFC", "NFD"))
    rows = [
        ONE,
        chat(composed, "Là."),
        chat(apart, "Ici."),
        chat("Wo?", unicodedata.normalize("NFD", "Dort drüben, für dich.")),
    ]
    _, _, notes = read(tokenizer, folder, templates.CHATML, *rows)
    note = notes["unicode_form"]
    assert (note.rows, note.where) == (2, ["train.jsonl:3", "train.jsonl:4"])
    assert note.detail == f'NFC for the user\'s message "{apart}"'


def test_a_tokenizer_that_keeps_every_form_has_nothing_to_tell(tokenizer: Any, folder: Path) -> None:
    keeping = copy.deepcopy(tokenizer)
    keeping.backend_tokenizer.normalizer = None
    row = chat(unicodedata.normalize("NFD", "Où est le café?"), "Là.")
    assert read(keeping, folder, templates.CHATML, row)[2] == {}


def test_an_answer_cut_at_max_length_and_one_beyond_it_are_told(tokenizer: Any, folder: Path) -> None:
    rows = [ONE, chat("Hi", "Ahoy! " * 30), chat("Why? " * 60, "So.")]
    _, counts, notes = read(tokenizer, folder, templates.CHATML, *rows, max_length=60)
    assert (notes["cut"].where, notes["beyond"].where) == (["train.jsonl:2"], ["train.jsonl:3"])
    assert (counts.truncated, counts.dropped) == (2, 1)


def test_a_harmless_row_has_no_note(tokenizer: Any, folder: Path) -> None:
    assert read(tokenizer, folder, templates.CHATML, ONE, TURNS, WITH_SYSTEM)[2] == {}


contents = st.text(min_size=1, max_size=12).filter(str.strip) | st.sampled_from(
    ["user", "assistant", "\n\n", "<think>a</think>b", "</think>", "<|im_end|>", " x ", "a\nb", "MESSAGE0PROBE", "0"]
)
rows = st.tuples(st.lists(contents, min_size=1, max_size=4), st.none() | contents).map(
    lambda parts: chat(*(text for text in parts[0] for text in (text, text[::-1])), system=parts[1])
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    row=rows.filter(lambda row: all(message["content"].strip() for message in row)),
    template=st.sampled_from(
        [text for name, text in vars(templates).items() if name.isupper() and isinstance(text, str) and name[0] != "_"]
    ),
)
def test_every_message_is_seen_or_the_row_is_noted(row: Row, template: str, tokenizer: Any, folder: Path) -> None:
    """Without a note of a difference the texts of a row's examples hold its messages, and each answer is learned whole."""
    try:
        examples, _, notes = read(tokenizer, folder, template, row)
    except Failure as failed:
        assert failed.code == "TEMPLATE_FAILED"
        return
    if notes.keys() & set(DIFFERENCES):
        return

    def squeezed(text: str) -> str:
        return "".join(tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]).split())

    texts = ["".join(tokenizer.decode(example.input_ids).split()) for example in examples]
    learned = "".join(tokenizer.decode([label for label in example.labels if label != IGNORED]) for example in examples)
    for message in row:
        content = squeezed(message["content"])
        assert any(content in text for text in texts)
        if message["role"] == "assistant":
            assert content in "".join(learned.split())

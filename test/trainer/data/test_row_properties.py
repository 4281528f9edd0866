"""Properties of the reader over random rows: every message is seen or the row refused, every key is told, an exam asks what is learned."""

import codecs
import gzip
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from trainer.data.files.open_file import open_file
from trainer.data.files.row import Row
from trainer.data.files.source_rows import detect_format, read_rows
from trainer.data.rows.bad_row import BadRow
from trainer.data.rows.key_names import is_harmless, normalized
from trainer.data.rows.read_row import question, training_row
from trainer.data.rows.values import says_nothing
from trainer.protocol.rows import (
    MESSAGE_PARTS,
    NEAR_MESSAGE_NAMES,
    NEAR_ROW_NAMES,
    ROW_PARTS,
    RULE_DOES,
    RULE_OF,
)
from trainer.runtime.events import Failure

many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=30).filter(
    lambda text: text.strip() and not any(mark in text for mark in ("<image>", "<video>", "<audio>"))
)
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=5
)
known = sorted({*ROW_PARTS, *MESSAGE_PARTS, *RULE_OF, *NEAR_ROW_NAMES, *NEAR_MESSAGE_NAMES})
keys = st.sampled_from(known) | st.sampled_from(known).map(str.title) | texts
extras = st.dictionaries(keys, values, max_size=4)


@st.composite
def chats(draw: Any) -> list[tuple[str, str]]:
    """An optional system message, then questions and answers."""
    pairs = [[("user", draw(texts)), ("assistant", draw(texts))] for _ in range(draw(st.integers(1, 3)))]
    system = [("system", draw(texts))] if draw(st.booleans()) else []
    return [*system, *(turn for pair in pairs for turn in pair)]


SHARE = {"system": "system", "user": "human", "assistant": "gpt"}


@st.composite
def rows(draw: Any, chat: list[tuple[str, str]] | None = None) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """A conversation, and a row of any shape that says it."""
    chat = chat or draw(chats())
    system = [text for role, text in chat if role == "system"]
    turns = [turn for turn in chat if turn[0] != "system"]
    form = draw(st.sampled_from(["messages", "parts", "json", "sharegpt", "pair", "instruction", "history"]))
    if form in ("messages", "json"):
        listed = [{"role": role, "content": text} for role, text in chat]
        return chat, {"messages": listed if form == "messages" else json.dumps(listed)}
    if form == "parts":
        parts = [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in chat]
        return chat, {"conversation": parts}
    if form == "sharegpt":
        return chat, {"conversations": [{"from": SHARE[role], "value": text} for role, text in chat]}
    first = {"system": system[0]} if system else {}
    if form == "pair" and len(turns) == 2:
        asked, answered = (
            draw(st.sampled_from(["prompt", "question", "query"])),
            draw(st.sampled_from(["completion", "answer", "response"])),
        )
        return chat, {**first, asked: turns[0][1], answered: turns[1][1]}
    past = [[turns[at][1], turns[at + 1][1]] for at in range(0, len(turns) - 2, 2)]
    history = {"history": past} if past else {}
    return chat, {**first, **history, "instruction": turns[-2][1], "output": turns[-1][1]}


def said(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in messages]


@many
@given(rows())
def test_every_message_of_a_row_is_read_in_every_shape(given_row: tuple[list[tuple[str, str]], dict[str, Any]]) -> None:
    chat, row = given_row
    read = training_row(row)
    assert said(read.messages) == chat and read.unused == []
    asked = question(row)
    assert said(asked.messages) == chat[:-1] and asked.reference == chat[-1][1]


@many
@given(rows(), extras)
def test_an_extra_key_is_read_told_harmless_or_refuses_the_row(
    given_row: tuple[list[tuple[str, str]], dict[str, Any]], extra: dict[str, Any]
) -> None:
    chat, row = given_row
    extra = {key: value for key, value in extra.items() if key not in row}
    try:
        read = training_row({**row, **extra})
    except BadRow:
        return
    for key, value in extra.items():
        rule = RULE_OF.get(normalized(key), "")
        if says_nothing(value) or key in read.unused or is_harmless(key):
            continue
        if rule:
            # A mark that agrees with learning the row.
            assert RULE_DOES[rule] != "present" or value is False
        else:
            assert key in ROW_PARTS
            content = value.strip() if isinstance(value, str) else value
            assert any(isinstance(content, str) and content in text for _, text in said(read.messages)) or (
                isinstance(content, (list, dict))
                and key in ("history", "messages", "conversation", "conversations", "prompt")
            )
    if not extra.keys() & ROW_PARTS.keys():
        assert said(read.messages) == chat


@many
@given(rows(), extras, st.integers(0, 7))
def test_an_extra_key_of_a_message_is_told_harmless_or_refuses_the_row(
    given_row: tuple[list[tuple[str, str]], dict[str, Any]], extra: dict[str, Any], at: int
) -> None:
    chat, _ = given_row
    turns: list[dict[str, Any]] = [{"role": role, "content": text} for role, text in chat]
    at %= len(turns)
    extra = {key: value for key, value in extra.items() if key not in ("role", "content")}
    turns[at] |= extra
    try:
        read = training_row({"messages": turns})
    except BadRow:
        return
    assert said(read.messages) == chat
    role = turns[at]["role"]
    for key, value in extra.items():
        if says_nothing(value) or f"messages[].{key}" in read.unused or is_harmless(key) or key in ("from", "value"):
            continue
        rule = RULE_OF[normalized(key)]
        assert RULE_DOES[rule] in ("keep", "drop") or value is False
    learned = [message.get("weight", 1) for message in read.messages]
    assert all(weight == 1 for number, weight in enumerate(learned) if number != at or role != "assistant")


@many
@given(rows(), st.sampled_from([False, 0, "false", 0.0]))
def test_a_row_marked_as_not_to_be_learned_is_never_learned(
    given_row: tuple[list[tuple[str, str]], dict[str, Any]], no: Any
) -> None:
    _, row = given_row
    for key in ("label", "weight", "train", "loss"):
        try:
            training_row({**row, key: no})
        except BadRow as bad:
            assert f'"{key}"' in str(bad)
        else:
            raise AssertionError(key)


@many
@given(extras)
def test_any_object_is_read_alike_by_prepare_and_an_exam(row: dict[str, Any]) -> None:
    def read(by: Any) -> Any:
        try:
            return by(row)
        except BadRow as bad:
            return str(bad)

    learned, asked = read(training_row), read(question)
    if not isinstance(learned, str):
        # What is learned can be asked, with the same words.
        assert not isinstance(asked, str) and said(learned.messages)[:-1] == said(asked.messages)
        assert row.get("reference") or asked.reference == learned.messages[-1]["content"]
        assert set(learned.unused) - {"reference"} <= {
            *asked.unused,
            *(key for key in learned.unused if "of the" in key),
        }


def read_file(name: str, content: bytes) -> list[Row] | str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        try:
            file = open_file(path)
            return list(read_rows(file, detect_format(file, "auto")))
        except Failure as failure:
            return str(failure)


encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
forms = st.sampled_from(["lines", "array", "indented", "objects"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(rows(), min_size=1, max_size=4),
    forms,
    encodings,
    st.booleans(),
    st.sampled_from(["rows.jsonl", "rows.json", "rows.txt", "rows"]),
)
def test_a_file_of_any_form_encoding_and_name_gives_its_rows(
    given_rows: list[tuple[Any, dict[str, Any]]], form: str, encoding: str, packed: bool, name: str
) -> None:
    wanted = [row for _, row in given_rows]
    text = {
        "lines": "".join(json.dumps(row) + "\n" for row in wanted),
        "array": json.dumps(wanted),
        "indented": json.dumps(wanted, indent=1),
        "objects": "\n".join(json.dumps(row, indent=2) for row in wanted),
    }[form]
    content = text.encode(encoding)
    found = read_file(name, gzip.compress(content) if packed else content)
    assert not isinstance(found, str), found
    assert [row.value for row in found] == wanted


cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(texts.map(lambda text: text.replace("\r", "")), texts.map(lambda text: text.replace("\r", ""))),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    encodings,
    st.booleans(),
    st.integers(0, 3),
    st.booleans(),
)
def test_a_table_of_any_dialect_gives_its_rows(
    pairs: list[tuple[str, str]], mark: str, encoding: str, indexed: bool, more: int, marked: bool
) -> None:
    import csv

    assume(all(text.strip() for pair in pairs for text in pair))
    made = io.StringIO(newline="")
    if marked:
        made.write(f"sep={mark}\r\n")
    writer = csv.writer(made, delimiter=mark, quoting=csv.QUOTE_ALL if more % 2 else csv.QUOTE_MINIMAL)
    index = [[""], *[[str(number)] for number in range(len(pairs))]] if indexed else [[]] * (len(pairs) + 1)
    for first, row in zip(index, [("prompt", "completion"), *pairs], strict=True):
        writer.writerow([*first, *row, *[""] * more])
    # An unmarked UTF-16 text is known by its first characters, which are ASCII in a header.
    found = read_file("rows.csv", made.getvalue().encode(encoding))
    assert not isinstance(found, str), found
    assert [(row.value["prompt"], row.value["completion"]) for row in found] == pairs


@many
@given(
    st.binary(max_size=400),
    st.sampled_from(["rows.jsonl", "rows.json", "rows.csv", "rows.txt", "rows.parquet", "rows.gz"]),
)
def test_any_bytes_are_rows_or_one_reason(content: bytes, name: str) -> None:
    found = read_file(name, content)
    if isinstance(found, str):
        assert "Traceback" not in found and len(found) < 3000
    else:
        assert all(isinstance(row, Row) for row in found)


@many
@given(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"PAR1",
            b"ARROW1",
            b"\xff\xff\xff\xff",
            b"\x1f\x8b",
            b"BZh9",
            b"\xfd7zXZ\0",
            b"\x28\xb5\x2f\xfd",
            b"PK\x03\x04",
            codecs.BOM_UTF16_LE,
        ]
    ),
)
def test_a_damaged_file_of_any_kind_is_refused_or_read(rest: bytes, magic: bytes) -> None:
    found = read_file("rows.jsonl", magic + rest)
    assert isinstance(found, str) or all(isinstance(row, Row) for row in found)

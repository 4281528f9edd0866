"""Reads a row of an exam: a question, and what its answers are scored by."""

from dataclasses import dataclass
from typing import Any

from trainer.data.files.strict_json import BadJson, parse_json
from trainer.data.rows.messages import Message
from trainer.data.rows.read_row import question
from trainer.data.rows.values import checked_text, is_blank
from trainer.protocol.rows import ANSWER, CONVERSATION, PATTERN, REFERENCE, ROLES, SCHEMA


@dataclass(frozen=True)
class Asked:
    messages: list[Message]
    # Answers that would do.
    references: list[str]
    pattern: str | None
    schema: dict[str, Any] | None
    # Keys that are known neither as a part of a row nor as harmless.
    unused: list[str]


def exam_question(value: Any) -> Asked:
    """Raises BadRow. A list of references or of answers, and answers that follow each other, are alternatives."""
    if not isinstance(value, dict):
        return _asked(value, [], None, None)
    row = dict(value)
    pattern, schema = _take_pattern(row), _take_schema(row)
    references = _take_list(row, REFERENCE)
    answers = _take_list(row, ANSWER) or _take_turns(row)
    return _asked(row, references or (answers if is_blank(row.get(REFERENCE[0])) else []), pattern, schema)


def _asked(row: Any, references: list[str], pattern: str | None, schema: dict[str, Any] | None) -> Asked:
    read = question(row)
    if not references and read.reference is not None:
        references = [read.reference]
    return Asked(read.messages, references, pattern, schema, read.unused)


def _take_list(row: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    """Takes out a list of texts. A list of messages is a conversation, and stays."""
    for name in names:
        texts = row.get(name)
        if isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts):
            del row[name]
            return [checked_text(text, f'"{name}[{at}]"') for at, text in enumerate(texts)]
    return []


def _take_turns(row: dict[str, Any]) -> list[str]:
    """Takes out all but the first of the answers that end a conversation."""
    for name in CONVERSATION:
        turns = row.get(name)
        if not isinstance(turns, list):
            continue
        last = len(turns)
        while last > 0 and _is_answer(turns[last - 1]):
            last -= 1
        if len(turns) - last > 1:
            row[name] = turns[: last + 1]
            return [question({**row, name: [*turns[:last], turn]}).reference or "" for turn in turns[last:]]
    return []


def _is_answer(turn: Any) -> bool:
    return isinstance(turn, dict) and str(turn.get("role", turn.get("from"))).strip().lower() in _ANSWERERS


_ANSWERERS = frozenset(name for name, role in ROLES.items() if role == "assistant")


def _take_pattern(row: dict[str, Any]) -> str | None:
    pattern = row.pop(PATTERN[0], None)
    return None if is_blank(pattern) else checked_text(pattern, f'"{PATTERN[0]}"')


def _take_schema(row: dict[str, Any]) -> dict[str, Any] | None:
    """Takes out a JSON Schema: an object, or text that is JSON of one. Other text may belong to the question, and stays."""
    name = SCHEMA[0]
    schema = row.get(name)
    if isinstance(schema, str):
        try:
            schema = parse_json(schema)
        except BadJson:
            return None
    if not isinstance(schema, dict) or not schema:
        return None
    del row[name]
    return schema

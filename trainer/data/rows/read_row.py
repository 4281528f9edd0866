"""Reads a row by its keys: one reader for rows to train on and for questions of an exam."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from trainer.data.files.row import shown
from trainer.data.rows.bad_row import BadRow, NoShape, Unread, kind_of
from trainer.data.rows.conversation import asked, listed, pick
from trainer.data.rows.key_rules import examine
from trainer.data.rows.messages import Message
from trainer.data.rows.row_map import mapped, suggested_map
from trainer.data.rows.tools import check_calls, number_calls, read_tools
from trainer.data.rows.values import checked_text, is_blank, says_nothing
from trainer.protocol.jobs import RowMap
from trainer.protocol.rows import (
    ANSWER,
    CONVERSATION,
    INPUT,
    INSTRUCTION,
    NEAR_ROW_NAMES,
    PROMPT,
    REFERENCE,
    ROW_PARTS,
    TOOLS,
)

# The keys that hold the question in each shape.
_QUESTION_IN = {
    "auto": (*CONVERSATION, *INSTRUCTION, *PROMPT),
    "instruction": INSTRUCTION,
    "prompt": PROMPT,
    "messages": CONVERSATION[:1],
    "sharegpt": CONVERSATION[1:],
}
# Keys of data sets that are no questions.
_PROSE = frozenset(("text", "content"))
_KEYS_SHOWN = 20


@dataclass(frozen=True)
class Read:
    messages: list[Message]
    reference: str | None
    shape: str
    # Keys that are known neither as a part of a row nor as harmless.
    unused: list[str]
    # Those that the assistant may call.
    tools: list[dict[str, Any]] = field(default_factory=list)


def training_row(
    value: Any,
    shape: str = "auto",
    system: str | None = None,
    ignored: Collection[str] = (),
    row_map: RowMap | None = None,
    learn: str | None = None,
) -> Read:
    """Raises BadRow unless user and assistant alternate, the assistant is last, and an answer is to be learned."""
    unread: list[str] = []
    if row_map and isinstance(value, dict):
        value, unread = mapped(value, row_map)
    read = _read(value, shape, ignored, "completion")
    read.unused.extend(unread)
    messages = read.messages
    _check_order(messages)
    if messages[-1]["role"] != "assistant":
        raise _no_answer(value, read.shape)
    if learn == "last":
        for message in messages[:-1]:
            if message["role"] == "assistant":
                message["weight"] = 0
    check_calls(messages, read.tools)
    number_calls(messages)
    if not any(message.get("weight", 1) for message in messages if message["role"] == "assistant"):
        raise BadRow("has no answer to learn: every weight is 0")
    if system and messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": system})
    return read


def question(value: Any) -> Read:
    """Reads a training row whose answer may be missing; the key `reference` replaces it. Raises BadRow.

    The last message is the user's, and the answer is the reference.
    """
    read = _read(value, "auto", (), "reference")
    turns, reference = read.messages, read.reference
    if read.tools or any(turn["role"] == "tool" or "tool_calls" in turn for turn in turns):
        raise BadRow("has tools, with which an exam cannot ask yet")
    if turns and turns[-1]["role"] == "assistant":
        reference = reference or turns[-1]["content"]
        turns = turns[:-1]
        if not turns:
            raise BadRow("has no question before the answer")
    _check_order(turns)
    if turns[-1]["role"] != "user":
        raise BadRow("does not end with a message of the user")
    turns = [{"role": turn["role"], "content": turn["content"]} for turn in turns]
    unused = [name for name in read.unused if name not in REFERENCE]
    return Read(turns, reference, read.shape, unused)


def _read(value: Any, shape: str, ignored: Collection[str], answer: str) -> Read:
    if not isinstance(value, dict):
        in_messages = (
            isinstance(value, list) and value and isinstance(value[0], dict) and {"role", "from"} & value[0].keys()
        )
        raise Unread(f"is {kind_of(value)}, not an object", remedy=_A_LIST if in_messages else "")
    if ignored:
        value = {key: content for key, content in value.items() if key not in ignored}
    names = _QUESTION_IN[shape]
    conversation = pick(value, tuple(name for name in names if name in CONVERSATION))
    ask = pick(value, tuple(name for name in names if name not in CONVERSATION))
    found = examine(value, ROW_PARTS, NEAR_ROW_NAMES, _filled(value), {"conversation": "messages", "answer": answer})
    if conversation is None and ask is None:
        # Without a question the input is meant to be one.
        found.renames |= {name: PROMPT[0] for name in INPUT if not is_blank(value.get(name))}
    renames = found.renaming()
    row_map = suggested_map(found.renames) if answer == "completion" else {}
    if renames and row_map:
        pairs = ", ".join(f"{part}: {key}" for part, key in row_map.items())
        renames += f", or have `prepare` read them: `map: {{ {pairs} }}`"
    if conversation is None and ask is None:
        if shape != "auto":
            raise BadRow(f'has no "{names[0]}"; it has: {_keys(value)}', remedy=renames)
        raise NoShape([shown(key, 60) for key in list(value)[:100]], renames or _hint(value), row_map)
    if renames:
        raise BadRow(f"has keys of other names; {renames}", row_map=row_map)
    for key, reason in found.left_out:
        raise BadRow(f'has "{key}"', f": {shown(json.dumps(value[key]), 60)}; it {reason}")
    unused = list(found.unused)
    if conversation is None or (ask is not None and is_blank(value[conversation])):
        assert ask is not None
        messages = asked(value, ask, unused)
        shape = "instruction" if ask in INSTRUCTION else "prompt"
    else:
        messages = listed(value, conversation, unused)
        _check_same(value, ask, conversation, messages)
        shape = "messages" if conversation in _QUESTION_IN["messages"] else "sharegpt"
    reference = value.get(REFERENCE[0])
    reference = None if is_blank(reference) else checked_text(reference, '"reference"')
    unused += [
        name for name in (*_QUESTION_IN["auto"], *REFERENCE) if name not in names and not is_blank(value.get(name))
    ]
    tools = [] if is_blank(value.get(TOOLS[0])) or says_nothing(value[TOOLS[0]]) else read_tools(value[TOOLS[0]])
    return Read(messages, reference, shape, unused, tools)


def _filled(value: dict[str, Any]) -> set[str]:
    filled = {ROW_PARTS[key] for key in value if key in ROW_PARTS and not is_blank(value[key])}
    if filled & {"conversation", "instruction", "prompt"}:
        filled |= {"instruction", "prompt", "conversation"}
    if "conversation" in {ROW_PARTS[key] for key in value if key in CONVERSATION and not is_blank(value[key])}:
        filled.add("answer")
    if "reference" in filled:
        filled.add("answer")
    return filled


def _hint(value: dict[str, Any]) -> str:
    """What to do about a row whose question has no known key, or that is wrapped as in the answers of the Hub's server."""
    if value.keys() & _PROSE:
        return "the rows are running text, and temper trains on questions with answers"
    inner = [
        key
        for key, content in value.items()
        if key.isidentifier() and key.isascii() and isinstance(content, dict) and ROW_PARTS.keys() & content.keys()
    ]
    return (
        f"its key \"{shown(inner[0], 60)}\" holds the row: `jq -c '.{inner[0]}' {{file}} > {{new}}` takes it out"
        if len(inner) == 1
        else ""
    )


def _check_same(value: dict[str, Any], ask: str | None, conversation: str, messages: list[Message]) -> None:
    """A question beside a conversation is no second question if the conversation has it."""
    if ask is None or is_blank(value[ask]):
        return
    texts = [message["content"].strip() for message in messages]
    if not isinstance(value[ask], str) or value[ask].strip() not in texts:
        raise BadRow(f'has "{ask}" and "{conversation}", which differ; keep one of them')


def _no_answer(value: dict[str, Any], shape: str) -> BadRow:
    if shape in ("messages", "sharegpt"):
        return BadRow("does not end with the assistant's answer")
    name = next((name for name in ANSWER if name in value), None)
    if name is None:
        wanted = "output" if shape == "instruction" else "completion"
        return BadRow(f'has no "{wanted}"; it has: {_keys(value)}')
    return BadRow(f'"{name}" is {"empty" if isinstance(value[name], str) else kind_of(value[name]) + ", not text"}')


def _check_order(messages: list[Message]) -> None:
    """Raises BadRow unless the messages are an optional system message, then user and assistant alternating."""
    turns = [message["role"] for message in messages]
    if not turns:
        raise BadRow("has no messages")
    if "system" in turns[1:]:
        raise BadRow("has a system message that is not the first")
    offset = int(turns[0] == "system")
    turns = turns[offset:]
    for number, role in enumerate(turns):
        before = turns[number - 1] if number else None
        if before is None and role != "user":
            raise BadRow(f"begins with the {role}")
        if role == "tool":
            if before == "user" or not (before == "tool" or "tool_calls" in messages[number - 1 + offset]):
                raise BadRow("has a result of a tool that no message before it calls")
        elif before == "tool" and role == "user":
            raise BadRow("has a question right after a result of a tool; the assistant answers first")
        elif before == role:
            raise BadRow(f"has two messages of the {role} in a row")
        elif role == "user" and "tool_calls" in messages[number - 1 + offset]:
            raise BadRow("has a question right after a call of a tool; its result comes first")


def _keys(value: dict[str, Any]) -> str:
    return ", ".join(map(str, list(value)[:_KEYS_SHOWN])) or "nothing"


_A_LIST = (
    "A conversation is the value of a key: "
    "`jq -c 'if (.[0] | type) == \"array\" then .[] else . end | {messages: .}' {file} > {new}`."
)

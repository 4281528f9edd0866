"""prepare under hostile files: each is refused with file and line or read as stated, fast and in bounded memory."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from prepared import OPTIONS, Prepared, pair
from rig import ROOT
from trainer.data.files.row import Row, shown
from trainer.data.files.strict_json import BadJson, parse_json
from trainer.data.rows.bad_row import BadRow
from trainer.data.rows.read_row import training_row
from trainer.runtime.events import Failure

GOOD = json.dumps(pair(1)).encode() + b"\n"


def turn(content: bytes, role: bytes = b'"user"') -> bytes:
    return b'{"messages": [{"role": %b, "content": %b}, {"role": "assistant", "content": "y"}]}' % (role, content)


# A row and its message. Each row is alone in its file, so that its shape is the file's shape.
ROWS = {
    "bytes that are no UTF-8 in a key": (b'{"prompt\xff": "x"}', "is not UTF-8"),
    "an overlong form of UTF-8": (b'{"prompt": "\xc0\xaf", "completion": "y"}', "is not UTF-8"),
    "half of a character in UTF-8": (b'{"prompt": "\xed\xa0\x80", "completion": "y"}', "is not UTF-8"),
    "half of a character in a key": (rb'{"instruction": "x", "\ud800": 1}', r"it has: instruction, \ud800"),
    "half of a character as a key twice": (rb'{"\ud800": 1, "\ud800": 2}', r'has the key "\ud800" twice'),
    "half of a character in a role": (turn(b'"x"', rb'"\ud800"'), "has a message of role"),
    "half of a character in a message": (turn(rb'"\ud800"'), "holds half of a character"),
    "an escape sequence as a key twice": (rb'{"\u001b[2J": 1, "\u001b[2J": 2}', r'has the key "\u001b[2J" twice'),
    "minus infinity": (b'{"prompt": "x", "completion": "y", "n": -Infinity}', "holds -Infinity, which is not JSON"),
    "infinity": (b'{"prompt": "x", "completion": Infinity}', "holds Infinity, which is not JSON"),
    "a number of 10,000 digits": (b'{"prompt": "x", "n": ' + b"9" * 10_000 + b"}", "a number has too many digits"),
    "a raw NUL": (b'{"prompt": "a\0b", "completion": "y"}', "is not JSON: Invalid control character"),
    "nesting that is not": (b'{"prompt": ' + b'{"a": ' * 100_000, "is nested too deeply"),
    "a number": (b"7", "is a number, not an object"),
    "null": (b"null", "is null, not an object"),
    "a text that is cut off": (b'{"prompt": "x", "compl', "is not JSON: Unterminated string"),
    "two objects": (GOOD.strip() * 2, "is not JSON: Extra data"),
    "digits of another script": ('{"prompt": "x", "n": ١}'.encode(), "is not JSON"),
    "an equal key deep inside": (b'{"prompt": "x", "completion": "y", "m": {"a": 1, "a": 2}}', 'has the key "a" twice'),
    "a history that is a number": (b'{"instruction": "x", "output": "y", "history": 5}', '"history" must be a list'),
    "a history that is a text": (b'{"instruction": "x", "output": "y", "history": "ab"}', '"history" must be a list'),
    "a history of numbers": (b'{"instruction": "x", "output": "y", "history": [[1, 2]]}', "is a number, not text"),
    "a system message that is a list": (b'{"instruction": "x", "output": "y", "system": ["a"]}', '"system" is a list'),
    "messages that are a text": (b'{"messages": "hello"}', '"messages" is not JSON'),
    "messages that are a number": (b'{"messages": 5}', '"messages" is a number, not a list'),
    "a message that is a text": (b'{"messages": ["hello"]}', "has a message that is text, not an object"),
    "a role that is a list": (turn(b'"x"', b'["user"]'), "has a message of role"),
    "a role of a megabyte": (turn(b'"x"', b'"' + b"r" * 1_000_000 + b'"'), "has a message of role"),
    "content that is an object": (turn(b"{}"), "the user's message is an object, not text"),
    "parts that are no text": (turn(b'[{"type": "image_url"}]'), "has a message with parts that are not text"),
    "parts that are numbers": (turn(b"[1]"), "has a message with parts that are not text"),
    "a weight that is infinite": (turn(b'"x", "weight": 1e999'), 'has a "weight" of inf'),
    "a weight that is a list": (turn(b'"x", "weight": [1]'), 'has a "weight" of [1]'),
    "a key of a megabyte": (b'{"' + b"k" * 1_000_000 + b'": 1}', "no row has a known shape. Its fields are: kkk"),
}


@pytest.mark.parametrize("row, says", ROWS.values(), ids=ROWS.keys())
def test_a_row_with(row: Any, says: Any, tmp_path: Path) -> None:
    # Processor time, because the machine may be busy.
    began = time.process_time()
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, row + b"\n")
    assert time.process_time() - began < 1
    told = str(failed.value)
    assert failed.value.code == "BAD_DATA" and says in told
    assert "rows.jsonl:1: " in told or "no row has a known shape" in told
    assert len(told) < 2000 and told.replace("\n", "").isprintable()


# The name of a file, its content, and the outcome: a number of rows or a message.
FILES = {
    "nothing": ("a.jsonl", b"", "a.jsonl has no rows"),
    "a byte order mark alone": ("a.jsonl", b"\xef\xbb\xbf", "a.jsonl has no rows"),
    "NULs alone": ("a.jsonl", b"\0" * 5000, "a.jsonl is a file of zero bytes alone"),
    "UTF-16 with a mark": ("a.jsonl", GOOD.decode().encode("utf-16"), 1),
    "UTF-16 without one": ("a.jsonl", GOOD.decode().encode("utf-16-le"), 1),
    "UTF-16 of the other order": ("a.csv", "prompt,completion\na,b\n".encode("utf-16-be"), 1),
    "UTF-16 that is cut off": ("a.jsonl", GOOD.decode().encode("utf-16")[:-1], "ends in the middle of a character"),
    "UTF-16 with half of a pair": (
        "a.jsonl",
        '{"prompt": "\ud800", "completion": "y"}'.encode("utf-16", "surrogatepass"),
        "a.jsonl:1: is not UTF-8",
    ),
    "gzip": ("a.jsonl", b"\x1f\x8b\x08\0\0\0\0\0" * 9, "is damaged or cut off"),
    "a last line that is cut off": ("a.jsonl", GOOD + b'{"prompt": "x', "a.jsonl:2: is not JSON"),
    "a last line without its end": ("a.jsonl", GOOD + json.dumps(pair(2)).encode(), 2),
    "a byte order mark and CRLF": ("a.jsonl", b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"), 1),
    "numbers beyond all numbers, where none is read": ("a.jsonl", GOOD.replace(b"}", b', "n": 1e999}'), 1),
    "an array in a row": ("a.jsonl", GOOD + b'[{"prompt": "a"}]\n', "a.jsonl:2: is a list, not an object"),
    "nesting that is closed": ("a.jsonl", GOOD + b"[" * 99_999 + b"]" * 99_999, "a.jsonl:2: is nested too deeply"),
    "a byte order mark in the middle": ("a.jsonl", GOOD + b"\xef\xbb\xbf" + GOOD, "a.jsonl:2: is not JSON"),
    "an array with an equal key": ("a.json", b"[" + GOOD + b',{"a": 1, "a": 2}]', 'a.json:2 [row 1]: has the key "a"'),
    "an array of nothing but commas": ("a.json", b"[" + b"," * 20_000 + b"]", "a.json:1 [row 0]: is not JSON"),
    "an array of arrays without an end": ("a.json", b"[" * 300_000, "a.json:1: the array is not closed"),
    "an array with brackets that do not fit": ("a.json", b'[{"a": 1],\n[}]', "a.json:1 [row 0]: is not JSON"),
    "an array in an array": ("a.json", b"[[[[]]]]", "a.json:1 [row 0]: is a list, not an object"),
    "a text at the top": ("a.json", b'"hello"', "a.json:1: is text, not an object"),
    "one object over several lines": ("a.json", b'{"prompt": "x",\n"completion": "y"}', 1),
    "CSV with a NUL": ("a.csv", b"prompt,completion\na,b\0\n", 'a.csv:2: "completion" holds a NUL'),
    "CSV in Latin-1": ("a.csv", "prompt,completion\nfür,b\n".encode("latin-1"), "a.csv:2: is not UTF-8"),
    "CSV whose header is no UTF-8": ("a.csv", b"prompt,\xff\na,b\n", "a.csv:1: the header is not UTF-8"),
    "CSV with one column twice": ("a.csv", b"prompt,prompt\na,b\n", "a.csv:1: the header must name each column once"),
    "CSV with 200,000 columns, two of one name": ("a.csv", b"a," * 200_000 + b"\n", "the header must name each column"),
    "CSV with a million cells": ("a.csv", b"prompt,completion\na" + b",b" * 1_000_000, "a.csv:2: has 1000001 cells"),
    "CSV with a million empty cells": ("a.csv", b"prompt,completion\na,b" + b"," * 1_000_000, 1),
    "CSV with an open quotation mark": ("a.csv", b'prompt,completion\na,"b\nc,d\n', "a.csv:2: a quotation mark"),
    "CSV of nothing but quotation marks": (
        "a.csv",
        b"prompt,completion\n" + b'"' * 99_999,
        "a.csv:2: a quotation mark",
    ),
    "CSV with a conversation nested too deeply": (
        "a.csv",
        b'messages\n"' + b"[" * 99_999 + b'"\n',
        "nested too deeply",
    ),
    "CSV with line ends of old Macs": ("a.csv", b"prompt,completion\ra,b\r", 1),
}


@pytest.mark.parametrize("name, content, outcome", FILES.values(), ids=FILES.keys())
def test_a_file_of(name: str, content: Any, outcome: Any, tmp_path: Path) -> None:
    # Processor time here too.
    began = time.process_time()
    if isinstance(outcome, int):
        assert Prepared(tmp_path, content, name=name).outputs["rows"] == outcome
    else:
        with pytest.raises(Failure) as failed:
            Prepared(tmp_path, content, name=name)
        told = str(failed.value)
        assert failed.value.code in ("BAD_DATA", "NOT_ROWS") and outcome in told
        assert len(told) < 2000 and told.replace("\n", "").isprintable()
    assert time.process_time() - began < 1.5


# `getrusage` reports at least the peak of the process that forked, so this reads the kernel's own value.
MEASURE = """
import json, re, sys
from trainer.__main__ import run_verb
from trainer.runtime.events import Events, Failure
try:
    rows = run_verb("prepare", json.loads(sys.argv[1]), Events(open("/dev/null", "w"))).rows
except Failure as failure:
    rows = str(failure)
peak = re.search(r"VmHWM:\\s*([0-9]+)", open("/proc/self/status").read())
print(json.dumps([rows, int(peak[1]) // 1024]))
"""
# The begin, a repeated piece, its count, the end, and the outcome.
LARGE = {
    "a line of 30 MB": ("a.jsonl", GOOD + b'{"prompt": "', b"x" * 100_000, 300, b'"}\n' + GOOD, 1),
    "a file of 200 MB without a line end": ("a.jsonl", GOOD, b"x" * 1_000_000, 200, b"", 1),
    "forty rows of 4 MB": ("a.jsonl", GOOD, b'{"extra": "' + b"x" * 4_000_000 + b'"}\n', 40, b"", 1),
    "a row of 30 MB in an array": ("a.json", b'[{"prompt": "', b"x" * 100_000, 300, b'"},' + GOOD + b"]", 1),
    "a cell of 30 MB": ("a.csv", b'prompt,completion\na,"', b"x" * 100_000, 300, b'"\nc,d\n', 1),
    "a cell of 30 MB over many lines": (
        "a.csv",
        b'prompt,completion\na,"',
        b"x" * 99 + b"\n",
        300_000,
        b"",
        "a.csv:2: ",
    ),
    "cells without an end": ("a.csv", b'prompt,completion\na,b\nc,"', b'\n","', 8_000_000, b"", "a.csv:3: "),
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("name, begin, piece, times, end, outcome", LARGE.values(), ids=LARGE.keys())
def test_memory_stays_bounded_under(
    name: str, begin: Any, piece: Any, times: Any, end: Any, outcome: Any, tmp_path: Path
) -> None:
    with (tmp_path / name).open("wb") as file:
        file.write(begin)
        for _ in range(0, times, max(1, times // 100)):
            file.write(piece * max(1, times // 100))
        file.write(end)
    job = {**OPTIONS, "on_bad_row": "skip", "max_bad_rows": 1}
    job |= {"source": str(tmp_path / name), "out": str(tmp_path / "out")}
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE, json.dumps(job)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    rows, peak = json.loads(ended.stdout)
    assert rows == outcome or str(outcome) in str(rows)
    # In MB: the interpreter takes about 20. A row may have 8, and memory holds it as bytes, as text and as a value.
    assert peak < 120, f"{peak} MB"


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    1e999,
    "",
    " ",
    "x",
    "\0",
    "\ud800",
    "é",
    [],
    {},
    [[]],
    ["x"],
    [["x", "y"]],
    {"a": 1},
]
KEYS = "instruction input output prompt completion question answer messages conversations system history role content"
KEYS_OF_TURNS = ["role", "content", "from", "value", "weight", "tool_calls"]


def test_5000_random_rows_are_messages_or_a_reason() -> None:
    draw = random.Random(7)

    def some(keys: list[str], depth: int) -> dict[str, Any]:
        return {key: value(depth) for key in draw.sample(keys, draw.randrange(len(keys)))}

    def value(depth: int) -> Any:
        kind = draw.random()
        if depth and kind < 0.2:
            return [some(KEYS_OF_TURNS, depth - 1) for _ in range(draw.randrange(3))]
        if kind < 0.4:
            return draw.choice(["user", "assistant", "system", "human", "gpt"])
        return draw.choice(ODD)

    for _ in range(5000):
        row = some(KEYS.split(), 2)
        for shape in ("instruction", "prompt", "messages", "sharegpt"):
            try:
                messages = training_row(row, shape, draw.choice([None, "be kind"])).messages
            except BadRow as bad:
                assert shown(str(bad)).isprintable() and len(shown(str(bad))) <= 2000
            else:
                # An accepted row can be written: it is UTF-8 without NULs.
                assert "\0" not in json.dumps(messages, ensure_ascii=False).encode().decode()


def test_5000_mutated_rows_are_values_or_a_reason() -> None:
    draw = random.Random(11)
    sound = json.dumps({"messages": [{"role": "user", "content": "é🛰"}], "n": [1, -2.5e3, None, True]}).encode()
    signs = [b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"\\u", b"\0", b"\xff", b"\xed\xa0\x80", b"NaN", b"1e9"]
    for _ in range(5000):
        text = bytearray(sound)
        for _ in range(draw.randrange(1, 5)):
            at = draw.randrange(len(text) + 1)
            text[at : at + draw.randrange(3)] = draw.choice([b"", *signs, bytes([draw.randrange(256)])])
        try:
            parse_json(bytes(text))
        except BadJson as bad:
            assert len(str(bad)) < 2000
    assert Row(1).where("a") == "a:1"

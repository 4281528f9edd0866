"""prepare: encodings, JSON arrays, tables and lines of any length are read row by row."""

import json
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from prepared import OPTIONS, Prepared, lines, pair
from rig import ROOT
from trainer.runtime.events import Failure


def test_a_byte_order_mark_crlf_and_a_missing_last_line_break_are_tolerated(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + lines(pair(1), pair(2)).replace("\n", "\r\n").encode().rstrip()
    assert Prepared(tmp_path, content).outputs["rows"] == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(tmp_path: Path, encoding: str) -> None:
    rows = lines({"prompt": "Größe 🛰️", "completion": "雪"}, pair(1))
    texts = Prepared(tmp_path, rows.encode(encoding)).texts()
    assert texts[0] == [("user", "Größe 🛰️"), ("assistant", "雪")] and len(texts) == 2


def test_content_is_kept_to_the_byte(tmp_path: Path) -> None:
    text = "  解释\u2028\u0085SAR 影像\t🛰️\r\n    code()\n"
    assert Prepared(tmp_path, lines({"prompt": text, "completion": text})).texts() == [
        [("user", text), ("assistant", text)]
    ]


def test_rows_of_a_json_array_are_checked_one_by_one(tmp_path: Path) -> None:
    rows = [
        '{"prompt": "a, [b]", "completion": "c\\"}"}',
        '{"prompt": "x" "y"}',
        "\n7",
        '{"prompt": "ü",\n "completion": "e"}',
    ]
    content = "[\n" + "".join(f"  {row},\n" for row in rows) + "]\n"
    prepared = Prepared(tmp_path, content, name="rows.json", on_bad_row="skip", max_bad_rows=1)
    assert prepared.texts() == [[("user", "a, [b]"), ("assistant", 'c"}')], [("user", "ü"), ("assistant", "e")]]
    assert [bad["where"] for bad in prepared.bad_rows] == ["rows.json:3 [row 1]", "rows.json:5 [row 2]"]


def test_an_array_gives_the_same_rows_for_any_block_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random.seed(1)
    values = [
        {"prompt": f'{n} \\ " ] }} , é', "completion": "x" * random.randrange(40), "nested": [[{}, "[,"], n]}
        for n in range(60)
    ]
    content = json.dumps(values, indent=random.choice([1, None]), ensure_ascii=False)
    for block in (1, 2, 3, 7, 64):
        monkeypatch.setattr("trainer.data.files.json_pieces.CHUNK", block)
        prepared = Prepared(tmp_path, content, name="rows.json", on_bad_row="skip", max_bad_rows=1)
        assert [row[0][1] for row in prepared.texts()] == [value["prompt"] for value in values if value["completion"]]


@pytest.mark.parametrize(
    "content, says",
    [
        ('[{"prompt": "a", "completion": "b"},\n{"prompt": "c', "rows.json:2: the array is not closed"),
        ('[{"prompt": "a", "completion": "b"}]\n[]', "text follows the end"),
    ],
)
def test_a_broken_array_fails_under_every_policy(tmp_path: Path, content: Any, says: Any) -> None:
    with pytest.raises(Failure, match=says):
        Prepared(tmp_path, content, name="rows.json", on_bad_row="skip", max_bad_rows=1)


def test_one_object_is_not_an_array(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="not an array"):
        Prepared(tmp_path, '{"data": []}', name="rows.json", format="json")


def test_a_file_named_json_with_one_object_per_line_is_read_as_jsonl(tmp_path: Path) -> None:
    prepared = Prepared(tmp_path, lines(pair(1), pair(2)), name="rows.json")
    assert prepared.outputs["rows"] == 2 and prepared.summary["format"] == "jsonl"


def test_csv_line_numbers_are_those_of_the_file_even_after_quoted_line_breaks(tmp_path: Path) -> None:
    content = (
        b'\xef\xbb\xbfprompt,completion\r\n"one\nline, two","yes ""so"""\r\n\r\nonly one\r\na,\r\nb,\xff\r\nc,d\r\n'
    )
    prepared = Prepared(tmp_path, content, name="rows.csv", on_bad_row="skip", max_bad_rows=1)
    assert prepared.texts() == [
        [("user", "one\nline, two"), ("assistant", 'yes "so"')],
        [("user", "c"), ("assistant", "d")],
    ]
    assert [bad["where"] for bad in prepared.bad_rows] == ["rows.csv:5", "rows.csv:6", "rows.csv:7"]


def test_csv_with_semicolons_is_read(tmp_path: Path) -> None:
    assert Prepared(tmp_path, "question;answer\na, b;c\n", name="rows.csv").texts() == [
        [("user", "a, b"), ("assistant", "c")]
    ]


def test_an_open_quotation_mark_fails_the_file_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="rows.csv:3: a quotation mark in this row is not closed"):
        Prepared(tmp_path, 'prompt,completion\na,b\n"c,d\ne,f\n', name="rows.csv", on_bad_row="skip")


def test_lines_of_300_megabytes_are_bad_rows_within_bounded_memory(tmp_path: Path) -> None:
    long = tmp_path / "long.jsonl"
    with long.open("wb") as file:
        file.write(lines(pair(1)).encode() + b'{"prompt": "')
        for _ in range(300):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n' + lines(pair(2)).encode())
    job = {**OPTIONS, "source": str(long), "out": str(tmp_path / "out"), "on_bad_row": "skip", "max_bad_rows": 1}
    (tmp_path / "job.json").write_text(json.dumps(job))
    ended = subprocess.run(
        [sys.executable, "-m", "trainer", "prepare", str(tmp_path / "job.json")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (200_000_000, 200_000_000)),
    )
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, ended.stderr
    bad = [event for event in events if event["event"] == "bad_row"]
    assert bad == [{"event": "bad_row", "where": "long.jsonl:2", "reason": "is longer than 8 MB"}]
    assert events[-1]["outputs"]["rows"] == 2

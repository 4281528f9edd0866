"""prepare: rows of every known shape become canonical rows, and bad rows are reported with file and line."""

import io
import json
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rig import ROOT, USUAL, run
from trainer.runtime.events import Failure

OPTIONS = USUAL["prepare"]


class Prepared:
    def __init__(self, folder: Path, content: bytes | str, name: str = "rows.jsonl", **options: Any) -> None:
        source = folder / name
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.out = folder / "out"
        self._stream = io.StringIO()
        self.outputs = run("prepare", self._stream, source=str(source), out=str(self.out), **options)

    @property
    def bad_rows(self) -> list[dict[str, Any]]:
        events = [json.loads(line) for line in self._stream.getvalue().splitlines()]
        return [event for event in events if event["event"] == "bad_row"]

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.out / "summary.json").read_text())

    def rows(self, side: str = "train") -> list[list[dict[str, Any]]]:
        path = self.out / f"{side}.jsonl"
        return [json.loads(line)["messages"] for line in path.read_text().splitlines()] if path.exists() else []

    def texts(self, side: str = "train") -> list[list[tuple[str, str]]]:
        return [[(message["role"], message["content"]) for message in row] for row in self.rows(side)]


def lines(*rows: Any) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)


def pair(number: int) -> dict[str, Any]:
    return {"prompt": f"question {number}", "completion": f"answer {number}"}


HELLO = [("user", "hello"), ("assistant", "hi")]
SHAPES = [
    ("instruction", {"instruction": "hello", "output": "hi"}, HELLO),
    ("instruction", {"instruction": "hello", "input": "", "output": "hi", "system": ""}, HELLO),
    (
        "instruction",
        {"instruction": "add", "input": "1, 2", "output": "3"},
        [("user", "add\n\n1, 2"), ("assistant", "3")],
    ),
    (
        "instruction",
        {"instruction": "and you?", "output": "well", "history": [["hello", "hi"]], "system": "be kind"},
        [("system", "be kind"), *HELLO, ("user", "and you?"), ("assistant", "well")],
    ),
    ("prompt", {"prompt": "hello", "completion": "hi"}, HELLO),
    ("prompt", {"question": "hello", "answer": "hi"}, HELLO),
    (
        "prompt",
        {"prompt": [{"role": "user", "content": "hello"}], "completion": [{"role": "assistant", "content": "hi"}]},
        HELLO,
    ),
    ("messages", {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]}, HELLO),
    (
        "messages",
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "hello"}]},
                {"role": "assistant", "content": "hi"},
            ]
        },
        HELLO,
    ),
    ("sharegpt", {"conversations": [{"from": "human", "value": "hello"}, {"from": "gpt", "value": "hi"}]}, HELLO),
    (
        "sharegpt",
        {"system": "be kind", "conversations": [{"from": "human", "value": "hello"}, {"from": "gpt", "value": "hi"}]},
        [("system", "be kind"), *HELLO],
    ),
]


@pytest.mark.parametrize("shape, row, expected", SHAPES)
def test_each_shape_is_recognised_and_becomes_messages(tmp_path: Path, shape: Any, row: Any, expected: Any) -> None:
    prepared = Prepared(tmp_path, lines(row))
    assert prepared.outputs["shape"] == shape
    assert prepared.texts() == [expected]


BAD = [
    (b'{"prompt": "a", "completion": "\xff"}', "is not UTF-8"),
    (rb'{"prompt": "a", "completion": "\ud83d"}', "lone surrogate"),
    (rb'{"prompt": "a", "completion": "b\u0000"}', "NUL"),
    (b'{"prompt": "a", "completion": NaN}', "NaN"),
    (b'{"prompt": "a", "completion": "b"', "is not JSON"),
    (b'{"prompt": "a", "prompt": "b", "completion": "c"}', '"prompt" twice'),
    (b'["a", "b"]', "is a list, not an object"),
    (b'{"prompt": "a"}', 'has no "completion"; it has: prompt'),
    (b'{"prompt": "a", "completion": "  "}', '"completion" is empty'),
    (b'{"prompt": "a", "completion": null}', '"completion" is null, not text'),
    (b'{"prompt": 5, "completion": "b"}', '"prompt" is a number, not text'),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"prompt": "a", "completion": ' + b"9" * 5000 + b"}", "is not JSON"),
]


@pytest.mark.parametrize("row, reason", BAD, ids=[reason for _, reason in BAD])
def test_a_bad_row_is_named_by_file_line_and_reason(tmp_path: Path, row: Any, reason: str) -> None:
    content = lines(pair(1)).encode() + b"\n" + row + b"\r\n" + lines(pair(2)).encode()
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, content)
    assert failed.value.code == "BAD_DATA"
    assert "1 of 3 rows of rows.jsonl cannot be used" in str(failed.value)
    assert "rows.jsonl:3: " in str(failed.value) and reason in str(failed.value)
    skipped = Prepared(tmp_path, content, on_bad_row="skip", max_bad_rows=0.5)
    assert skipped.outputs["rows"] == 2 and skipped.outputs["dropped"]["bad"] == 1
    assert skipped.bad_rows[0]["where"] == "rows.jsonl:3" and reason in skipped.bad_rows[0]["reason"]


TURNS = [
    (["assistant", "user", "assistant"], "begins with the assistant"),
    (["user", "user", "assistant"], "two messages of the user in a row"),
    (["user", "assistant", "user"], "does not end with the assistant's answer"),
    (["user", "system", "assistant"], "a system message that is not the first"),
    (["user", "tool", "assistant"], "a result of a tool that no message before it calls"),
    (["system"], "does not end with the assistant's answer"),
    ([], "has no messages"),
]


@pytest.mark.parametrize("roles, reason", TURNS)
def test_turns_out_of_order_are_refused(tmp_path: Path, roles: Any, reason: str) -> None:
    row = {"messages": [{"role": role, "content": f"{number}"} for number, role in enumerate(roles)]}
    with pytest.raises(Failure, match=reason):
        Prepared(tmp_path, lines(row))


def test_the_weight_of_a_message_is_kept_and_a_row_without_a_learned_answer_is_refused(tmp_path: Path) -> None:
    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    row = {"messages": [{"role": role, "content": text, "weight": int(text != "b")} for role, text in turns]}
    assert [message.get("weight") for message in Prepared(tmp_path, lines(row)).rows()[0]] == [None, 0, None, None]
    for message in row["messages"]:
        message["weight"] = 0
    with pytest.raises(Failure, match="no answer to learn"):
        Prepared(tmp_path, lines(row))


def test_a_failure_lists_ten_bad_rows_and_counts_the_rest(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, lines(pair(0), *["nonsense"] * 25))
    assert str(failed.value).count("rows.jsonl:") == 10
    assert "25 of 26 rows" in str(failed.value) and "… and 15 more" in str(failed.value)


@pytest.mark.parametrize("cap, passes", [(0.1, False), (0.2, True), (1, True), (0, False)])
def test_skipping_stops_at_its_cap(tmp_path: Path, cap: Any, passes: Any) -> None:
    content = lines(*[pair(number) for number in range(8)], "nonsense", "{}")
    options = {"on_bad_row": "skip", "max_bad_rows": cap}
    if passes:
        assert Prepared(tmp_path, content, **options).outputs["rows"] == 8
    else:
        with pytest.raises(Failure, match=r"`max_bad_rows: [\d.]+` allows \d+\."):
            Prepared(tmp_path, content, **options)


@pytest.mark.parametrize("policy", ["fail", "skip"])
@pytest.mark.parametrize("content", ["", "\n \n", "nonsense\n"])
def test_a_file_without_a_good_row_fails(tmp_path: Path, content: Any, policy: Any) -> None:
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, content, on_bad_row=policy, max_bad_rows=1)
    assert failed.value.code == "BAD_DATA"


def test_unknown_fields_are_listed_with_the_known_shapes(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"(?s)Its fields are: headline, text\..*\"instruction\".*\"conversations\""):
        Prepared(tmp_path, lines({"headline": "a", "text": "b"}))


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


@pytest.fixture(scope="session")
def tiny_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import tiny_model

    return tiny_model.make_tiny_model(tmp_path_factory.mktemp("tiny"))


def test_rows_that_ask_a_question_of_the_exam_or_nearly_so_are_left_out(tmp_path: Path) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text(lines({"prompt": "Explain the speckle noise of radar images.", "reference": "A grain."}))
    content = lines(
        {"instruction": "Explain the speckle noise of radar images.", "output": "another answer"},
        {"instruction": "explain  the speckle noise of radar images", "output": "A grain."},
        {"instruction": "Explain the thermal noise of cameras.", "output": "Heat."},
    )
    prepared = Prepared(tmp_path, content, exclude=str(exam))
    assert prepared.outputs["dropped"] == {"duplicate": 0, "bad": 0, "excluded": 2}
    assert prepared.texts() == [[("user", "Explain the thermal noise of cameras."), ("assistant", "Heat.")]]


def talk(*questions: str) -> dict[str, Any]:
    turns = [({"role": "user", "content": text}, {"role": "assistant", "content": "Aye."}) for text in questions]
    return {"messages": [message for turn in turns for message in turn]}


IN_TURNS = [
    (talk("Who wrote Hamlet?", "What is two plus three?", "Thanks a lot"), True),
    (talk("What is two plus three? again"), True),
    (talk("What's two plus three"), True),
    (talk("What is two plus four?"), False),
    (talk("What is two plus three divided by the number of moons?"), False),
    # The exam asks "And why?" after another question.
    (talk("Name a planet without moons.", "And why?"), True),
    (talk("Hello!", "Name a planet without moons.", "And why?", "Thanks."), True),
    (talk("Is the sea salty?", "And why?"), False),
    (talk("Name a planet without moons."), False),
]


@pytest.mark.parametrize(("row", "left_out"), IN_TURNS)
def test_a_row_is_left_out_if_any_of_its_turns_asks_the_exam(
    row: dict[str, Any], left_out: bool, tmp_path: Path
) -> None:
    exam = tmp_path / "exam.jsonl"
    planet = talk("Name a planet without moons.", "And why?")["messages"][:3]
    exam.write_text(lines({"prompt": "What is two plus three?", "reference": "Five."}, {"messages": planet}))
    prepared = Prepared(tmp_path, lines(row, pair(1)), exclude=str(exam))
    assert prepared.outputs["dropped"]["excluded"] == left_out


def test_an_exam_that_asks_every_row_leaves_nothing_to_learn(tmp_path: Path) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text(lines(pair(1)))
    with pytest.raises(Failure, match=r"Every row of rows\.jsonl asks a question of exam\.jsonl") as failed:
        Prepared(tmp_path, lines(pair(1)), exclude=str(exam))
    assert failed.value.code == "BAD_DATA"

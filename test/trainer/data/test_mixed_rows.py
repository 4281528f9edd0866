"""mix: rows of several files, each as often as its weight says, and all held against each other and the exam."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

from rig import run


def write(path: Path, rows: list[Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def pairs(name: str, count: int) -> list[dict[str, str]]:
    return [{"prompt": f"{name} question {at}", "completion": f"{name} answer {at}"} for at in range(count)]


def mixed(source: str, weight: float = 1, **rest: Any) -> dict[str, Any]:
    return {"source": source, "weight": weight, "format": "auto", "shape": "auto", "map": None, "parts": None, **rest}


def prepare(folder: Path, **options: Any) -> tuple[dict[str, Any], Counter[str], Counter[str]]:
    outputs = run("prepare", io.StringIO(), out=str(folder / "out"), **options)

    def asked(side: str) -> Counter[str]:
        path = folder / "out" / f"{side}.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return Counter(json.loads(line)["messages"][0]["content"] for line in lines)

    return outputs, asked("train"), asked("eval")


def test_a_weight_is_how_often_a_row_is_learned_and_new_rows_change_no_draw(tmp_path: Path) -> None:
    own = write(tmp_path / "own.jsonl", pairs("own", 40))
    half = write(tmp_path / "half.jsonl", pairs("half", 400))
    twice = write(tmp_path / "twice.jsonl", pairs("twice", 10))
    mix = {"half": mixed(half, 0.5), "twice": mixed(twice, 2)}
    outputs, train, _ = prepare(tmp_path, source=own, mix=mix)
    assert all(train[f"own question {at}"] == 1 for at in range(40))
    assert all(train[f"twice question {at}"] == 2 for at in range(10))
    drawn = {question for question in train if question.startswith("half")}
    assert 160 <= len(drawn) <= 240
    assert outputs["sources"]["half"] == {"rows": 400, "kept": len(drawn), "learned": len(drawn)}
    assert outputs["sources"]["twice"] == {"rows": 10, "kept": 10, "learned": 20}
    assert outputs["train_rows"] == outputs["rows"] == 60 + len(drawn)
    write(tmp_path / "half.jsonl", [*pairs("new", 100), *pairs("half", 400)])
    again = {question for question in prepare(tmp_path, source=own, mix=mix)[1] if question.startswith("half")}
    assert again == drawn
    other = {question for question in prepare(tmp_path, source=own, mix=mix, seed=7)[1] if question.startswith("half")}
    assert other != drawn


def test_each_file_is_read_in_its_own_way_and_named_in_what_is_told(tmp_path: Path) -> None:
    own = write(tmp_path / "own.jsonl", pairs("own", 3))
    german = write(tmp_path / "german.jsonl", [{"frage": "Warum?", "antwort": "Write to me@radar-lab.cn"}])
    row_map = {"user": "frage", "assistant": "antwort"}
    outputs, train, _ = prepare(tmp_path, source=own, mix={"german": mixed(german, map=row_map)})
    assert train["Warum?"] == 1 and outputs["findings"][0]["row"] == "german.jsonl:1"


def test_duplicates_and_the_exam_are_found_across_files_and_held_out_rows_are_measured_once(tmp_path: Path) -> None:
    own = write(tmp_path / "own.jsonl", pairs("own", 30))
    more = write(tmp_path / "more.jsonl", [*pairs("own", 5), *pairs("more", 30)])
    exam = write(tmp_path / "exam.jsonl", [{"prompt": "more question 3"}])
    outputs, train, held_out = prepare(tmp_path, source=own, mix={"more": mixed(more, 3)}, exclude=exam, eval_split=0.3)
    assert outputs["dropped"] == {"duplicate": 5, "bad": 0, "excluded": 1}
    assert outputs["leaks"][0]["row"] == "more.jsonl:9"
    assert set(held_out.values()) == {1} and not set(train) & set(held_out)
    assert {"own", "more"} == {question.split()[0] for question in held_out}
    assert all(count == (3 if question.startswith("more") else 1) for question, count in train.items())

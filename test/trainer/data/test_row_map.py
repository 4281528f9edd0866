"""map: rows whose keys have names of their own; learn: which answers of a conversation are learned."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from rig import run
from trainer.runtime.events import Failure


def prepare(folder: Path, *rows: Any, **options: Any) -> tuple[dict[str, Any], list[list[Any]]]:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    outputs = run("prepare", io.StringIO(), source=str(folder / "rows.jsonl"), out=str(folder / "out"), **options)
    lines = (folder / "out" / "train.jsonl").read_text().splitlines()
    return outputs, [
        [(each["role"], each["content"], each.get("weight", 1)) for each in json.loads(line)["messages"]]
        for line in lines
    ]


MAPPED = [
    ({"frage": "Why?", "antwort": "So."}, {"user": "frage", "assistant": "antwort"}),
    ({"data": {"q": "Why?", "a": "So."}, "id": 3}, {"user": "data.q", "assistant": "data.a"}),
    # A key that would refuse the row is its question if the map says so.
    ({"document": "Why?", "answer": "So."}, {"user": "document"}),
    (
        {"Verlauf": [{"wer": "K", "was": "Why?"}, {"wer": "A", "was": "So."}]},
        {"messages": "Verlauf", "role": "wer", "content": "was", "roles": {"K": "user", "A": "assistant"}},
    ),
]


@pytest.mark.parametrize(("row", "row_map"), MAPPED)
def test_a_map_names_the_keys_of_the_parts(row: Any, row_map: Any, tmp_path: Path) -> None:
    _, [messages] = prepare(tmp_path, row, row, map=row_map)
    assert messages == [("user", "Why?", 1), ("assistant", "So.", 1)]


def test_the_map_decides_between_keys_of_one_part_and_the_other_is_told(tmp_path: Path) -> None:
    row = {"prompt": "Why?", "completion": "wrong one", "gold_text": "So.", "ctx": "Be kind."}
    outputs, [messages] = prepare(tmp_path, row, map={"assistant": "gold_text", "system": "ctx"})
    assert messages == [("system", "Be kind.", 1), ("user", "Why?", 1), ("assistant", "So.", 1)]
    assert outputs["unused_keys"] == {"completion": 1}


def test_a_row_without_a_mapped_key_is_bad_and_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(Failure, match='has no "frage", which `map` names for `user`; it has: question, antwort'):
        prepare(tmp_path, {"question": "Why?", "antwort": "So."}, map={"user": "frage", "assistant": "antwort"})


def test_keys_that_almost_name_a_part_come_with_the_map_that_reads_them(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"`map: \{ user: frage, assistant: antwort \}`"):
        prepare(tmp_path, {"frage": "Why?", "antwort": "So."})


def test_only_the_last_answer_is_learned_where_it_is_asked_for(tmp_path: Path) -> None:
    turns: list[dict[str, Any]] = [
        {"role": role, "content": f"{role} {at}"} for at in range(2) for role in ("user", "assistant")
    ]
    assert [weight for *_, weight in prepare(tmp_path, {"messages": turns}, learn="last")[1][0]] == [1, 0, 1, 1]
    assert [weight for *_, weight in prepare(tmp_path, {"messages": turns}, learn="all")[1][0]] == [1, 1, 1, 1]
    turns[-1]["weight"] = 0
    with pytest.raises(Failure, match="has no answer to learn"):
        prepare(tmp_path, {"messages": turns}, learn="last")

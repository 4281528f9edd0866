"""fetch_rows: which files of a dataset hold its rows, and their download, with a local Hub."""

import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub import COMMIT, FetchedRows, Hub
from rig import run
from trainer.data.hub.choose_files import choose_files
from trainer.data.hub.subsets import subsets_of
from trainer.runtime.events import Failure


def rows(*names: str) -> bytes:
    return "".join(json.dumps({"prompt": f"Who is {name}?", "completion": name}) + "\n" for name in names).encode()


def parquet(*names: str) -> bytes:
    import pyarrow
    from pyarrow import parquet

    made = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist([json.loads(line) for line in rows(*names).splitlines()]), made)
    return made.getvalue()


@pytest.fixture
def dataset() -> Iterator[Hub]:
    hub = Hub(
        {
            "README.md": b"# Rows",
            "data/train-00000-of-00002.parquet": parquet("Ann", "Bo"),
            "data/train-00001-of-00002.parquet": parquet("Cy"),
            "data/test-00000-of-00001.parquet": parquet("Di"),
            "more/notes.jsonl": rows("Ed"),
        }
    )
    yield hub
    hub.close()


def test_a_dataset_resolves_to_a_commit_and_the_files_of_its_split(dataset: Hub, tmp_path: Path) -> None:
    found = FetchedRows(tmp_path, dataset.url).outputs
    assert found["revision"] == COMMIT and found["path"] is None
    assert [file["name"] for file in found["files"]] == [f"data/train-0000{n}-of-00002.parquet" for n in (0, 1)]
    assert all(file["digest"].startswith("sha256:") for file in found["files"])
    test = FetchedRows(tmp_path, dataset.url, split="test").outputs
    assert [file["name"] for file in test["files"]] == ["data/test-00000-of-00001.parquet"]
    named = FetchedRows(tmp_path, dataset.url, files="more/*").outputs["files"][0]
    assert (named["name"], named["size"], named["digest"][:4]) == ("more/notes.jsonl", len(rows("Ed")), "git:")
    assert not any("/resolve/" in path for _, path, _, _ in dataset.requests)


def test_only_the_chosen_files_are_fetched_and_read_one_after_another(dataset: Hub, tmp_path: Path) -> None:
    found = FetchedRows(tmp_path, dataset.url).outputs
    fetched = FetchedRows(tmp_path, dataset.url, revision=COMMIT, action=found["files"])
    path = Path(fetched.outputs["path"])
    assert len([each for each in path.rglob("*") if each.is_file()]) == 2
    told = [event for event in fetched.events if event["event"] == "downloading"]
    assert told[-1]["bytes"] == told[-1]["total_bytes"]
    out = tmp_path / "out"
    parts = [file["name"] for file in found["files"]]
    assert run("prepare", source=str(path), parts=parts, out=str(out))["rows"] == 3
    assert [json.loads(line)["messages"][1]["content"] for line in (out / "train.jsonl").open()] == ["Ann", "Bo", "Cy"]
    # A complete commit needs no request.
    asked = len(dataset.requests)
    again = FetchedRows(tmp_path, dataset.url, revision=COMMIT, action=found["files"], HF_HUB_OFFLINE="1")
    assert again.outputs == fetched.outputs and len(dataset.requests) == asked


def test_damaged_bytes_in_the_cache_are_refused_and_fetched_anew(dataset: Hub, tmp_path: Path) -> None:
    chosen = FetchedRows(tmp_path, dataset.url).outputs["files"]
    path = Path(FetchedRows(tmp_path, dataset.url, revision=COMMIT, action=chosen).outputs["path"])
    file = (path / chosen[0]["name"]).resolve()
    file.write_bytes(file.read_bytes()[::-1])
    code, message = FetchedRows(tmp_path, dataset.url, revision=COMMIT, action=chosen).failure
    assert code == "NOT_ROWS" and "train-00000-of-00002.parquet of the cache" in message
    FetchedRows(tmp_path, dataset.url, revision=COMMIT, action=chosen).outputs  # noqa: B018
    assert (path / chosen[0]["name"]).read_bytes() == dataset.files[chosen[0]["name"]]


def test_a_row_that_is_bad_is_told_with_the_file_it_stands_in(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(rows("Ann"))
    (tmp_path / "b.jsonl").write_bytes(b"[\n")
    with pytest.raises(Failure, match="of a.jsonl cannot be used.*\n  b.jsonl:1:"):
        run("prepare", source=str(tmp_path), parts=["a.jsonl", "b.jsonl"], format="jsonl", out=str(tmp_path / "out"))


REFUSED = [
    ("org/absent", None, "MODEL_NOT_FOUND", "has no dataset org/absent, or it is private and no token is set"),
    ("org/rows", "v9", "MODEL_NOT_FOUND", "/datasets/org/rows/commits/main lists them"),
    ("gated/rows", None, "MODEL_GATED", "/datasets/gated/rows, and no token is set"),
    ("broken/rows", None, "HUB_UNREACHABLE", "answers 500"),
]


@pytest.mark.parametrize("name, revision, code, says", REFUSED)
def test_a_refusal_of_the_hub_is_reported_with_its_reason(
    dataset: Hub, tmp_path: Path, name: str, revision: Any, code: str, says: str
) -> None:
    failed = FetchedRows(tmp_path, dataset.url, name=name, revision=revision).failure
    assert failed[0] == code and says in failed[1], failed


def test_the_token_of_the_environment_opens_a_gated_dataset(dataset: Hub, tmp_path: Path) -> None:
    assert FetchedRows(tmp_path, dataset.url, name="gated/rows", HF_TOKEN="good").outputs["revision"] == COMMIT


def test_an_unreachable_hub_and_a_forbidden_one_have_different_codes(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        chosen = [{"name": "a.jsonl", "size": 1, "digest": "git:0"}]
        codes = [
            FetchedRows(tmp_path, url, revision=COMMIT, action=action, **variables).failure[0]
            for variables in ({}, {"HF_HUB_OFFLINE": "1"})
            for action in ("resolve", chosen)
        ]
    assert codes == ["HUB_UNREACHABLE"] * 2 + ["HUB_FORBIDDEN"] * 2


def test_a_dataset_that_a_script_makes_is_refused_before_a_byte_is_fetched(dataset: Hub, tmp_path: Path) -> None:
    dataset.files = {"rows.py": b"import os", "raw/train.jsonl": rows("Ann")}
    code, message = FetchedRows(tmp_path, dataset.url).failure
    assert code == "DATASET_UNCLEAR" and "runs no code" in message and "`hub:org/rows@refs/convert/parquet`" in message
    named = FetchedRows(tmp_path, dataset.url, files="raw/*.jsonl").outputs
    assert [file["name"] for file in named["files"]] == ["raw/train.jsonl"]


CHOSEN: dict[str, tuple[list[str], Any, Any, Any, list[str]]] = {
    "one file": (["a.json", "README.md", "dataset_infos.json"], None, None, None, ["a.json"]),
    "names of splits": (["train.csv", "test.csv"], None, None, None, ["train.csv"]),
    "folders of splits": (["train/a.csv", "dev/a.csv"], "validation", None, None, ["dev/a.csv"]),
    "shards": (["a-1.json.gz", "a-2.json.gz"], "train", None, None, ["a-1.json.gz", "a-2.json.gz"]),
    "its own name of a split": (
        ["train_sft-0.parquet", "test_sft-0.parquet"],
        "test_sft",
        None,
        None,
        ["test_sft-0.parquet"],
    ),
    "a pattern": (["x/a.csv", "x/y/a.csv"], None, "x/*.csv", None, ["x/a.csv"]),
    "a pattern over folders": (["x/a.csv", "x/y/a.csv"], None, "**/*.csv", None, ["x/a.csv", "x/y/a.csv"]),
    "a folder": (["x/a.csv", "x/y/b.csv"], None, "x/y", None, ["x/y/b.csv"]),
    "a card": (
        ["foo.json", "bar.json"],
        None,
        None,
        [
            {
                "config_name": "x",
                "data_files": [{"split": "train", "path": "bar.json"}, {"split": "test", "path": "foo.json"}],
            }
        ],
        ["bar.json"],
    ),
    "the default subset": (
        ["en/a.json", "fr/a.json"],
        None,
        None,
        [{"config_name": "en", "data_files": "en/*"}, {"config_name": "fr", "data_files": "fr/*", "default": True}],
        ["fr/a.json"],
    ),
}


@pytest.mark.parametrize("files, split, pattern, card, chosen", CHOSEN.values(), ids=CHOSEN.keys())
def test_the_files_of_a_split_are(files: Any, split: Any, pattern: Any, card: Any, chosen: list[str]) -> None:
    assert choose_files("org/rows", files, split, pattern, subsets_of(card)) == chosen


UNCLEAR: dict[str, tuple[list[str], Any, Any, Any, str]] = {
    "several files without a split": (["a.json", "b.json"], None, None, None, "which of its files are its split train"),
    "versions of the rows": (
        ["train.json", "train-clean.json"],
        None,
        None,
        None,
        "which of its files are its split train",
    ),
    "several subsets": (["en/train.json", "fr/train.json"], None, None, None, "in several folders: en, fr"),
    "several subsets of a card": (
        ["en/a.json", "fr/a.json"],
        None,
        None,
        [{"config_name": "en", "data_files": "en/*"}, {"config_name": "fr", "data_files": "fr/*"}],
        "several subsets: en, fr. `files` names the files of one, such as `files: en/*`",
    ),
    "several forms": (["train.json", "train.parquet"], None, None, None, "several times, as json, parquet"),
    "no such split": (["train.json", "test.json"], "dev", None, None, "no split dev. `split` may be: test, train"),
    "no such file": (
        ["train.json"],
        None,
        "x/*",
        None,
        "no file that fits `files: x/*`. Its files of rows: train.json.",
    ),
    "no rows": (["a.zip", "README.md"], None, None, None, "no JSONL, JSON, CSV, Parquet or Arrow file. It has: a.zip"),
}


@pytest.mark.parametrize("files, split, pattern, card, says", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_what_is_not_clear_is_refused_with_the_choice(
    files: Any, split: Any, pattern: Any, card: Any, says: str
) -> None:
    with pytest.raises(Failure) as failed:
        choose_files("org/rows", files, split, pattern, subsets_of(card))
    assert failed.value.code == "DATASET_UNCLEAR" and says in str(failed.value)

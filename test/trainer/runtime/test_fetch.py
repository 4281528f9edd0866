"""fetch: names, downloads and the local cache, with a local Hub."""

import os
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from hub import COMMIT, Fetched


def test_a_name_resolves_to_a_commit_and_its_list_of_files(hub: Any, tmp_path: Path) -> None:
    outputs = Fetched(tmp_path, hub.url, action="resolve").outputs
    assert outputs["revision"] == COMMIT and outputs["offline"] is False
    names = [file["name"] for file in outputs["files"]]
    assert "model.safetensors" in names and "tokenizer.json" in names
    assert not {"pytorch_model.bin", "original/model.safetensors", "consolidated.safetensors", "README.md"} & set(names)
    assert outputs["bytes"] == sum(len(hub.files[name]) for name in names)


def test_a_download_brings_safetensors_and_tokenizer_with_progress_to_the_last_byte(hub: Any, tmp_path: Path) -> None:
    fetched = Fetched(tmp_path, hub.url)
    path = Path(fetched.outputs["path"])
    assert fetched.outputs["revision"] == path.name == COMMIT
    for file in path.iterdir():
        assert file.read_bytes() == hub.files[file.name]
    assert (
        (path / "model.safetensors").exists()
        and not (path / "pytorch_model.bin").exists()
        and not (path / "original").exists()
    )
    told = [event for event in fetched.events if event["event"] == "downloading"]
    assert told[-1]["bytes"] == told[-1]["total_bytes"] == fetched.outputs["bytes"]


def test_the_settings_come_without_the_weights_which_a_later_download_adds(hub: Any, tmp_path: Path) -> None:
    path = Path(Fetched(tmp_path, hub.url, action="settings").outputs["path"])
    names = {file.name for file in path.iterdir()}
    assert {"config.json", "tokenizer.json"} <= names and not any(name.endswith(".safetensors") for name in names)
    assert not any(name.endswith(".safetensors") for _, name, _, _ in hub.requests)
    again = Fetched(tmp_path, hub.url, action="settings", revision=COMMIT, HF_HUB_OFFLINE="1").outputs
    assert again["path"] == str(path) and again["offline"] is True
    assert Path(Fetched(tmp_path, hub.url, revision=COMMIT).outputs["path"], "model.safetensors").exists()


def test_a_complete_pinned_commit_needs_no_request(hub: Any, tmp_path: Path) -> None:
    first = Fetched(tmp_path, hub.url).outputs
    asked = len(hub.requests)
    assert Fetched(tmp_path, hub.url, revision=COMMIT).outputs == {**first, "offline": True}
    assert Fetched(tmp_path, hub.url, revision=COMMIT, HF_HUB_OFFLINE="1").outputs == {**first, "offline": True}
    assert len(hub.requests) == asked


def test_offline_a_name_means_the_commit_in_the_cache(hub: Any, tmp_path: Path) -> None:
    first = Fetched(tmp_path, hub.url).outputs
    resolved = Fetched(tmp_path, hub.url, action="resolve", HF_HUB_OFFLINE="1").outputs
    assert resolved["revision"] == COMMIT and resolved["offline"] is True
    hub.close()
    assert Fetched(tmp_path, hub.url).outputs == {**first, "offline": True}


def test_a_snapshot_without_its_weights_is_completed(hub: Any, tmp_path: Path) -> None:
    path = Path(Fetched(tmp_path, hub.url).outputs["path"])
    os.remove((path / "model.safetensors").resolve())
    os.remove(path / "model.safetensors")
    Fetched(tmp_path, hub.url, revision=COMMIT).outputs  # noqa: B018
    assert (path / "model.safetensors").read_bytes() == hub.files["model.safetensors"]


def test_an_interrupted_download_continues_where_it_stopped(hub: Any, tmp_path: Path) -> None:
    # The client writes 10 MB at a time, and requests unwritten bytes again.
    hub.files["model.safetensors"] += bytes(24_000_000)
    hub.cut_after = 15_000_000
    original = hub.answer

    def cut_once(request: BaseHTTPRequestHandler) -> None:
        original(request)
        if request.command == "GET" and request.path.endswith("model.safetensors"):
            hub.cut_after = None

    hub.answer = cut_once
    path = Path(Fetched(tmp_path, hub.url).outputs["path"])
    assert (path / "model.safetensors").read_bytes() == hub.files["model.safetensors"]
    ranges = [
        asked for method, name, _, asked in hub.requests if method == "GET" and name.endswith("/model.safetensors")
    ]
    assert any(asked and int(asked.removeprefix("bytes=").split("-")[0]) > 0 for asked in ranges), ranges

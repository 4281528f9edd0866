"""modelscope: against a local server that speaks the part of ModelScope's API that its own client uses."""

import hashlib
import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import rig
from model_server import ModelServer
from trainer.runtime.events import Failure


class ModelScope(ModelServer):
    """Lists files with their SHA-256 and serves them by range, each revision with files of its own."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = {"master": files, "v1": {**files}}
        self.requests: list[tuple[str, str | None]] = []
        self.damaged = False

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        address = urlsplit(request.path)
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        self.requests.append((request.path, request.headers.get("Range")))
        files = self.files.get(query.get("Revision", "master"))
        if "/absent/" in address.path or files is None:
            return self.send(request, json.dumps({"Code": 10010205001, "Message": "not exist"}).encode(), 404)
        if "/private/" in address.path:
            return self.send(request, b"{}", 403)
        if address.path.endswith("/repo/files"):
            listed: list[dict[str, Any]] = [self._entry(name, content) for name, content in files.items()]
            listed.append({"Name": "original", "Path": "original", "Type": "tree"})
            return self.send(request, json.dumps({"Code": 200, "Data": {"Files": listed}}).encode())
        self._file(request, files[query["FilePath"]])

    def _entry(self, name: str, content: bytes) -> dict[str, Any]:
        return {
            "Name": name,
            "Path": name,
            "Type": "blob",
            "Size": len(content),
            "Sha256": hashlib.sha256(content).hexdigest(),
        }

    def _file(self, request: BaseHTTPRequestHandler, content: bytes) -> None:
        begin = int(request.headers["Range"].removeprefix("bytes=").split("-")[0])
        body = content[begin:]
        if self.damaged:
            body = bytes(len(body))
        self.send(request, body, 206, cut=self.cut_of(content))


@pytest.fixture
def server(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelScope]:
    files = {path.name: path.read_bytes() for path in base.iterdir()}
    server = ModelScope({**files, "pytorch_model.bin": b"pickle", "README.md": b"#", ".gitattributes": b"x"})
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", server.url)
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "cache"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    yield server
    server.close()


def run(action: str = "download", stream: io.StringIO | None = None, **job: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"name": "org/model", "revision": None, "files_digest": None}
    return rig.run("modelscope", stream, **{**usual, "action": action, **job})


def test_a_name_resolves_to_the_digest_of_its_files_and_its_architecture(server: ModelScope) -> None:
    resolved = run("resolve")
    assert resolved["revision"].startswith("sha256:") and resolved["architecture"] == "Qwen2ForCausalLM"
    names = {file["name"] for file in resolved["files"]}
    assert {"model.safetensors", "tokenizer.json"} <= names
    assert not {"pytorch_model.bin", "README.md", ".gitattributes"} & names
    server.files["master"]["config.json"] += b" "
    assert run("resolve")["revision"] != resolved["revision"]
    assert run("resolve", revision="v1")["revision"] == resolved["revision"]


def test_a_download_brings_the_files_whole_and_is_made_once(server: ModelScope) -> None:
    stream = io.StringIO()
    digest = run("resolve")["revision"]
    fetched = run(stream=stream, files_digest=digest)
    folder = Path(fetched["path"])
    for file in fetched["files"]:
        assert (folder / file["name"]).read_bytes() == server.files["master"][file["name"]]
    told = [event for event in map(json.loads, stream.getvalue().splitlines()) if event["event"] == "downloading"]
    assert told[-1]["bytes"] == told[-1]["total_bytes"] == fetched["bytes"]
    asked = len(server.requests)
    assert run(files_digest=digest) == {**fetched, "offline": True}
    assert len(server.requests) == asked


def test_an_interrupted_download_continues_where_it_stopped(server: ModelScope) -> None:
    server.files["master"]["model.safetensors"] += bytes(200_000)
    server.cut_after = 90_000
    fetched = run()
    assert (Path(fetched["path"]) / "model.safetensors").read_bytes() == server.files["master"]["model.safetensors"]
    ranges = [asked for path, asked in server.requests if "FilePath=model.safetensors" in path]
    assert [asked.split("-")[0] for asked in ranges if asked][:3] == ["bytes=0", "bytes=90000", "bytes=180000"]


def test_files_that_changed_since_the_pin_are_refused(server: ModelScope) -> None:
    digest = run("resolve")["revision"]
    server.files["master"]["tokenizer.json"] += b"\n"
    with pytest.raises(Failure) as failure:
        run(files_digest=digest)
    assert failure.value.code == "INPUT_CHANGED"


def test_damaged_bytes_are_never_taken_for_the_file(server: ModelScope, tmp_path: Path) -> None:
    server.damaged = True
    with pytest.raises(Failure) as failure:
        run()
    assert failure.value.code == "HUB_UNREACHABLE" and "came damaged" in str(failure.value)
    assert not list((tmp_path / "cache").rglob("*.json"))


@pytest.mark.parametrize(
    "job, code, says",
    [
        ({"name": "absent/model"}, "MODEL_NOT_FOUND", "has no model absent/model@master"),
        ({"revision": "v9"}, "MODEL_NOT_FOUND", "org/model@v9"),
        ({"name": "private/model"}, "MODEL_GATED", "temper reads public models"),
    ],
)
def test_a_refusal_is_reported_with_its_reason(server: ModelScope, job: dict[str, Any], code: str, says: str) -> None:
    with pytest.raises(Failure) as failure:
        run("resolve", **job)
    assert failure.value.code == code and says in str(failure.value)


def test_a_server_that_does_not_answer_is_told(server: ModelScope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Failure) as failure:
        run("resolve")
    assert failure.value.code == "HUB_UNREACHABLE"


def test_weights_that_are_only_pickles_are_refused(server: ModelScope) -> None:
    del server.files["master"]["model.safetensors"]
    with pytest.raises(Failure) as failure:
        run("resolve")
    assert failure.value.code == "UNSAFE_WEIGHTS"

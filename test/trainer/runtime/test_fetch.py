"""fetch: the Hub's client with a local Hub, an unreachable one, and one that HF_HUB_OFFLINE forbids."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from rig import ROOT
from trainer.runtime import model_files
from trainer.runtime.events import Failure

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """The part of the Hub's protocol that its client uses: model info, the tree of a commit, files by range."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.requests: list[tuple[str, str, str | None, str | None]] = []
        # The number of bytes after which the next download of a large file breaks off.
        self.cut_after: int | None = None
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            do_HEAD = do_GET

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: pytest.FixtureRequest) -> Any:
        path = unquote(urlsplit(request.path).path)
        self.requests.append(
            (request.command, path, request.headers.get("Authorization"), request.headers.get("Range"))
        )
        if path.startswith("/api/models/gated/") and request.headers.get("Authorization") != "Bearer good":
            return self._refuse(request, 403, "GatedRepo")
        if path.startswith("/api/models/broken/"):
            return self._refuse(request, 500, "")
        if "/absent" in path:
            return self._refuse(request, 401, "RepoNotFound")
        if path.endswith("/revision/v9"):
            return self._refuse(request, 404, "RevisionNotFound")
        if path.startswith("/api/models/") and "/tree/" in path:
            return self._send(request, json.dumps([self._entry(name) for name in self.files]).encode())
        if path.startswith("/api/models/"):
            siblings = [{"rfilename": name, "size": len(content)} for name, content in self.files.items()]
            info = {"id": "org/model", "sha": COMMIT, "siblings": siblings}
            return self._send(request, json.dumps(info).encode())
        return self._file(request, path.split(f"/resolve/{COMMIT}/")[-1])

    def _entry(self, name: str) -> Any:
        content = self.files[name]
        return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}

    def _file(self, request: pytest.FixtureRequest, name: str) -> None:
        content = self.files[name]
        headers = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        begin, status = 0, 200
        if asked := request.headers.get("Range"):
            begin, status = int(asked.removeprefix("bytes=").split("-")[0]), 206
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        body = content[begin:]
        if request.command == "GET" and self.cut_after is not None and len(content) > 100_000:
            request.send_response(status)
            for header, value in {**headers, "Content-Length": str(len(body))}.items():
                request.send_header(header, value)
            request.end_headers()
            request.wfile.write(body[: self.cut_after])
            request.wfile.flush()
            request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
            return
        self._send(request, body, status, headers)

    def _send(self, request: pytest.FixtureRequest, body: Any, status: Any = 200, headers: Any = None) -> None:
        request.send_response(status)
        for header, value in {
            "Content-Type": "application/json",
            **(headers or {}),
            "Content-Length": str(len(body)),
        }.items():
            request.send_header(header, value)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    def _refuse(self, request: pytest.FixtureRequest, status: Any, code: str) -> None:
        self._send(request, b'{"error": "no"}', status, {"X-Error-Code": code, "X-Error-Message": "no"})


@pytest.fixture
def hub(base: Path) -> Iterator[Any]:
    files = {path.name: path.read_bytes() for path in base.iterdir()}
    hub = Hub(
        {
            **files,
            "pytorch_model.bin": b"pickle",
            "original/model.safetensors": b"again",
            "consolidated.safetensors": b"again",
            "README.md": b"#",
        }
    )
    yield hub
    hub.close()


class Fetched:
    def __init__(
        self,
        folder: Path,
        endpoint: Any,
        action: Any = "download",
        name: str = "org/model",
        revision: Any = None,
        **environment: Any,
    ) -> None:
        job = folder / "job.json"
        job.write_text(json.dumps({"name": name, "revision": revision, "action": action}))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "trainer", "fetch", str(job)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={
                **{
                    key: value
                    for key, value in os.environ.items()
                    if not key.startswith(("HF_", "TRANSFORMERS_")) and "PROXY" not in key.upper()
                },
                "HF_HOME": str(folder / "cache"),
                "HF_ENDPOINT": endpoint,
                "HF_HUB_DISABLE_TELEMETRY": "1",
                **environment,
            },
        )
        out, self.log = self._process.communicate()
        self.events = [json.loads(line) for line in out.splitlines()]
        self.last = self.events[-1]

    @property
    def outputs(self) -> Any:
        assert self.last["event"] == "done", (self.last, self.log)
        return self.last["outputs"]

    @property
    def failure(self) -> Any:
        assert self.last["event"] == "failed", self.last
        return self.last["code"], self.last["message"]


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

    def cut_once(request: pytest.FixtureRequest) -> None:
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


REFUSED = [
    ("org/absent", None, "MODEL_NOT_FOUND", "or it is private and no token is set"),
    ("org/model", "v9", "MODEL_NOT_FOUND", "has no revision v9"),
    ("gated/model", None, "MODEL_GATED", "accepted its licence at"),
    ("not a name", None, "MODEL_NOT_FOUND", "is not a model name"),
    ("broken/model", None, "HUB_UNREACHABLE", "answers 500"),
]


@pytest.mark.parametrize("name, revision, code, says", REFUSED)
@pytest.mark.parametrize("action", ["resolve", "download"])
def test_a_refusal_of_the_hub_is_reported_with_its_reason(
    hub: Any, tmp_path: Path, action: Any, name: str, revision: Any, code: str, says: Any
) -> None:
    failed = Fetched(tmp_path, hub.url, action=action, name=name, revision=revision).failure
    assert failed[0] == code and says in failed[1]


def test_the_token_of_the_environment_is_used_and_never_shown(hub: Any, tmp_path: Path) -> None:
    assert (
        Fetched(tmp_path, hub.url, action="resolve", name="gated/model", HF_TOKEN="good").outputs["revision"] == COMMIT
    )
    refused = Fetched(tmp_path, hub.url, action="resolve", name="gated/model", HF_TOKEN="hf_bad")
    assert "the stored token may not read it" in refused.failure[1]
    assert "hf_bad" not in json.dumps(refused.events) + refused.log


@pytest.mark.parametrize("action", ["resolve", "download"])
def test_an_unreachable_hub_and_a_forbidden_one_have_different_codes(tmp_path: Path, action: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        away = Fetched(tmp_path, url, action=action).failure
        offline = Fetched(tmp_path, url, action=action, revision=COMMIT, HF_HUB_OFFLINE="1").failure
    assert (away[0], offline[0]) == ("HUB_UNREACHABLE", "HUB_FORBIDDEN")
    assert f"{url} does not answer" in away[1] and "HF_ENDPOINT" in away[1]
    assert "HF_HUB_OFFLINE forbids" in offline[1] and f"org/model@{COMMIT}" in offline[1]


def test_weights_that_are_only_pickles_are_refused_before_a_byte_is_fetched(hub: Any, tmp_path: Path) -> None:
    hub.files = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
    code, message = Fetched(tmp_path, hub.url).failure
    assert code == "UNSAFE_WEIGHTS" and "pytorch_model.bin" in message
    assert not any("/resolve/" in path for _, path, _, _ in hub.requests)


def test_a_disk_too_small_is_reported_before_a_byte_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "trainer.runtime.model_files.shutil.disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1)
    )
    with pytest.raises(Failure) as failed:
        model_files.check_disk(tmp_path, "org/model", 5_000_000_000, "HF_HOME")
    assert failed.value.code == "DISK_FULL" and "needs 5.26 GB more" in str(failed.value)


MALFORMED = [
    ({"HF_ENDPOINT": "hf-mirror.com"}, "HF_ENDPOINT=hf-mirror.com"),
    ({"HF_ENDPOINT": "https：//hf-mirror.com"}, "HF_ENDPOINT=https：//hf-mirror.com"),
    ({"all_proxy": "socks://me:hush@127.0.0.1:1080"}, "all_proxy=socks://***@127.0.0.1:1080"),
    ({"https_proxy": "http://127.0.0.1:9", "no_proxy": "[::1]"}, "no_proxy=[::1]"),
]


@pytest.mark.parametrize("environment, says", MALFORMED)
def test_a_setting_that_the_client_cannot_use_is_named_and_not_retried(
    tmp_path: Path, environment: dict[str, str], says: str
) -> None:
    endpoint = {"HF_ENDPOINT": "https://hub.example", **environment}
    code, message = Fetched(tmp_path, endpoint.pop("HF_ENDPOINT"), action="resolve", **endpoint).failure
    assert code == "BAD_SETTING" and says in message and "hush" not in message, message


def test_a_socks_proxy_is_asked(tmp_path: Path) -> None:
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        asked: list[bytes] = []

        def answer() -> None:
            # The greeting is answered, the request for a connection is refused.
            connection, _ = proxy.accept()
            connection.recv(64)
            connection.sendall(b"\x05\x00")
            asked.append(connection.recv(256))
            connection.sendall(b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        url = f"socks5h://127.0.0.1:{proxy.getsockname()[1]}"
        code, message = Fetched(tmp_path, "http://hub.example", action="resolve", all_proxy=url).failure
    assert code == "HUB_UNREACHABLE" and f"all_proxy={url}" in message
    assert b"hub.example" in asked[0]


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_the_variable_that_forbids_a_download_is_named(tmp_path: Path, name: str) -> None:
    code, message = Fetched(tmp_path, "http://127.0.0.1:9", **{name: "1"}).failure
    assert code == "HUB_FORBIDDEN" and f"{name} forbids" in message


def test_a_token_of_a_login_is_not_called_missing(hub: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hf_bad")
    failed = Fetched(tmp_path, hub.url, action="resolve", name="gated/model", HF_TOKEN_PATH=str(tmp_path / "token"))
    assert "the token of `hf auth login` may not read it" in failed.failure[1]

"""A stand-in of the Hub, and the verb `fetch` in a process of its own against it.

The Hub's client reads its settings when it is imported, so each fetch needs a fresh process.
"""

import hashlib
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from model_server import ModelServer
from rig import ROOT

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ModelServer):
    """The part of the Hub's protocol that its client uses: model info, the tree of a commit, files by range."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = files
        # What the head of a README says.
        self.card: dict[str, Any] = {}
        self.requests: list[tuple[str, str, str | None, str | None]] = []

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(urlsplit(request.path).path)
        token = request.headers.get("Authorization")
        self.requests.append((request.command, path, token, request.headers.get("Range")))
        # Datasets have the same protocol under other addresses.
        path = path.replace("/api/datasets/", "/api/models/")
        if path.startswith("/api/models/gated/") and token != "Bearer good":
            self._refuse(request, 403, "GatedRepo")
        elif path.startswith("/api/models/broken/"):
            self._refuse(request, 500, "")
        elif "/absent" in path:
            self._refuse(request, 401, "RepoNotFound")
        elif path.endswith("/revision/v9"):
            self._refuse(request, 404, "RevisionNotFound")
        elif path.startswith("/api/models/") and "/tree/" in path:
            self._tell(request, [self._entry(name) for name in self.files])
        elif path.startswith("/api/models/"):
            siblings = [self._sibling(name, content) for name, content in self.files.items()]
            self._tell(request, {"id": "org/model", "sha": COMMIT, "siblings": siblings, "cardData": self.card})
        else:
            self._file(request, path.split(f"/resolve/{COMMIT}/")[-1])

    def _sibling(self, name: str, content: bytes) -> dict[str, Any]:
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        found: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": blob}
        if name.endswith(".parquet"):
            found["lfs"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 130}
        return found

    def _entry(self, name: str) -> dict[str, Any]:
        content = self.files[name]
        return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}

    def _file(self, request: BaseHTTPRequestHandler, name: str) -> None:
        content = self.files[name]
        headers = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        begin, status = 0, 200
        if asked := request.headers.get("Range"):
            begin, status = int(asked.removeprefix("bytes=").split("-")[0]), 206
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        self.send(request, content[begin:], status, headers, self.cut_of(content))

    def _tell(self, request: BaseHTTPRequestHandler, value: object) -> None:
        self.send(request, json.dumps(value).encode(), headers={"Content-Type": "application/json"})

    def _refuse(self, request: BaseHTTPRequestHandler, status: int, code: str) -> None:
        self.send(request, b'{"error": "no"}', status, {"X-Error-Code": code, "X-Error-Message": "no"})


class Fetched:
    verb = "fetch"

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
        job.write_text(json.dumps(self._job(name, revision, action)))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "trainer", self.verb, str(job)],
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

    def _job(self, name: str, revision: Any, action: Any) -> dict[str, Any]:
        return {"name": name, "revision": revision, "action": action}

    @property
    def outputs(self) -> Any:
        assert self.last["event"] == "done", (self.last, self.log)
        return self.last["outputs"]

    @property
    def failure(self) -> Any:
        assert self.last["event"] == "failed", self.last
        return self.last["code"], self.last["message"]


class FetchedRows(Fetched):
    """`action`: `resolve`, or the files to download."""

    verb = "fetch_rows"

    def __init__(
        self, folder: Path, endpoint: Any, split: Any = None, files: Any = None, name: str = "org/rows", **more: Any
    ) -> None:
        self._choice = {"split": split, "files": files}
        super().__init__(folder, endpoint, **{"action": "resolve", **more}, name=name)

    def _job(self, name: str, revision: Any, action: Any) -> dict[str, Any]:
        return {"name": name, "revision": revision, "chosen": None if action == "resolve" else action, **self._choice}

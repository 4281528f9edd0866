"""The verb `modelscope`: resolves a model of ModelScope to its files, or downloads them. Only public models are read.

MODELSCOPE_ENDPOINT and MODELSCOPE_CACHE apply. A revision is a branch or a tag, which can move; what is pinned is the digest
of the files that it had, and each file is checked against its own SHA-256.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.protocol import events as event
from trainer.protocol.jobs import ModelscopeJob
from trainer.protocol.outputs import ModelscopeOutputs
from trainer.runtime.events import Events, Failure
from trainer.runtime.model_files import UNWANTED, WANTED, architecture_of, check_disk, listed, refuse_pickles

_ENDPOINT = "https://modelscope.cn"
_MAIN = "master"
_PIECE = 1_000_000
_TRIES = 4
_SECONDS_BETWEEN_PROGRESS = 1.0


@dataclass(frozen=True)
class _File:
    name: str
    size: int
    sha256: str


def main(job: ModelscopeJob, events: Events) -> ModelscopeOutputs:
    name, revision = job.name, job.revision or _MAIN
    where = (os.environ.get("MODELSCOPE_ENDPOINT") or _ENDPOINT).rstrip("/")
    complete = _cached(name, job.files_digest)
    if job.action != "resolve" and complete:
        return _outputs(complete, job.files_digest or "", offline=True)
    with _translated(where, name, revision):
        import httpx

        with httpx.Client(base_url=where, timeout=30.0, follow_redirects=True) as client:
            files = _files(client, name, revision)
            digest = _digest(files)
            if job.files_digest and digest != job.files_digest:
                raise Failure(
                    "INPUT_CHANGED",
                    f"{name}@{revision} on ModelScope has other files than when the run began. A tag in its place does not move.",
                )
            folder = _folder(name, digest)
            if job.action == "resolve":
                folder.mkdir(parents=True, exist_ok=True)
                _fetch(client, name, revision, [file for file in files if file.name == "config.json"], folder, None)
                return _resolved(files, digest, folder)
            if job.action == "settings":
                files = [file for file in files if not file.name.endswith(".safetensors")]
            missing = [file for file in files if not _is_there(folder, file)]
            check_disk(folder, name, sum(file.size for file in missing), "MODELSCOPE_CACHE")
            total = sum(file.size for file in files)
            progress = _Progress(events, total - sum(file.size for file in missing), total)
            _fetch(client, name, revision, missing, folder, progress)
            if job.action == "download":
                (folder / ".complete").touch()
    return _outputs(folder, digest, offline=False)


def _files(client: Any, name: str, revision: str) -> list[_File]:
    """Lists the files of the top folder that are wanted."""
    from huggingface_hub.utils import filter_repo_objects

    told = _data(client, f"/api/v1/models/{name}/repo/files", {"Revision": revision, "Recursive": "False"}).get("Files")
    found: dict[str, _File] = {}
    names = []
    for file in told if isinstance(told, list) else []:
        path = file.get("Path") or file.get("Name") or ""
        if file.get("Type") == "tree" or "/" in path or path.startswith("."):
            continue
        names.append(path)
        size, sha256 = file.get("Size"), file.get("Sha256")
        if type(size) is int and isinstance(sha256, str) and len(sha256) == 64:
            found[path] = _File(path, size, sha256.lower())
    wanted = sorted(filter_repo_objects(names, allow_patterns=list(WANTED), ignore_patterns=list(UNWANTED)))
    refuse_pickles(name, wanted, names)
    if unsure := [path for path in wanted if path not in found]:
        raise Failure("BASE_INCOMPLETE", f"ModelScope tells no size and SHA-256 for {unsure[0]} of {name}.")
    return [found[path] for path in wanted]


def _data(client: Any, path: str, query: dict[str, str]) -> dict[str, Any]:
    answer = client.get(path, params=query)
    answer.raise_for_status()
    try:
        told = answer.json()
        data = told.get("Data")
    except (ValueError, AttributeError):
        data = told = None
    if not isinstance(data, dict):
        why = str(told.get("Message"))[:200] if isinstance(told, dict) else "it is not JSON"
        raise Failure("MODEL_NOT_FOUND", f"ModelScope gives no list of files for {path.split('/models/')[-1]}: {why}.")
    return data


def _fetch(
    client: Any, name: str, revision: str, files: list[_File], folder: Path, progress: "_Progress | None"
) -> None:
    for file in files:
        if not _is_there(folder, file):
            _fetch_one(client, name, revision, file, folder, progress)


def _fetch_one(client: Any, name: str, revision: str, file: _File, folder: Path, progress: "_Progress | None") -> None:
    """Continues where an earlier try stopped. Under its name there is only ever the whole and right file."""
    import httpx

    part = folder / f".{file.name}.part"
    left = _TRIES
    while (begin := part.stat().st_size if part.is_file() else 0) < file.size or not part.is_file():
        query = {"Revision": revision, "FilePath": file.name}
        headers = {"Range": f"bytes={begin}-{max(begin, file.size - 1)}", "Accept-Encoding": "identity"}
        try:
            with client.stream("GET", f"/api/v1/models/{name}/repo", params=query, headers=headers) as answer:
                answer.raise_for_status()
                # A server that knows no ranges sends the whole file again.
                with part.open("ab" if answer.status_code == 206 else "wb") as target:
                    for piece in answer.iter_bytes():
                        target.write(piece)
                        left = _TRIES
                        if progress:
                            progress.add(len(piece))
            if part.stat().st_size < file.size:
                raise httpx.ReadError("the answer was too short")
        except httpx.TransportError:
            left -= 1
            if not left:
                raise
    if (found := _sha256(part)) != file.sha256:
        part.unlink()
        raise Failure(
            "HUB_UNREACHABLE",
            f"{file.name} of {name} came damaged: its SHA-256 is {found[:12]}…, not {file.sha256[:12]}…. It is fetched again.",
        )
    part.rename(folder / file.name)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as file:
            while block := file.read(_PIECE):
                digest.update(block)
    return digest.hexdigest()


def _digest(files: list[_File]) -> str:
    text = json.dumps([[file.name, file.sha256] for file in files], separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _folder(name: str, digest: str) -> Path:
    cache = os.environ.get("MODELSCOPE_CACHE") or Path.home() / ".cache" / "modelscope"
    return Path(cache) / "temper" / name.replace("/", "--") / digest.removeprefix("sha256:")[:16]


def _cached(name: str, digest: str | None) -> Path | None:
    folder = _folder(name, digest) if digest else None
    return folder if folder and (folder / ".complete").is_file() else None


def _is_there(folder: Path, file: _File) -> bool:
    path = folder / file.name
    return path.is_file() and path.stat().st_size == file.size


def _resolved(files: list[_File], digest: str, folder: Path) -> ModelscopeOutputs:
    return ModelscopeOutputs(
        revision=digest,
        bytes=sum(file.size for file in files),
        path=None,
        files=listed({file.name: file.size for file in files}),
        architecture=architecture_of(folder / "config.json"),
        offline=False,
    )


def _outputs(folder: Path, digest: str, offline: bool) -> ModelscopeOutputs:
    files = {path.name: path.stat().st_size for path in folder.iterdir() if not path.name.startswith(".")}
    return ModelscopeOutputs(
        revision=digest,
        bytes=sum(files.values()),
        path=str(folder),
        files=listed(files),
        architecture=architecture_of(folder / "config.json"),
        offline=offline,
    )


@contextmanager
def _translated(where: str, name: str, revision: str) -> Iterator[None]:
    import httpx

    at = f"{name}@{revision}"
    try:
        yield
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        if status == 404:
            raise Failure("MODEL_NOT_FOUND", f"{where} has no model {at}.") from error
        if status in (401, 403):
            raise Failure(
                "MODEL_GATED", f"{where} refuses {at} ({status}): temper reads public models of it."
            ) from error
        raise Failure("HUB_UNREACHABLE", f"{where} answers {status} for {at}. The downloaded part is kept.") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise Failure(
            "BAD_SETTING", f"ModelScope cannot be asked with MODELSCOPE_ENDPOINT={where} ({error})."
        ) from error
    except httpx.TransportError as error:
        raise Failure(
            "HUB_UNREACHABLE",
            f"{where} does not answer ({type(error).__name__}), and {at} is not in the local cache. The downloaded part is kept.",
        ) from error


class _Progress:
    def __init__(self, events: Events, done: int, total: int):
        self._events, self._done, self._total, self._shown_at = events, done, total, 0.0

    def add(self, size: int) -> None:
        self._done += size
        now = time.monotonic()
        if self._done >= self._total or now - self._shown_at >= _SECONDS_BETWEEN_PROGRESS:
            self._shown_at = now
            self._events.emit(event.Downloading(bytes=self._done, total_bytes=self._total))

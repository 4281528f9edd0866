"""The verb `fetch`: resolves a model of the Hub to a commit, or downloads it.

HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE apply.
"""

import os
import re
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trainer.protocol import events as event
from trainer.protocol.jobs import FetchJob
from trainer.protocol.outputs import FetchOutputs
from trainer.runtime.events import Events, Failure
from trainer.runtime.hub_failures import translate_failures
from trainer.runtime.model_files import UNWANTED, WANTED, architecture_of, check_disk, listed, refuse_pickles

_COMMIT = re.compile("[0-9a-f]{40}")
_SECONDS_BETWEEN_PROGRESS = 1.0


def main(job: FetchJob, events: Events) -> FetchOutputs:
    token = os.environ.get("HF_TOKEN")
    with translate_failures(job.name, job.revision):
        if job.action == "resolve":
            return _resolve(job.name, job.revision, token)
        if job.action == "settings":
            return _settings(job.name, job.revision, token)
        return _download(job.name, job.revision, token, events)


def _resolve(name: str, revision: str | None, token: str | None) -> FetchOutputs:
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import OfflineModeIsEnabled

    try:
        info = HfApi(token=token).model_info(name, revision=revision, files_metadata=True)
    except (OfflineModeIsEnabled, *_network_errors()):
        path = _cached(name, revision)
        if path is None:
            raise
        return replace(_fetched(path, offline=True), path=None)
    from huggingface_hub.utils import filter_repo_objects

    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    wanted = {
        file: sizes[file]
        for file in filter_repo_objects(sizes, allow_patterns=list(WANTED), ignore_patterns=list(UNWANTED))
    }
    refuse_pickles(name, list(wanted), list(sizes))
    config = hf_hub_download(name, "config.json", revision=info.sha, token=token) if "config.json" in wanted else None
    return FetchOutputs(
        revision=info.sha,
        files=listed(wanted),
        bytes=sum(wanted.values()),
        architecture=architecture_of(Path(config)) if config else None,
        offline=False,
        path=None,
    )


def _settings(name: str, revision: str | None, token: str | None) -> FetchOutputs:
    from huggingface_hub import snapshot_download
    from huggingface_hub.constants import HF_HUB_OFFLINE
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

    what: dict[str, Any] = {
        "repo_id": name,
        "revision": revision or "main",
        "token": token,
        "allow_patterns": list(WANTED),
        "ignore_patterns": [*UNWANTED, "*.safetensors"],
    }
    try:
        return _fetched(Path(snapshot_download(**what)), offline=HF_HUB_OFFLINE)
    except (OfflineModeIsEnabled, LocalEntryNotFoundError, *_network_errors()):
        path = Path(snapshot_download(**what, local_files_only=True))
        return _fetched(path, offline=True)


def _fetched(path: Path, offline: bool) -> FetchOutputs:
    files = {file.name: file.stat().st_size for file in path.iterdir() if file.is_file()}
    return FetchOutputs(
        revision=path.name,
        files=listed(files),
        bytes=sum(files.values()),
        architecture=architecture_of(path / "config.json"),
        offline=offline,
        path=str(path),
    )


def _download(name: str, revision: str | None, token: str | None, events: Events) -> FetchOutputs:
    from huggingface_hub import snapshot_download
    from huggingface_hub.constants import HF_HUB_CACHE

    # A commit never changes, so a complete copy needs no request to the Hub.
    path = _cached(name, revision) if revision and _COMMIT.fullmatch(revision) else None
    offline = path is not None
    if path is None:
        resolved = _resolve(name, revision, token)
        offline = resolved.offline
        what: dict[str, Any] = {
            "repo_id": name,
            # Not the commit: with the name the cache records which commit it means.
            "revision": revision or "main",
            "token": token,
            "allow_patterns": list(WANTED),
            "ignore_patterns": list(UNWANTED),
        }
        if offline:
            path = _cached(name, resolved.revision)
        else:
            plan = snapshot_download(**what, dry_run=True)
            missing = sum(file.file_size for file in plan if file.will_download)
            check_disk(Path(HF_HUB_CACHE), name, missing, "HF_HOME")
            total = sum(file.file_size for file in plan)
            bars = progress_bars(events, done=total - missing, total=total)
            path = Path(snapshot_download(**what, tqdm_class=bars))
    assert path is not None
    return _fetched(path, offline)


def _cached(name: str, revision: str | None) -> Path | None:
    """Returns the folder in the local cache, or None if a part of the model is missing."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    from trainer.export.weight_headers import read_shards

    try:
        path = Path(
            snapshot_download(
                name,
                revision=revision,
                local_files_only=True,
                allow_patterns=list(WANTED),
                ignore_patterns=list(UNWANTED),
            )
        )
        # Another program may have cached a part of the model, such as the tokenizer.
        read_shards(path)
    except (LocalEntryNotFoundError, Failure):
        return None
    return path if (path / "config.json").is_file() else None


@dataclass
class _Downloaded:
    bytes: int
    shown_at: float = 0.0


def progress_bars(events: Events, done: int, total: int) -> type:
    """Makes a tqdm class that emits events. The library reports progress only to tqdm, from several threads."""
    from tqdm import tqdm

    lock = threading.Lock()
    state = _Downloaded(done)

    class ProgressBar(tqdm):
        def __init__(self, *arguments: Any, **options: Any):
            # The library has three bars: for files, for received bytes and for written bytes. Only the last counts here.
            self._counts = options.get("unit") == "B" and "Reconstructing" in str(options.get("desc"))
            options.pop("name", None)
            super().__init__(*arguments, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            if not self._counts:
                return None
            with lock:
                state.bytes += int(n or 0)
                now = time.monotonic()
                if state.bytes >= total or now - state.shown_at >= _SECONDS_BETWEEN_PROGRESS:
                    state.shown_at = now
                    events.emit(event.Downloading(bytes=state.bytes, total_bytes=total))
            return None

    return ProgressBar


def _network_errors() -> tuple[type[Exception], ...]:
    import httpx

    return (httpx.TransportError,)

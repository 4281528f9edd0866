"""The verb `fetch`: resolves a model of the Hub to a commit, or downloads it.

HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE apply.
"""

import json
import os
import re
import shutil
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trainer.protocol import events as event
from trainer.protocol.jobs import FetchJob
from trainer.protocol.outputs import FetchOutputs, HubFile
from trainer.runtime.events import Events, Failure
from trainer.runtime.hub_failures import translate_failures

# Only the top folder: some repositories have the weights again in subfolders, in other formats.
_WANTED = ("*.safetensors", "*.json", "*.jinja", "*.model", "*.txt", "LICENSE*", "LICENCE*", "NOTICE*", "USE_POLICY*")
_UNWANTED = ("*/*", "consolidated*", "*.bin.index.json", "adapter_*", "training_args*", "optimizer*")
_COMMIT = re.compile("[0-9a-f]{40}")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_SPARE_BYTES = 256_000_000
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
        for file in filter_repo_objects(sizes, allow_patterns=list(_WANTED), ignore_patterns=list(_UNWANTED))
    }
    _refuse_pickles(name, list(wanted), list(sizes))
    config = hf_hub_download(name, "config.json", revision=info.sha, token=token) if "config.json" in wanted else None
    return FetchOutputs(
        revision=info.sha,
        files=_listed(wanted),
        bytes=sum(wanted.values()),
        architecture=_architecture(Path(config)) if config else None,
        offline=False,
        path=None,
    )


def _settings(name: str, revision: str | None, token: str | None) -> FetchOutputs:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

    what: dict[str, Any] = {
        "repo_id": name,
        "revision": revision or "main",
        "token": token,
        "allow_patterns": list(_WANTED),
        "ignore_patterns": [*_UNWANTED, "*.safetensors"],
    }
    try:
        return _fetched(Path(snapshot_download(**what)), offline=False)
    except (OfflineModeIsEnabled, LocalEntryNotFoundError, *_network_errors()):
        path = Path(snapshot_download(**what, local_files_only=True))
        return _fetched(path, offline=True)


def _fetched(path: Path, offline: bool) -> FetchOutputs:
    files = {file.name: file.stat().st_size for file in path.iterdir() if file.is_file()}
    return FetchOutputs(
        revision=path.name,
        files=_listed(files),
        bytes=sum(files.values()),
        architecture=_architecture(path / "config.json"),
        offline=offline,
        path=str(path),
    )


def _architecture(config: Path) -> str | None:
    """Returns the architecture for the preflight of a conversion. The training reports a file that cannot be read."""
    try:
        return (json.loads(config.read_text(encoding="utf-8")).get("architectures") or [None])[0]
    except (OSError, ValueError, AttributeError):
        return None


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
            "allow_patterns": list(_WANTED),
            "ignore_patterns": list(_UNWANTED),
        }
        if offline:
            path = _cached(name, resolved.revision)
        else:
            plan = snapshot_download(**what, dry_run=True)
            missing = sum(file.file_size for file in plan if file.will_download)
            _check_disk(Path(HF_HUB_CACHE), name, missing)
            total = sum(file.file_size for file in plan)
            bars = _progress(events, done=total - missing, total=total)
            path = Path(snapshot_download(**what, tqdm_class=bars))
    assert path is not None
    return _fetched(path, offline)


def _cached(name: str, revision: str | None) -> Path | None:
    """Returns the folder in the local cache, or None if a part of the model is missing."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    from trainer.export.weight_files import read_shards

    try:
        path = Path(
            snapshot_download(
                name,
                revision=revision,
                local_files_only=True,
                allow_patterns=list(_WANTED),
                ignore_patterns=list(_UNWANTED),
            )
        )
        # Another program may have cached a part of the model, such as the tokenizer.
        read_shards(path)
    except (LocalEntryNotFoundError, Failure):
        return None
    return path if (path / "config.json").is_file() else None


def _refuse_pickles(name: str, wanted: list[str], files: list[str]) -> None:
    if any(file.endswith(".safetensors") for file in wanted):
        return
    if pickles := sorted(file for file in files if file.endswith(_PICKLES)):
        raise Failure(
            "UNSAFE_WEIGHTS",
            f"{name} has its weights only as pickle files ({', '.join(pickles[:3])}), and reading a pickle can run any code.",
            files=pickles[:100],
        )
    raise Failure(
        "BASE_INCOMPLETE",
        f"{name} has no .safetensors file in its top folder, so there are no weights to train on.",
    )


def _check_disk(cache: Path, name: str, missing: int) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    free, needed = shutil.disk_usage(cache).free, missing + _SPARE_BYTES
    if missing and free < needed:
        raise Failure(
            "DISK_FULL",
            f"{name} needs {needed / 1e9:.2f} GB more and {free / 1e9:.2f} GB are free at {cache}. "
            "HF_HOME sets this folder.",
            needed_bytes=needed,
            free_bytes=free,
            path=str(cache),
        )


@dataclass
class _Downloaded:
    bytes: int
    shown_at: float = 0.0


def _progress(events: Events, done: int, total: int) -> type:
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


def _listed(files: dict[str, int]) -> list[HubFile]:
    return [HubFile(name=name, size=size) for name, size in sorted(files.items())]


def _network_errors() -> tuple[type[Exception], ...]:
    import httpx

    return (httpx.TransportError,)

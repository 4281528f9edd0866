"""The verb `fetch_rows`: finds the commit and the files of a dataset of the Hub, or downloads them.

HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE apply.
"""

import glob
import hashlib
import os
from pathlib import Path
from typing import Any

from trainer.data.hub.choose_files import choose_files
from trainer.data.hub.subsets import subsets_of
from trainer.protocol.jobs import FetchRowsJob, FileOfRows
from trainer.protocol.outputs import FetchRowsOutputs, FoundFile
from trainer.runtime.events import Events, Failure
from trainer.runtime.fetch import progress_bars
from trainer.runtime.hub_failures import translate_failures
from trainer.runtime.model_files import check_disk


def main(job: FetchRowsJob, events: Events) -> FetchRowsOutputs:
    token = os.environ.get("HF_TOKEN")
    with translate_failures(job.name, job.revision, "dataset"):
        if job.chosen is None:
            return _resolve(job, token)
        return _download(job, job.chosen, token, events)


def _resolve(job: FetchRowsJob, token: str | None) -> FetchRowsOutputs:
    from huggingface_hub import HfApi

    info = HfApi(token=token).dataset_info(job.name, revision=job.revision, files_metadata=True)
    files = {file.rfilename: file for file in info.siblings or []}
    subsets = subsets_of(getattr(info.card_data, "configs", None))
    chosen = [files[name] for name in choose_files(job.name, files, job.split, job.files, subsets)]
    return FetchRowsOutputs(
        revision=str(info.sha),
        files=[
            FoundFile(
                name=file.rfilename,
                size=file.size or 0,
                digest=f"sha256:{file.lfs.sha256}" if file.lfs else f"git:{file.blob_id}",
            )
            for file in chosen
        ],
        path=None,
    )


def _download(job: FetchRowsJob, chosen: list[FileOfRows], token: str | None, events: Events) -> FetchRowsOutputs:
    from huggingface_hub import snapshot_download
    from huggingface_hub.constants import ENDPOINT, HF_HUB_CACHE

    assert job.revision is not None
    what: dict[str, Any] = {
        "repo_id": job.name,
        "repo_type": "dataset",
        "revision": job.revision,
        "token": token,
        "allow_patterns": [glob.escape(file.name) for file in chosen],
    }
    # A commit never changes, so a complete copy needs no request to the Hub.
    path = _cached(what, chosen)
    if path is None:
        plan = snapshot_download(**what, dry_run=True)
        missing = sum(file.file_size for file in plan if file.will_download)
        check_disk(Path(HF_HUB_CACHE), job.name, missing, "HF_HOME")
        total = sum(file.file_size for file in plan)
        snapshot_download(**what, tqdm_class=progress_bars(events, done=total - missing, total=total))
        path = _cached(what, chosen)
    if path is None:
        # Where the Hub falls silent, its client returns what it has.
        raise Failure(
            "HUB_UNREACHABLE",
            f"{ENDPOINT} did not send all files of {job.name}@{job.revision}. The downloaded part is kept.",
        )
    for file in chosen:
        _check(path / file.name, file)
    files = [FoundFile(name=file.name, size=file.size, digest=file.digest) for file in chosen]
    return FetchRowsOutputs(revision=job.revision, files=files, path=str(path))


def _cached(what: dict[str, Any], chosen: list[FileOfRows]) -> Path | None:
    """Returns the folder in the local cache, or None if a file is missing or has another size."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        path = Path(snapshot_download(**what, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    whole = all((path / file.name).is_file() and (path / file.name).stat().st_size == file.size for file in chosen)
    return path if whole else None


def _check(path: Path, file: FileOfRows) -> None:
    """Raises NOT_ROWS for bytes that are not those which the Hub names, and removes them, so that they are fetched again."""
    kind, _, wanted = file.digest.partition(":")
    digest = hashlib.sha256() if kind == "sha256" else hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() == wanted:
        return
    real = path.resolve()
    path.unlink()
    real.unlink(missing_ok=True)
    raise Failure(
        "NOT_ROWS",
        f"{file.name} of the cache ({path.parent}) is damaged: it has not the bytes that the Hub names. It was removed. "
        "Run the step again, which fetches it anew.",
    )

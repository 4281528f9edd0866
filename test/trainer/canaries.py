"""Files of models and checkpoints that act when they are loaded as a program, and a folder that shows which of them did."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from rig import run
from trainer.runtime.events import Failure
from trainer.train import checkpoint

torch = pytest.importorskip("torch")

# Every file name under which a library keeps a pickle of a model or a training.
PICKLES = [
    "pytorch_model.bin",
    "model.pth",
    "consolidated.00.pth",
    "model.pt",
    "model.ckpt",
    "model.pkl",
    "training_args.bin",
    "optimizer.pt",
    "optimizer.bin",
    "scheduler.pt",
    "scaler.pt",
    "rng_state.pth",
    "adapter_model.bin",
    "vocab.pkl",
]
# torch's present format, its former format, and plain pickle.
FORMS = ["zip", "legacy", "plain"]
# The pickles that a checkpoint may hold: they contain only numbers.
STATES = ["optimizer.pt", "scheduler.pt", "rng_state.pth"]


class Canary:
    """Creates a file when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> Any:
        return exec, (f"open({str(self._place)!r}, 'w').close()",)


class Nest:
    """The folder where a canary appears for each file that was run as a program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)

    def plant(self, path: Path, form: str = "zip") -> None:
        evil = {"state": Canary(self.folder / path.name)}
        if form == "plain":
            path.write_bytes(pickle.dumps(evil))
        else:
            torch.save(evil, path, _use_new_zipfile_serialization=form == "zip")

    def code(self, path: Path) -> None:
        path.write_text(f"open({str(self.folder / path.name)!r}, 'w').close()\nclass Evil: pass\n")

    @property
    def hatched(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def sealed(directory: Path) -> None:
    """Writes the manifest again, so that every digest matches the planted file."""
    manifest = json.loads((directory / "manifest.json").read_text())
    (directory / "manifest.json").unlink()
    facts = {key: value for key, value in manifest.items() if key not in ("version", "files")}
    staged = directory.with_name(".staging-seal")
    directory.rename(staged)
    checkpoint.publish(staged, directory, facts, lambda: None)


def merged(base: Path, out: Path, adapted: Path | None = None) -> dict[str, Any]:
    job: dict[str, Any] = {
        "base": {"path": str(base), "digest": "sha256:base", "name": "tiny"},
        "adapter": adapted and str(adapted),
    }
    return run("merge", **job, out=str(out))


def probed(model: Path, out: Path, **options: Any) -> dict[str, Any]:
    return run("probe", **{"model": str(model), "out": str(out), "max_tokens": 2, **options})


def refusal(work: Any) -> Failure:
    with pytest.raises(Failure) as failed:
        work()
    return failed.value

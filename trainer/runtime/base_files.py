"""Checks the files of a base model before a library opens them."""

import json
from pathlib import Path
from typing import Any

from trainer.runtime.events import Failure

INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz")


def check_base(path: Path) -> None:
    """Raises UNSAFE_WEIGHTS or BASE_INCOMPLETE if a library would run code, load another model, or find no weights."""
    read_json(path / "config.json")
    if (path / "adapter_config.json").is_file():
        # A library that finds an adapter loads the model that the adapter names, and the adapter on it.
        raise Failure(
            "BASE_INCOMPLETE",
            f"{path.name} holds an adapter (adapter_config.json), so it is not a base model.",
        )
    if (path / INDEX).is_file():
        _check_index(path)
    if any(path.glob("*.safetensors")):
        return
    if pickles := sorted(file.name for file in path.iterdir() if file.suffix in PICKLES):
        raise Failure(
            "UNSAFE_WEIGHTS",
            f"{path.name} has its weights only as pickle files ({', '.join(pickles[:3])}), and reading a pickle can run any code.",
            files=pickles,
        )
    raise Failure("BASE_INCOMPLETE", f"{path.name} has no .safetensors file, so there are no weights to train on.")


def _check_index(path: Path) -> None:
    names = read_json(path / INDEX).get("weight_map")
    if not isinstance(names, dict):
        raise Failure("BASE_INCOMPLETE", f"{path.name}/{INDEX} names no weights.")
    for name in names.values():
        if not isinstance(name, str) or Path(name).name != name or not name.endswith(".safetensors"):
            raise Failure(
                "UNSAFE_WEIGHTS",
                f"{path.name}/{INDEX} names {str(name)[:200]!r}, which is not a .safetensors file of this folder.",
            )


def read_json(path: Path) -> dict[str, Any]:
    """Reads a settings file of a model. Raises BASE_INCOMPLETE if it is missing or not a JSON object."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        reason = None if isinstance(value, dict) else "it is not an object"
    except FileNotFoundError:
        raise Failure(
            "BASE_INCOMPLETE", f"{path.parent.name} has no {path.name}, so it is not a model directory."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        reason = str(error)[:300]
    if reason:
        raise Failure("BASE_INCOMPLETE", f"{path.parent.name}/{path.name} cannot be read: {reason}.")
    return value


def load_tokenizer(path: Path) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        # A stranger's file can make the library raise any exception.
        raise Failure(
            "BASE_UNREADABLE",
            f"The tokenizer of {path.name} cannot be loaded: {str(error)[:600]}. temper runs no code that comes with a model.",
        ) from error

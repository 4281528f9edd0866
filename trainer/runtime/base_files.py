"""The files of a base model on disk: checked before a library opens them."""

import json
from pathlib import Path
from typing import Any

from trainer.runtime.events import Failure

INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz")


def check_base(path: Path) -> None:
    """Refuses what could run code when it is read, and what would be read in place of this model."""
    read_json(path / "config.json")
    if (path / "adapter_config.json").is_file():
        # A library that finds one loads the model that the adapter names, wherever that lies, and the adapter on it.
        raise Failure(
            "BASE_INCOMPLETE",
            f"{path.name} holds an adapter (adapter_config.json), so it is not a base model. Merge the adapter first, or remove its files from the folder.",
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
        raise Failure("BASE_INCOMPLETE", f"{path.name}/{INDEX} names no weights. Fetch the model again.")
    for name in names.values():
        if not isinstance(name, str) or Path(name).name != name or not name.endswith(".safetensors"):
            raise Failure(
                "UNSAFE_WEIGHTS",
                f"{path.name}/{INDEX} names {str(name)[:200]!r}, which is no .safetensors file of this folder.",
            )


def read_json(path: Path) -> dict[str, Any]:
    """A settings file of a model. Raises BASE_INCOMPLETE where it is not there or no JSON object."""
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
        # Whatever a file of somebody else's makes the library raise: there is no list of it.
        raise Failure(
            "BASE_UNREADABLE",
            f"The tokenizer of {path.name} cannot be loaded: {str(error)[:600]}. temper runs no code that comes with a model.",
        ) from error

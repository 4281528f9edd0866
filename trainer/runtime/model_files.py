"""What is fetched of a model, and what is refused of it, wherever it comes from."""

import json
import shutil
from pathlib import Path

from trainer.protocol.outputs import HubFile
from trainer.runtime.events import Failure

# Only the top folder: some repositories have the weights again in subfolders, in other formats.
WANTED = ("*.safetensors", "*.json", "*.jinja", "*.model", "*.txt", "LICENSE*", "LICENCE*", "NOTICE*", "USE_POLICY*")
UNWANTED = ("*/*", "consolidated*", "*.bin.index.json", "adapter_*", "training_args*", "optimizer*")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_SPARE_BYTES = 256_000_000


def refuse_pickles(name: str, wanted: list[str], files: list[str]) -> None:
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


def check_disk(cache: Path, name: str, missing: int, setting: str) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    free, needed = shutil.disk_usage(cache).free, missing + _SPARE_BYTES
    if missing and free < needed:
        raise Failure(
            "DISK_FULL",
            f"{name} needs {needed / 1e9:.2f} GB more and {free / 1e9:.2f} GB are free at {cache}. "
            f"{setting} sets this folder.",
            needed_bytes=needed,
            free_bytes=free,
            path=str(cache),
        )


def architecture_of(config: Path) -> str | None:
    """Returns the architecture for the preflight of a conversion. The training reports a file that cannot be read."""
    try:
        return (json.loads(config.read_text(encoding="utf-8")).get("architectures") or [None])[0]
    except (OSError, ValueError, AttributeError):
        return None


def listed(files: dict[str, int]) -> list[HubFile]:
    return [HubFile(name=name, size=size) for name, size in sorted(files.items())]

"""Reads what an adapter says of its own training."""

import json
from pathlib import Path
from typing import Any

from trainer.runtime.events import Failure
from trainer.train import record


def read_training(adapter: Path) -> dict[str, Any]:
    """Returns training.json, which names the base and holds the template. Raises UNSUPPORTED_ADAPTER."""
    try:
        training: dict[str, Any] = json.loads((adapter / record.FILE).read_text(encoding="utf-8"))
        training["base"]["digest"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(
            "UNSUPPORTED_ADAPTER",
            f"{adapter.name} has no readable {record.FILE}, so its base is unknown. The adapter of a checkpoint "
            "step has one.",
        ) from error
    return training

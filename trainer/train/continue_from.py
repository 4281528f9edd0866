"""Starts a training with the weights of an adapter of the same base and shape. Optimizer and schedule start anew."""

import json
from pathlib import Path
from typing import Any

from trainer.protocol.jobs import Base, Lora, Start
from trainer.runtime.events import Failure
from trainer.train import record

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"


def check(start: Start, base: Base, lora: Lora) -> None:
    """Compares the small files alone, before any weights are loaded. Raises OTHER_ADAPTER with every difference."""
    directory = Path(start.path)
    config, training = _read(start, directory / CONFIG), _read(start, directory / record.FILE)
    if not (directory / WEIGHTS).is_file():
        raise Failure("NO_ADAPTER", f"{start.name} has no {WEIGHTS}, so there is nothing to continue from.")
    trained_on, before = training.get("base", {}), training.get("lora", {})
    differences = []
    if trained_on.get("digest") != base.digest:
        differences.append(
            f"it was trained on the base {trained_on.get('name')} ({trained_on.get('digest')}), "
            f"and the base here is {base.name} ({base.digest})"
        )
    for name, was, now in (
        ("r", config.get("r"), lora.r),
        ("alpha", config.get("lora_alpha"), lora.alpha),
        ("use_rslora", config.get("use_rslora", False), lora.use_rslora),
    ):
        if was != now:
            differences.append(f"its lora.{name} is {was}, and here it is {now}")
    was_targets, targets = _targets(config, before, lora)
    if was_targets != targets:
        differences.append(f"its lora.target_modules are {_words(was_targets)}, and here they are {_words(targets)}")
    if differences:
        raise Failure(
            "OTHER_ADAPTER",
            f"This training cannot continue from {start.name}: {'; '.join(differences)}.",
            differences=differences,
        )


def take_weights(adapted: Any, start: Start) -> None:
    """Gives every weight of the new adapter its value in the given adapter. No random first value is left."""
    from peft import get_peft_model_state_dict, set_peft_model_state_dict
    from safetensors.torch import load_file

    given = load_file(str(Path(start.path, WEIGHTS)))
    wanted = get_peft_model_state_dict(adapted, save_embedding_layers=False)
    shapes, given_shapes = ({name: tuple(value.shape) for name, value in each.items()} for each in (wanted, given))
    if shapes != given_shapes:
        apart = sorted(
            name for name in shapes.keys() | given_shapes.keys() if shapes.get(name) != given_shapes.get(name)
        )
        raise Failure(
            "OTHER_ADAPTER",
            f"This training cannot continue from {start.name}: {len(apart)} of its weights are absent here or "
            f"have another shape, such as {', '.join(apart[:3])}.",
            weights=apart[:100],
        )
    set_peft_model_state_dict(adapted, given)


def _targets(config: dict[str, Any], before: dict[str, Any], lora: Lora) -> tuple[Any, Any]:
    """Compares the last part of the names, as an option holds them. `take_weights` compares each weight afterwards."""
    if lora.target_modules == "all-linear":
        # Its layers are known only when the base is loaded.
        return _names(before.get("target_modules")), "all-linear"
    return _names(config.get("target_modules")), _names(lora.target_modules)


def _names(modules: Any) -> Any:
    return sorted({name.rpartition(".")[2] for name in modules}) if isinstance(modules, list) else modules


def _words(names: Any) -> str:
    return ", ".join(names) if isinstance(names, list) else str(names)


def _read(start: Start, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(value, dict):
            return value
        reason = "it is not an object"
    except (OSError, ValueError) as error:
        reason = str(error)[:300]
    raise Failure(
        "NO_ADAPTER",
        f"{start.name} has no readable {path.name} ({reason}), so its training is unknown. The adapter of a checkpoint step has one.",
    )

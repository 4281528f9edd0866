"""Reads a LoRA adapter as changes of the base model's weights: two matrices and a scale for each weight."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from trainer.runtime.events import Failure

_PREFIX, _A, _B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
# Each of these changes the meaning of the weights. A merge as plain LoRA would give a wrong model without an error.
_MUST_BE_UNSET = (
    "use_dora",
    "modules_to_save",
    "trainable_token_indices",
    "rank_pattern",
    "alpha_pattern",
    "fan_in_fan_out",
    "lora_bias",
    "target_parameters",
    "layer_replication",
    "eva_config",
    "corda_config",
    "use_qalora",
    "alora_invocation_tokens",
    "arrow_config",
    "megatron_config",
)


@dataclass(frozen=True)
class Delta:
    a: torch.Tensor
    b: torch.Tensor
    scale: float

    @property
    def shape(self) -> list[int]:
        return [self.b.shape[0], self.a.shape[1]]

    def weight(self) -> torch.Tensor:
        """Computes the change in fp32 and scales last. Any other order rounds differently from PEFT's merge."""
        return (self.b.float() @ self.a.float()) * self.scale


def read_deltas(directory: Path) -> dict[str, Delta]:
    """Returns the changes by the name of the weight in the base model's files. Raises UNSUPPORTED_ADAPTER or NAN_WEIGHTS."""
    config = _read_config(directory / "adapter_config.json")
    rank = config["r"]
    scale = config["lora_alpha"] / (math.sqrt(rank) if config.get("use_rslora") else rank)
    try:
        tensors = load_file(directory / "adapter_model.safetensors")
    except FileNotFoundError:
        raise Failure(
            "UNSUPPORTED_ADAPTER", f"{directory.name} has no adapter_model.safetensors, so it is not an adapter."
        ) from None
    halves: dict[str, dict[str, torch.Tensor]] = {}
    for key, tensor in tensors.items():
        end = next((end for end in (_A, _B) if key.endswith(end)), None)
        if end is None or not key.startswith(_PREFIX) or tensor.dim() != 2:
            raise _unsupported(f"it holds {key}, which is not a matrix of a plain LoRA adapter")
        if not torch.isfinite(tensor).all():
            raise Failure(
                "NAN_WEIGHTS",
                f"The adapter's {key} holds NaN or infinite values.",
                tensor=key,
            )
        halves.setdefault(key[len(_PREFIX) : -len(end)] + ".weight", {})[end] = tensor
    if not halves:
        raise _unsupported("it changes no weight")
    deltas = {}
    for name, pair in halves.items():
        if len(pair) != 2 or pair[_A].shape[0] != rank or pair[_B].shape[1] != rank:
            raise _unsupported(f"its matrices for {name} do not fit its rank {rank}")
        deltas[name] = Delta(pair[_A], pair[_B], scale)
    return deltas


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Failure(
            "UNSUPPORTED_ADAPTER", f"{path.parent.name} has no readable adapter_config.json ({error})."
        ) from error
    if config.get("peft_type") != "LORA":
        raise _unsupported(f"it is of kind {config.get('peft_type')}")
    if config.get("bias", "none") != "none":
        raise _unsupported(f"it trains biases (bias: {config['bias']})")
    for option in _MUST_BE_UNSET:
        if config.get(option):
            raise _unsupported(f"it uses {option}")
    # Other initializations change the base model itself, so its weights plus the two matrices are not the trained model.
    if config.get("init_lora_weights", True) not in (True, False, "gaussian", "orthogonal"):
        raise _unsupported(f"it was initialized with init_lora_weights: {config['init_lora_weights']}")
    if type(config.get("r")) is not int or config["r"] < 1 or not isinstance(config.get("lora_alpha"), (int, float)):
        raise _unsupported("its config has no valid rank and alpha")
    return config


def _unsupported(why: str) -> Failure:
    return Failure(
        "UNSUPPORTED_ADAPTER",
        f"The adapter cannot be used: {why}. temper merges and serves plain LoRA and rsLoRA adapters.",
        why=why,
    )

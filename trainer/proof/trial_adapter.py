"""Writes an adapter of random numbers on a shell, as the training of its base would save one."""

import json
import math
from pathlib import Path
from typing import Any

from trainer.protocol.jobs import TrialAdapter
from trainer.train import record
from trainer.train.model import attach_adapter

_SEED = 1
# The change of each weight by its own size: large enough to move every answer.
_STRENGTH = 0.5


def write_trial_adapter(model: Any, wanted: TrialAdapter, shell: Path) -> None:
    """Raises BAD_TARGET_MODULES."""
    import torch

    adapted = attach_adapter(model.float(), wanted.lora)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        for module in adapted.modules():
            if "default" not in (getattr(module, "lora_A", None) or {}):
                continue
            scale = module.scaling["default"] * math.sqrt(wanted.lora.r)
            size = math.sqrt(_STRENGTH * float(module.base_layer.weight.std()) / scale)
            for half in (module.lora_A, module.lora_B):
                half["default"].weight.data.normal_(0, size)
    out = Path(wanted.out)
    adapted.save_pretrained(out)
    template = shell / "chat_template.jinja"
    facts = {
        "base": {"name": "shell", "digest": "shell"},
        "template": template.read_text(encoding="utf-8") if template.is_file() else None,
    }
    (out / record.FILE).write_text(json.dumps(facts), encoding="utf-8")

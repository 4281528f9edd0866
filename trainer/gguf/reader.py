"""Reads the settings of one architecture from the metadata of a GGUF file."""

from typing import Any

import numpy as np

from trainer.gguf.file import GgufFile
from trainer.gguf.refusals import unsupported

# What each architecture may say. Another key may change what the model computes, so it is refused.
_KNOWN = {
    "vocab_size",
    "block_count",
    "context_length",
    "embedding_length",
    "feed_forward_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.value_length",
    "attention.layer_norm_rms_epsilon",
    # Ollama's converter writes both for Gemma; the second is for other architectures.
    "attention.layer_norm_epsilon",
    "attention.sliding_window",
    "attention.sliding_window_pattern",
    "attention.causal",
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "rope.freq_base",
    "rope.freq_base_swa",
    "rope.global.freq_base",
    "rope.local.freq_base",
    "rope.dimension_count",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scaling.original_context_length",
    "rope.scaling.attn_factor",
    "expert_count",
    "expert_used_count",
    "tensor_data_layout",
}


class Reader:
    """Reads the numbers of one architecture. Raises GGUF_UNSUPPORTED for a number that is missing."""

    def __init__(self, file: GgufFile, name: str):
        self.file, self.name = file, name
        unknown = sorted(
            key for key in file.metadata if key.startswith(f"{name}.") and key.removeprefix(f"{name}.") not in _KNOWN
        )
        if unknown:
            raise unsupported(file, f"temper does not know its setting {', '.join(unknown[:3])}")

    def value(self, key: str) -> Any:
        value = self.file.metadata.get(f"{self.name}.{key}")
        if not isinstance(value, list):
            return value
        # Some converters repeat a number for each layer.
        if len(set(value)) != 1:
            raise unsupported(self.file, f"its layers have different values of {self.name}.{key}")
        return value[0]

    def whole(self, key: str, default: int | None = None) -> int:
        value = self.value(key)
        if value is None and default is not None:
            return default
        if type(value) is not int or value < 0:
            raise unsupported(self.file, f"it does not say {self.name}.{key}")
        return value

    def real(self, key: str, default: float | None = None) -> float:
        value = self.value(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, float):
            raise unsupported(self.file, f"it does not say {self.name}.{key}")
        # 9.999999747378752e-06 is what fp32 makes of 1e-05.
        return float(str(np.float32(value)))

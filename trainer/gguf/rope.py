"""Finds the settings of the rotary embedding, which a GGUF tells partly in its metadata and partly as tensors."""

import math
from typing import Any

import numpy as np

from trainer.gguf.file import GgufFile
from trainer.gguf.reader import Reader
from trainer.gguf.refusals import unsupported

# The same in all models with this scaling; only the factor differs.
_LLAMA3 = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
_GEMMA3_LOCAL_THETA = 10000.0


def rope_settings(read: Reader, head: int) -> dict[str, Any]:
    file = read.file
    theta = read.real("rope.freq_base", read.real("rope.global.freq_base", 10000.0))
    rotated = read.whole("rope.dimension_count", head)
    if rotated != head and read.name != "phi3":
        raise unsupported(file, f"it turns {rotated} of the {head} numbers of a head")
    rope: dict[str, Any] = {"rope_theta": theta, "rope_type": "default"}
    kind = read.value("rope.scaling.type") or ("linear" if read.name == "gemma3" else "none")
    factor = read.value("rope.scaling.factor")
    if kind == "linear" and factor not in (None, 1.0):
        rope.update(rope_type="linear", factor=read.real("rope.scaling.factor"))
    elif kind not in ("none", "linear", "longrope"):
        raise unsupported(file, f"it scales positions by {str(kind)[:40]!r}")
    if (factors := _numbers(file, "rope_freqs.weight")) is not None:
        rope.update(_llama3(file, factors, theta, head))
    if read.name == "phi3":
        return _phi3(read, rope, rotated / head)
    if read.name == "gemma3":
        local = read.real("rope.freq_base_swa", read.real("rope.local.freq_base", _GEMMA3_LOCAL_THETA))
        return {
            "rope_parameters": {
                "full_attention": rope,
                "sliding_attention": {"rope_theta": local, "rope_type": "default"},
            }
        }
    return {"rope_parameters": rope}


def _llama3(file: GgufFile, factors: np.ndarray, theta: float, head: int) -> dict[str, Any]:
    """The file has a divisor for each frequency. They must be those of Llama 3, whose four numbers make them."""
    factor = float(factors.max())
    settings = {"rope_type": "llama3", "factor": round(factor, 4), **_LLAMA3}
    longest = _LLAMA3["original_max_position_embeddings"] / _LLAMA3["low_freq_factor"]
    shortest = _LLAMA3["original_max_position_embeddings"] / _LLAMA3["high_freq_factor"]
    expected = []
    for step in range(0, head, 2):
        length = 2 * math.pi * theta ** (step / head)
        if length < shortest:
            expected.append(1.0)
        elif length > longest:
            expected.append(factor)
        else:
            smooth = (_LLAMA3["original_max_position_embeddings"] / length - _LLAMA3["low_freq_factor"]) / (
                _LLAMA3["high_freq_factor"] - _LLAMA3["low_freq_factor"]
            )
            expected.append(1 / ((1 - smooth) / factor + smooth))
    if len(expected) != len(factors) or not np.allclose(expected, factors, rtol=1e-3):
        raise unsupported(file, "it scales positions in a way that temper does not know (rope_freqs.weight)")
    return settings


def _phi3(read: Reader, rope: dict[str, Any], partial: float) -> dict[str, Any]:
    file = read.file
    original = read.whole("rope.scaling.original_context_length", read.whole("context_length"))
    rope["partial_rotary_factor"] = partial
    rope["original_max_position_embeddings"] = original
    long, short = _numbers(file, "rope_factors_long.weight"), _numbers(file, "rope_factors_short.weight")
    if (long is None) != (short is None):
        raise unsupported(file, "it has only one of the two lists of rope factors")
    if long is not None and short is not None:
        rope.update(
            rope_type="longrope",
            long_factor=[float(str(number)) for number in long],
            short_factor=[float(str(number)) for number in short],
            factor=read.whole("context_length") / original,
        )
    return {"rope_parameters": rope, "original_max_position_embeddings": original}


def _numbers(file: GgufFile, name: str) -> np.ndarray | None:
    tensor = file.tensors.get(name)
    if tensor is None:
        return None
    if tensor.kind.name != "F32":
        raise unsupported(file, f"its tensor {name} is not in fp32")
    with file.path.open("rb") as data:
        data.seek(tensor.begin)
        return np.frombuffer(data.read(tensor.size), dtype="<f4")

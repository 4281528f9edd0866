"""Finds the matrix of a model that each tensor of its GGUF file holds, and proves it by the numbers.

A converter renames tensors, and puts the rows of some into another order. A tensor counts as found only if its f16 numbers are
those of the model's matrix, so a wrong pair cannot be measured.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from trainer.gguf.file import GgufFile, open_gguf
from trainer.gguf.weights import Source, can_dequantize, numbers_of
from trainer.runtime.events import Failure

_UNROUNDED = ("F32", "F16", "BF16")


@dataclass(frozen=True)
class Matrix:
    """A matrix of the model, and how a GGUF file of the model holds it."""

    name: str
    parameter: Any
    # Heads whose rows the converter has put into another order.
    paired_heads: int = 0


def match(model: Any, parent: GgufFile) -> dict[str, Matrix]:
    """Returns the matrices by the names of their tensors. Raises DRIFT_NOT_MEASURABLE for a tensor that is none of them."""
    named = _named(model, parent)
    heads = getattr(model.config, "num_attention_heads", 0) or 0
    key_heads = getattr(model.config, "num_key_value_heads", heads) or heads
    found = {}
    for tensor in parent.tensors.values():
        if len(tensor.shape) < 2:
            continue
        if tensor.name not in named:
            raise _unknown(parent, f"{tensor.name} is no matrix of the model by its name")
        name, parameter = named[tensor.name]
        for paired in dict.fromkeys((0, heads, key_heads)):
            matrix = Matrix(name, parameter, paired)
            if _fits(matrix, tensor.shape) and _is_equal(parent, matrix, tensor.name):
                found[tensor.name] = matrix
                break
        else:
            raise _unknown(parent, f"{tensor.name} holds other numbers than {name} of the model")
    return found


def put(file: GgufFile, matrices: dict[str, Matrix]) -> None:
    """Gives the model the numbers that are left of its matrices in a quantized file."""
    for name, matrix in matrices.items():
        tensor = file.tensors.get(name)
        if tensor is None or not can_dequantize(tensor.kind):
            raise _unknown(file, f"{name} is {'missing' if tensor is None else f'a {tensor.kind.name}'}")
        _each_piece(file, matrix, name, lambda rows, piece: rows.copy_(piece))


def open_quantized(path: Path) -> GgufFile:
    return open_gguf(path)


def is_rounded(file: GgufFile) -> bool:
    return any(tensor.kind.name not in _UNROUNDED for tensor in file.tensors.values())


def _named(model: Any, file: GgufFile) -> dict[str, tuple[str, Any]]:
    """The parameters of the model, by the names that llama.cpp's converters give them."""
    from gguf.constants import MODEL_ARCH_NAMES
    from gguf.tensor_mapping import get_tensor_name_map

    architecture = file.text("general.architecture") or ""
    known = {name: arch for arch, name in MODEL_ARCH_NAMES.items()}
    if architecture not in known:
        raise _unknown(file, f"nobody has told temper the names of its tensors ({architecture[:40]!r})")
    blocks = file.number(f"{architecture}.block_count") or 0
    names = get_tensor_name_map(known[architecture], blocks)
    named: dict[str, tuple[str, Any]] = {}
    for name, parameter in model.named_parameters():
        plain = name.replace("model.language_model.", "model.", 1)
        if tensor := names.get_name(plain, try_suffixes=(".weight", ".bias")):
            named[tensor] = (name, parameter)
    return named


def _fits(matrix: Matrix, shape: tuple[int, ...]) -> bool:
    if tuple(matrix.parameter.shape) != shape:
        return False
    return matrix.paired_heads == 0 or (len(shape) == 2 and shape[0] % (2 * matrix.paired_heads) == 0)


def _is_equal(file: GgufFile, matrix: Matrix, name: str) -> bool:
    equal = True

    def compare(rows: Any, piece: Any) -> None:
        nonlocal equal
        equal = equal and bool(torch.equal(rows.half(), piece.half()))

    _each_piece(file, matrix, name, compare, until=lambda: not equal)
    return equal


def _each_piece(file: GgufFile, matrix: Matrix, name: str, act: Any, until: Any = lambda: False) -> None:
    tensor = file.tensors[name]
    target = matrix.parameter.data.view(-1, tensor.shape[-1])
    first = 0
    with file.path.open("rb") as data:
        for numbers in numbers_of(data, Source(matrix.name, tensor, paired_heads=matrix.paired_heads)):
            piece = torch.from_numpy(np.ascontiguousarray(numbers)).to(target.device, target.dtype)
            act(target[first : first + len(piece)], piece)
            first += len(piece)
            if until():
                return


def weights_of(matrices: Iterable[Matrix]) -> int:
    return sum(matrix.parameter.numel() for matrix in matrices)


def _unknown(file: GgufFile, why: str) -> Failure:
    return Failure(
        "DRIFT_NOT_MEASURABLE",
        f"The drift of this model cannot be measured, since its GGUF file cannot be held against it: {why}.",
        architecture=file.text("general.architecture"),
    )

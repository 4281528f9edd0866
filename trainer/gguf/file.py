"""Reads the header of a GGUF file: its metadata, and where its tensors lie. The tensors themselves are read in pieces.

The library's reader maps the whole file and keeps an array for each string, which takes gigabytes for a large vocabulary.
"""

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from trainer.runtime.events import Failure

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = 32
_LONGEST_STRING = 64_000_000
_LONGEST_ARRAY = 16_000_000
_MOST_ENTRIES = 200_000
_SCALARS = {0: "u1", 1: "i1", 2: "<u2", 3: "<i2", 4: "<u4", 5: "<i4", 6: "<f4", 7: "?", 10: "<u8", 11: "<i8", 12: "<f8"}
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True)
class Tensor:
    name: str
    # Rows first, as in safetensors. The file has the length of a row first.
    shape: tuple[int, ...]
    kind: Any
    # Bytes from the start of the file.
    begin: int
    size: int

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class GgufFile:
    path: Path
    metadata: dict[str, Any]
    tensors: dict[str, Tensor]

    def text(self, key: str) -> str | None:
        value = self.metadata.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> int | None:
        value = self.metadata.get(key)
        return value if type(value) is int else None

    def array(self, key: str) -> list[Any]:
        value = self.metadata.get(key)
        return value if isinstance(value, list) else []


def open_gguf(path: Path) -> GgufFile:
    """Raises BASE_INCOMPLETE if the file is no GGUF, or shorter than its header says."""
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        raise Failure("BASE_INCOMPLETE", f"{path.name} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, struct.error, MemoryError, OverflowError) as error:
        raise Failure("BASE_INCOMPLETE", f"{path.name} is no GGUF file, cut off, or damaged: {error}.") from error


def _read(path: Path, file: BinaryIO) -> GgufFile:
    if file.read(4) != _MAGIC:
        raise ValueError("it does not begin with GGUF")
    version = _number(file, "<u4")
    if version not in _VERSIONS:
        raise ValueError(f"its version is {version}, and temper reads {_VERSIONS[0]} and {_VERSIONS[1]}")
    tensors, entries = _number(file, "<u8"), _number(file, "<u8")
    if max(tensors, entries) > _MOST_ENTRIES:
        raise ValueError("its header counts too many entries")
    metadata: dict[str, Any] = {}
    for _ in range(entries):
        key = _string(file)
        if key in metadata:
            raise ValueError(f"its metadata holds {key[:100]} twice")
        metadata[key] = _value(file, _number(file, "<u4"))
    told = [_tensor(file) for _ in range(tensors)]
    alignment = metadata.get("general.alignment", _ALIGNMENT)
    if type(alignment) is not int or alignment <= 0 or alignment & (alignment - 1):
        raise ValueError("its alignment is no power of two")
    start = -(-file.tell() // alignment) * alignment
    return GgufFile(path, metadata, _placed(told, start, path.stat().st_size))


def _placed(told: list[tuple[str, tuple[int, ...], int, int]], start: int, length: int) -> dict[str, Tensor]:
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    placed: dict[str, Tensor] = {}
    for name, shape, code, offset in told:
        kind = GGMLQuantizationType(code)
        per_block, bytes_per_block = GGML_QUANT_SIZES[kind]
        if name in placed or not shape or shape[-1] % per_block:
            raise ValueError(f"the tensor {name[:100]} is told twice or has an impossible shape")
        tensor = Tensor(name, shape, kind, start + offset, 0)
        size = tensor.elements // per_block * bytes_per_block
        if tensor.begin + size > length:
            raise ValueError(f"it ends before its tensor {name[:100]}")
        placed[name] = Tensor(name, shape, kind, tensor.begin, size)
    return placed


def _tensor(file: BinaryIO) -> tuple[str, tuple[int, ...], int, int]:
    name, dimensions = _string(file), _number(file, "<u4")
    if not 1 <= dimensions <= 4:
        raise ValueError(f"the tensor {name[:100]} has {dimensions} dimensions")
    shape = tuple(_number(file, "<u8") for _ in range(dimensions))[::-1]
    return name, shape, _number(file, "<u4"), _number(file, "<u8")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        return _numbers(file, _SCALARS[kind], 1)[0]
    kind, length = _number(file, "<u4"), _number(file, "<u8")
    if length > _LONGEST_ARRAY:
        raise ValueError("an array of its metadata is too long")
    if kind == _STRING:
        return [_string(file) for _ in range(length)]
    # Nobody writes arrays of arrays; `_SCALARS` has no entry for them.
    return _numbers(file, _SCALARS[kind], length)


def _numbers(file: BinaryIO, code: str, count: int) -> list[Any]:
    kind = np.dtype(code)
    data = file.read(kind.itemsize * count)
    if len(data) != kind.itemsize * count:
        raise ValueError("it ends in its header")
    return np.frombuffer(data, dtype=kind).tolist()


def _number(file: BinaryIO, code: str) -> int:
    return int(_numbers(file, code, 1)[0])


def _string(file: BinaryIO) -> str:
    length = _number(file, "<u8")
    if length > _LONGEST_STRING:
        raise ValueError("a text of its metadata is too long")
    data = file.read(length)
    if len(data) != length:
        raise ValueError("it ends in its header")
    # Parts of characters appear in some vocabularies; what is made of them must not be taken for another token.
    return data.decode("utf-8", "surrogateescape")

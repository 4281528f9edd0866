"""Reads and writes safetensors files in pieces, so that memory holds one weight and never a whole model.

The format is a length (8 bytes, little-endian), a JSON header, and the bytes of the tensors in sequence.
The library's writer needs all tensors of a file in memory. Its reader maps files, whose pages count as memory.
"""

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

import torch

from trainer.runtime.base_files import INDEX
from trainer.runtime.events import Failure

SINGLE = "model.safetensors"
DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
CODES = {dtype: code for code, dtype in DTYPES.items()}
_HEADER_LIMIT = 100_000_000
_PIECE = 4_000_000


@dataclass(frozen=True)
class Weight:
    name: str
    code: str
    shape: list[int]
    # Byte offsets from the start of the file.
    begin: int
    end: int

    @property
    def dtype(self) -> torch.dtype | None:
        """Returns None for numbers that are not floats."""
        return DTYPES.get(self.code)

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class Shard:
    path: Path
    weights: list[Weight]
    metadata: dict[str, str]


def read_shards(directory: Path) -> list[Shard]:
    """Reads the headers of the files in the index alone: a repository may hold the same weights again in another layout."""
    index = directory / INDEX
    if index.is_file():
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    else:
        names = [SINGLE]
    shards = []
    for name in names:
        path = directory / name
        if Path(name).name != name or not path.is_file():
            raise Failure(
                "BASE_INCOMPLETE",
                f"{directory.name} has no {name}, so its weights are incomplete.",
            )
        shards.append(_read_header(path))
    return shards


def _read_header(path: Path) -> Shard:
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(_HEADER_LIMIT, size):
                raise ValueError("its header is longer than the file")
            header = json.loads(file.read(length))
            metadata = header.pop("__metadata__", {})
            begin = 8 + length
            weights = [
                Weight(
                    name,
                    entry["dtype"],
                    entry["shape"],
                    begin + entry["data_offsets"][0],
                    begin + entry["data_offsets"][1],
                )
                for name, entry in header.items()
            ]
            for weight in weights:
                _check(weight, begin, size)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, struct.error) as error:
            raise Failure("BASE_INCOMPLETE", f"{path.name} is cut off or damaged: {error}.") from error
    return Shard(path, sorted(weights, key=lambda weight: weight.begin), metadata)


def _check(weight: Weight, begin: int, size: int) -> None:
    if not all(type(number) is int and number >= 0 for number in (*weight.shape, weight.begin, weight.end)):
        raise ValueError(f"the shape or place of {weight.name[:100]} is not a number")
    if not begin <= weight.begin <= weight.end:
        raise ValueError(f"{weight.name[:100]} lies outside its data")
    if weight.end > size:
        raise ValueError("it ends before its last tensor")
    if weight.dtype and weight.elements * weight.dtype.itemsize != weight.end - weight.begin:
        raise ValueError(f"{weight.name[:100]} does not have the size of its shape")


def pieces(file: BufferedReader, weight: Weight) -> Iterator[torch.Tensor]:
    """Yields the floats of a weight as flat tensors of at most 4 million numbers."""
    assert weight.dtype is not None
    file.seek(weight.begin)
    left = weight.end - weight.begin
    while left:
        block = bytearray(min(_PIECE * weight.dtype.itemsize, left))
        if file.readinto(block) != len(block):
            raise Failure("BASE_INCOMPLETE", "A file of weights became shorter during the read.")
        left -= len(block)
        yield torch.frombuffer(block, dtype=weight.dtype)


def raw_pieces(file: BinaryIO, weight: Weight) -> Iterator[bytes]:
    file.seek(weight.begin)
    left = weight.end - weight.begin
    while left and (block := file.read(min(_PIECE, left))):
        left -= len(block)
        yield block


def write_header(file: BinaryIO, shard: Shard, codes: dict[str, str]) -> int:
    """Writes the header. Returns the number of tensor bytes that must follow, in the order of the shard."""
    header: dict[str, Any] = {"__metadata__": {**shard.metadata, "format": "pt"}}
    offset = 0
    for weight in shard.weights:
        code = codes[weight.name]
        size = weight.elements * DTYPES[code].itemsize if code in DTYPES else weight.end - weight.begin
        header[weight.name] = {"dtype": code, "shape": weight.shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)
    return offset


def to_bytes(tensor: torch.Tensor) -> memoryview:
    return memoryview(tensor.contiguous().view(torch.uint8).numpy())

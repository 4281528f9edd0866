"""Reads the headers of safetensors files: which weights a model has, of which type and size, and where they lie.

The format is a length (8 bytes, little-endian), a JSON header, and the bytes of the tensors in sequence. This needs no
torch, whose import takes longer than the reading.
"""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path

from trainer.runtime.base_files import INDEX
from trainer.runtime.events import Failure

SINGLE = "model.safetensors"
# The types of floats that temper reads.
FLOAT_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}
_HEADER_LIMIT = 100_000_000


@dataclass(frozen=True)
class Weight:
    name: str
    code: str
    shape: list[int]
    # Byte offsets from the start of the file.
    begin: int
    end: int

    @property
    def is_float(self) -> bool:
        return self.code in FLOAT_BYTES

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
    if weight.is_float and weight.elements * FLOAT_BYTES[weight.code] != weight.end - weight.begin:
        raise ValueError(f"{weight.name[:100]} does not have the size of its shape")

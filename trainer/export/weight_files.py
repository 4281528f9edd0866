"""Reads and writes the weights of safetensors files in pieces, so that memory holds one weight and never a whole model.

The library's writer needs all tensors of a file in memory. Its reader maps files, whose pages count as memory.
"""

import json
import struct
from collections.abc import Iterator
from io import BufferedReader
from typing import Any, BinaryIO

import torch

from trainer.export.weight_headers import Shard, Weight
from trainer.runtime.events import Failure

# The types of `FLOAT_BYTES`.
DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
CODES = {dtype: code for code, dtype in DTYPES.items()}
_PIECE = 4_000_000


def pieces(file: BufferedReader, weight: Weight) -> Iterator[torch.Tensor]:
    """Yields the floats of a weight as flat tensors of at most 4 million numbers."""
    dtype = DTYPES[weight.code]
    file.seek(weight.begin)
    left = weight.end - weight.begin
    while left:
        block = bytearray(min(_PIECE * dtype.itemsize, left))
        if file.readinto(block) != len(block):
            raise Failure("BASE_INCOMPLETE", "A file of weights became shorter during the read.")
        left -= len(block)
        yield torch.frombuffer(block, dtype=dtype)


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

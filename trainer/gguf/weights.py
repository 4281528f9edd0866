"""Writes the tensors of a GGUF file as safetensors of 16 bits, a few rows at a time."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch

from trainer.export.weight_files import CODES, to_bytes, write_header
from trainer.export.weight_headers import SINGLE, Shard, Weight
from trainer.gguf.file import GgufFile, Tensor
from trainer.protocol import events as event
from trainer.runtime.base_files import INDEX
from trainer.runtime.disk_space import require_room
from trainer.runtime.events import Events, Failure

_SHARD_BYTES = 4_000_000_000
_PIECE = 4_000_000
_SECONDS_BETWEEN_PROGRESS = 0.25


@dataclass(frozen=True)
class Source:
    """A weight of the base model, and how it is made of a tensor of the file."""

    name: str
    tensor: Tensor
    # Subtracted from each number.
    shift: float = 0.0
    # Heads whose rows the converter has put into another order: those of both halves in turn.
    paired_heads: int = 0


def write_weights(file: GgufFile, sources: list[Source], out: Path, events: Events) -> tuple[torch.dtype, int]:
    """Returns the dtype, which is bf16 for a file that holds bf16 and f16 for all others, and the bytes written."""
    from gguf.constants import GGMLQuantizationType

    kinds = {source.tensor.kind for source in sources}
    dtype = torch.bfloat16 if GGMLQuantizationType.BF16 in kinds else torch.float16
    shards = _shards(sources, dtype)
    total = sum(source.tensor.elements for source in sources) * dtype.itemsize
    require_room(out, total, "The base model in 16 bits")
    progress = _Progress(events, total)
    weight_map: dict[str, str] = {}
    with file.path.open("rb") as data:
        for number, (shard, made) in enumerate(shards, 1):
            name = SINGLE if len(shards) == 1 else f"model-{number:05}-of-{len(shards):05}.safetensors"
            with (out / name).open("wb") as target:
                write_header(target, shard, {weight.name: weight.code for weight in shard.weights})
                for source in made:
                    _write_one(data, source, dtype, target, progress)
                    weight_map[source.name] = name
    if len(shards) > 1:
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
        (out / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    progress.show()
    return dtype, total


def _shards(sources: list[Source], dtype: torch.dtype) -> list[tuple[Shard, list[Source]]]:
    groups: list[list[Source]] = [[]]
    size = 0
    for source in sources:
        size += source.tensor.elements * dtype.itemsize
        if groups[-1] and size > _SHARD_BYTES:
            groups.append([])
            size = source.tensor.elements * dtype.itemsize
        groups[-1].append(source)
    return [(Shard(Path(), [_weight(source, dtype) for source in group], {}), group) for group in groups]


def _weight(source: Source, dtype: torch.dtype) -> Weight:
    return Weight(source.name, CODES[dtype], list(source.tensor.shape), 0, source.tensor.elements * dtype.itemsize)


def _write_one(data: BinaryIO, source: Source, dtype: torch.dtype, target: BinaryIO, progress: "_Progress") -> None:
    most = np.float32(torch.finfo(dtype).max)
    for rows in numbers_of(data, source):
        numbers = rows - np.float32(source.shift) if source.shift else rows
        # NaN is not less than anything.
        if not np.abs(numbers).max() <= most:
            raise Failure(
                "NAN_WEIGHTS",
                f"{source.tensor.name} holds NaN, or values that are too large for 16 bits.",
                tensor=source.tensor.name,
            )
        piece = torch.from_numpy(numbers).to(dtype)
        target.write(to_bytes(piece))
        progress.add(piece.numel() * dtype.itemsize)


def numbers_of(data: BinaryIO, source: Source) -> Iterator[np.ndarray]:
    """Yields the numbers of a tensor in fp32, whole rows at a time, in the order of the base model."""
    from gguf.quants import dequantize

    tensor = source.tensor
    length = tensor.shape[-1]
    rows = tensor.elements // length
    row_bytes = tensor.size // rows
    per_piece = max(1, _PIECE // length)
    if source.paired_heads:
        # A head's rows are put in order together.
        head = rows // source.paired_heads
        per_piece = max(1, per_piece // head) * head
    data.seek(tensor.begin)
    for first in range(0, rows, per_piece):
        count = min(per_piece, rows - first)
        block = data.read(count * row_bytes)
        if len(block) != count * row_bytes:
            raise Failure("BASE_INCOMPLETE", "The GGUF file became shorter while it was read.")
        numbers = dequantize(np.frombuffer(block, dtype=np.uint8).reshape(count, row_bytes), tensor.kind)
        numbers = np.ascontiguousarray(numbers.reshape(count, length), dtype=np.float32)
        if source.paired_heads:
            paired = numbers.reshape(-1, head // 2, 2, length)
            numbers = np.ascontiguousarray(paired.swapaxes(1, 2)).reshape(count, length)
        yield numbers if numbers.flags.writeable else numbers.copy()


def can_dequantize(kind: Any) -> bool:
    from gguf.constants import GGML_QUANT_SIZES
    from gguf.quants import dequantize

    try:
        dequantize(np.zeros((1, GGML_QUANT_SIZES[kind][1]), dtype=np.uint8), kind)
    except NotImplementedError:
        return False
    return True


class _Progress:
    def __init__(self, events: Events, total: int):
        self._events, self._total, self._done, self._shown_at = events, total, 0, 0.0

    def add(self, size: int) -> None:
        self._done += size
        now = time.monotonic()
        if now - self._shown_at > _SECONDS_BETWEEN_PROGRESS:
            self._shown_at = now
            self.show()

    def show(self) -> None:
        self._events.emit(event.Converting(done=self._done, total=self._total))

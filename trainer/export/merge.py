"""The verb `merge`: adds an adapter to its base model, one weight at a time. Without an adapter it writes the base model."""

import json
import time
from pathlib import Path
from typing import Any

import torch

from trainer.export import weight_files
from trainer.export.adapter_deltas import Delta, read_deltas
from trainer.export.adapter_record import read_training
from trainer.export.importable import write_importable
from trainer.export.weight_files import CODES
from trainer.export.weight_headers import Shard, Weight, read_shards
from trainer.protocol import events as event
from trainer.protocol.jobs import Base, MergeJob
from trainer.protocol.outputs import MergeOutputs
from trainer.runtime.base_files import INDEX, check_base, read_json
from trainer.runtime.disk_space import require_room
from trainer.runtime.events import Events, Failure

_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
_SECONDS_BETWEEN_PROGRESS = 0.25


def main(job: MergeJob, events: Events) -> MergeOutputs:
    base, out = Path(job.base.path), Path(job.out)
    check_base(base)
    _refuse_quantized(base)
    adapter = Path(job.adapter) if job.adapter else None
    training = _check_origin(job.base, adapter) if adapter else {}
    deltas = read_deltas(adapter) if adapter else {}
    shards = read_shards(base)
    wanted = _DTYPES.get(job.dtype)
    _check_fit(shards, deltas, base)
    codes = {weight.name: _code(weight, wanted) for shard in shards for weight in shard.weights}
    needed = sum(weight.end - weight.begin for shard in shards for weight in shard.weights)
    if wanted:
        needed = max(needed, sum(weight.elements for shard in shards for weight in shard.weights) * wanted.itemsize)
    out.mkdir(parents=True, exist_ok=True)
    require_room(out, needed, "The merged model")
    written = _write_shards(shards, deltas, codes, out, events)
    dtype = _main_dtype(shards, codes)
    _write_index(base, shards, out, written)
    template = write_importable(base, out, training.get("template"), str(dtype).removeprefix("torch."))
    return MergeOutputs(
        parameters=sum(weight.elements for shard in shards for weight in shard.weights),
        bytes=sum(path.stat().st_size for path in out.iterdir()),
        dtype=next((name for name, value in _DTYPES.items() if value == dtype), str(dtype)),
        merged_tensors=len(deltas),
        template_sha256=template,
    )


def _check_origin(base: Base, adapter: Path) -> dict[str, Any]:
    training = read_training(adapter)
    trained_on = training["base"]
    if trained_on["digest"] != base.digest:
        raise Failure(
            "WRONG_BASE",
            f"The adapter was trained on {trained_on['name']} ({trained_on['digest']}), and the given base is "
            f"{base.name} ({base.digest}).",
            trained_on=trained_on,
            given={"name": base.name, "digest": base.digest},
        )
    return training


def _refuse_quantized(base: Path) -> None:
    settings = read_json(base / "config.json").get("quantization_config")
    if settings:
        raise _quantized(base, settings.get("quant_method", "some method") if isinstance(settings, dict) else settings)


def _quantized(base: Path, how: str) -> Failure:
    return Failure(
        "QUANTIZED_BASE",
        f"{base.name} is quantized ({how}), and an adapter merged into quantized weights loses much of what it learned.",
        how=how,
    )


def _check_fit(shards: list[Shard], deltas: dict[str, Delta], base: Path) -> None:
    weights = {weight.name: weight for shard in shards for weight in shard.weights}
    if missing := sorted(deltas.keys() - weights.keys()):
        raise Failure(
            "UNSUPPORTED_ADAPTER",
            f"The adapter changes {len(missing)} weights that the files of {base.name} do not hold: "
            f"{', '.join(missing[:5])}. lora.target_modules selects them.",
            missing=missing[:100],
        )
    for name, delta in deltas.items():
        weight = weights[name]
        if not weight.is_float:
            raise _quantized(base, f"{name} is {weight.code}")
        if weight.shape != delta.shape:
            raise Failure(
                "WRONG_BASE",
                f"The adapter's change of {name} is {delta.shape[0]}×{delta.shape[1]}, but the base's weight is "
                f"{'×'.join(map(str, weight.shape))}.",
                tensor=name,
            )


def _code(weight: Weight, wanted: torch.dtype | None) -> str:
    return CODES[wanted] if wanted and weight.is_float else weight.code


def _main_dtype(shards: list[Shard], codes: dict[str, str]) -> torch.dtype | None:
    """Returns the dtype of most numbers. Norms sometimes have a wider one."""
    sizes: dict[str, int] = {}
    for weight in (weight for shard in shards for weight in shard.weights):
        sizes[codes[weight.name]] = sizes.get(codes[weight.name], 0) + weight.elements
    return weight_files.DTYPES.get(max(sizes, key=sizes.__getitem__))


def _write_shards(
    shards: list[Shard], deltas: dict[str, Delta], codes: dict[str, str], out: Path, events: Events
) -> int:
    total, done, shown_at = sum(len(shard.weights) for shard in shards), 0, 0.0
    written = 0
    for shard in shards:
        with shard.path.open("rb") as source, (out / shard.path.name).open("wb") as target:
            written += weight_files.write_header(target, shard, codes)
            for weight in shard.weights:
                for block in _merged(source, weight, deltas.get(weight.name), codes[weight.name]):
                    target.write(block)
                done += 1
                if done == total or time.monotonic() - shown_at > _SECONDS_BETWEEN_PROGRESS:
                    shown_at = time.monotonic()
                    events.emit(event.Merging(tensor=weight.name, done=done, total=total))
    return written


def _merged(source: Any, weight: Weight, delta: Delta | None, code: str) -> Any:
    if not weight.is_float:
        yield from weight_files.raw_pieces(source, weight)
        return
    dtype, change, at = weight_files.DTYPES[code], delta.weight().view(-1) if delta else None, 0
    for piece in weight_files.pieces(source, weight):
        if change is not None:
            # The sum is in fp32, so it is rounded once, to the written type.
            piece = piece.float() + change[at : at + piece.numel()]
            at += piece.numel()
        piece = piece.to(dtype)
        # A NaN makes both the minimum and the maximum NaN. This is several times faster than a check of every number.
        if not all(map(torch.isfinite, torch.aminmax(piece))):
            raise Failure(
                "NAN_WEIGHTS",
                f"{weight.name} holds NaN or infinite values {'after the merge' if delta else 'in the base model'}, "
                f"as {dtype}."
                + (
                    " Some values of this model are too large for fp16. dtype: bf16 holds them."
                    if dtype == torch.float16
                    else ""
                ),
                tensor=weight.name,
            )
        yield weight_files.to_bytes(piece)


def _write_index(base: Path, shards: list[Shard], out: Path, size: int) -> None:
    if not (base / INDEX).is_file():
        return
    index = {
        "metadata": {"total_size": size},
        "weight_map": {weight.name: shard.path.name for shard in shards for weight in shard.weights},
    }
    (out / INDEX).write_text(json.dumps(index, indent=2, sort_keys=True) + "\n", encoding="utf-8")

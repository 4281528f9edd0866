"""Builds the outputs of the verb `train`, and training.json: the facts about a training in each of its checkpoints."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.protocol.jobs import TrainJob
from trainer.protocol.outputs import Environment, KeptCheckpoint, RowNote, Split, TrainOutputs
from trainer.train import checkpoint
from trainer.train.progress import Progress

FILE = "training.json"


def file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def training_record(
    job: TrainJob,
    template: str,
    precision: str,
    parameters: int,
    trainable: int,
    device: str,
    examples: dict[str, int],
    notes: list[RowNote],
) -> dict[str, Any]:
    options = asdict(job.options)
    options.pop("template")  # `template` below holds the effective template
    return {
        "base": {"name": job.base.name, "digest": job.base.digest},
        "dataset": {"digest": job.dataset.digest, **examples},
        **_continued_from(job),
        "template": template,
        "options": options,
        "lora": options["lora"],
        "precision": precision,
        "device": device,
        "parameters": parameters,
        "trainable_parameters": trainable,
        # Absent where there is nothing to tell.
        **({"notes": [asdict(note) for note in notes]} if notes else {}),
    }


def _continued_from(job: TrainJob) -> dict[str, Any]:
    start = job.continue_from
    return {"continued_from": {"name": start.name, "digest": start.digest}} if start else {}


def outputs_of(last: checkpoint.Verified, progress: Progress, directory: Path) -> TrainOutputs:
    """Reads only the disk, so an attempt that finds a finished training returns the same as the one that trained."""
    record = json.loads((last.path / FILE).read_text(encoding="utf-8"))
    kept = []
    for path in reversed(checkpoint.listed(directory)):
        try:
            found = last if path == last.path else checkpoint.verify(path)
        except checkpoint.Corrupt:
            continue  # a damaged older checkpoint is not listed
        loss = found.manifest["metrics"]["eval_loss"]
        kept.append(KeptCheckpoint(step=found.step, path=str(path), eval_loss=loss, bytes=found.bytes))
    return TrainOutputs(
        final_step=last.step,
        max_steps=last.manifest["max_steps"],
        train_loss=progress.train_loss,
        eval_loss=progress.eval_loss,
        best_step=progress.best_step,
        best_eval_loss=progress.best_eval_loss,
        checkpoints=kept,
        tokens=progress.tokens,
        seconds=progress.seconds,
        parameters=record["parameters"],
        trainable_parameters=record["trainable_parameters"],
        device=record["device"],
        precision=record["precision"],
        early_stopped=progress.early_stopped,
        resumed_from=progress.resumed_from,
        bit_equal=not progress.was_split and len(progress.environments) == 1,
        splits=[Split(**split) for split in progress.splits],
        environments=[Environment(**each) for each in progress.environments],
        notes=[RowNote(**note) for note in record.get("notes", [])],
    )

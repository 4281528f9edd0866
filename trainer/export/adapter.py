"""The verb `adapter`: writes a selected checkpoint as a plain LoRA adapter, with the same bytes on every machine."""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.protocol.jobs import AdapterJob, Select
from trainer.protocol.outputs import AdapterOutputs
from trainer.runtime.events import Events, Failure
from trainer.train import checkpoint, record

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"


def main(job: AdapterJob, events: Events) -> AdapterOutputs:
    directory, out = Path(job.checkpoints), Path(job.out)
    path, selected_by = _select(directory, job.select)
    found = _verified(path)
    if missing := [name for name in (WEIGHTS, CONFIG, record.FILE) if not (path / name).is_file()]:
        raise _corrupt(path, f"it has no {missing[0]}")
    training = json.loads((path / record.FILE).read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path / WEIGHTS, out / WEIGHTS)
    _write(out / CONFIG, _portable(json.loads((path / CONFIG).read_text(encoding="utf-8")), training["base"]))
    outputs = AdapterOutputs(
        step=found.step,
        selected_by=selected_by,
        eval_loss=found.manifest["metrics"]["eval_loss"],
        train_loss=found.manifest["metrics"]["train_loss"],
        trainable_parameters=training["trainable_parameters"],
        parameters=training["parameters"],
        share=training["trainable_parameters"] / training["parameters"],
        bytes=sum((out / name).stat().st_size for name in (WEIGHTS, CONFIG)),
    )
    _write(out / record.FILE, {**training, **asdict(outputs)})
    for name in (WEIGHTS, CONFIG, record.FILE):
        with (out / name).open("rb") as file:
            os.fsync(file.fileno())
    return outputs


def _select(directory: Path, select: str | Select) -> tuple[Path, str]:
    paths = checkpoint.listed(directory)
    steps = [checkpoint.step_of(path) for path in paths]
    if not paths:
        raise Failure("NO_CHECKPOINT", f"{directory.name} holds no checkpoint, because the training saved none.")
    if isinstance(select, Select):
        if select.step not in steps:
            raise Failure(
                "NO_CHECKPOINT",
                f"There is no checkpoint of step {select.step}. The training kept {sorted(steps)}. A larger checkpoint.keep keeps more.",
                steps=sorted(steps),
            )
        return paths[steps.index(select.step)], "the step that was asked for"
    if select == "best":
        # The last checkpoint names the best one. If that one is missing, no other may replace it.
        best = _verified(paths[0]).manifest.get("best")
        if best is None:
            return paths[0], "the last, as none was evaluated"
        if best["step"] not in steps:
            raise Failure(
                "NO_CHECKPOINT",
                f"The best checkpoint has step {best['step']} and is missing. The training kept {sorted(steps)}.",
                steps=sorted(steps),
            )
        return paths[steps.index(best["step"])], "the lowest eval loss"
    return paths[0], "the last"


def _verified(path: Path) -> checkpoint.Verified:
    try:
        return checkpoint.verify(path)
    except checkpoint.Corrupt as error:
        raise _corrupt(path, str(error)) from error


def _corrupt(path: Path, reason: str) -> Failure:
    return Failure(
        "CHECKPOINT_CORRUPT",
        f"{path.name} cannot be used: {reason}.",
        step=checkpoint.step_of(path),
        reason=reason,
    )


def _portable(config: dict[str, Any], base: dict[str, str]) -> dict[str, Any]:
    """Replaces the path of this machine and sorts lists, whose order changes with each process."""
    config["base_model_name_or_path"] = f"{base['name']}@{base['digest']}"
    for key, value in config.items():
        if key in ("target_modules", "modules_to_save", "exclude_modules") and isinstance(value, list):
            config[key] = sorted(value)
    return config


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")

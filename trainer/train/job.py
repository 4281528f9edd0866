"""What a train job says. Field names equal the options of the YAML; a test on the other side compares both.

Run as: python -m trainer.train.job   (prints the options' names and types as JSON)
"""

import json
import types
import typing
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

from trainer.runtime.events import Failure


@dataclass(frozen=True)
class Lora:
    r: int
    alpha: int
    dropout: float
    # "all-linear", or names of modules such as q_proj.
    target_modules: str | list[str]
    use_rslora: bool


@dataclass(frozen=True)
class Checkpoint:
    every_steps: int | None
    # A save by the clock is not evaluated while every_steps is set: evaluations must fall on the same steps in
    # every attempt.
    every_minutes: float | None
    # The newest ones; the best one by eval loss stays beside them.
    keep: int


@dataclass(frozen=True)
class Evaluation:
    # None: at each checkpoint.
    every_steps: int | None


@dataclass(frozen=True)
class EarlyStop:
    # Evaluations in a row that are not better than the best by more than min_delta.
    patience: int
    min_delta: float


@dataclass(frozen=True)
class Options:
    epochs: float
    # Takes the place of epochs when given.
    max_steps: int | None
    batch_size: int
    gradient_accumulation: int
    learning_rate: float
    lr_scheduler: str
    warmup_steps: int
    # Share of all steps, used when warmup_steps is 0.
    warmup_ratio: float
    weight_decay: float
    # 0 leaves gradients unclipped.
    max_grad_norm: float
    # Tokens; what is longer loses its end.
    max_length: int
    packing: bool
    # auto | bf16 | fp16 | fp32
    precision: str
    # "auto": on a GPU only.
    gradient_checkpointing: bool | str
    seed: int
    log_every_steps: int
    # The text of a Jinja template; None takes the base's own.
    template: str | None
    load_in_8bit: bool
    load_in_4bit: bool
    lora: Lora
    checkpoint: Checkpoint
    eval: Evaluation
    early_stop: EarlyStop | None


@dataclass(frozen=True)
class Base:
    path: str
    name: str
    digest: str


@dataclass(frozen=True)
class Start:
    # Of a plain adapter, as a checkpoint step makes it.
    path: str
    name: str
    digest: str


@dataclass(frozen=True)
class Dataset:
    train: str
    eval: str | None
    digest: str


@dataclass(frozen=True)
class TrainJob:
    attempt: int
    # Kept across attempts: LOCK, checkpoints/ and quarantine/ live here.
    workdir: str
    base: Base
    dataset: Dataset
    # The adapter whose weights the training starts with; None begins anew.
    continue_from: Start | None
    # A checkpoint that another host brought from the store; it competes with the local ones by step.
    resume_from: str | None
    accept_versions: bool
    # Folder of the locks by which trainings of different runs take turns on a device; None for a training by hand.
    device_locks: str | None
    options: Options


def read(kind: type, value: Any, at: str = "job") -> Any:
    """Builds the dataclass and nothing else: defaults live in the options' one definition, not here."""
    if not isinstance(value, dict):
        raise Failure("BAD_JOB", f"{at} must be an object, got {type(value).__name__}. Please report this.")
    hints = typing.get_type_hints(kind)
    missing, unknown = sorted(hints.keys() - value.keys()), sorted(value.keys() - hints.keys())
    if missing or unknown:
        raise Failure(
            "BAD_JOB",
            f"{at} does not match this trainer (missing: {missing or 'none'}, unknown: {unknown or 'none'}). "
            "The worker and its trainer are of different versions: restart the worker.",
            missing=missing,
            unknown=unknown,
        )
    built = {}
    for name, hint in hints.items():
        nested = _dataclass_in(hint)
        built[name] = read(nested, value[name], f"{at}.{name}") if nested and value[name] is not None else value[name]
    return kind(**built)


def as_json(options: Any) -> dict[str, Any]:
    return asdict(options)


def shape(kind: type) -> dict[str, Any]:
    """Names of the fields, nested; leaves are the types as written above."""
    hints = typing.get_type_hints(kind)
    return {
        field.name: shape(nested) if (nested := _dataclass_in(hints[field.name])) else _type_name(hints[field.name])
        for field in fields(kind)
    }


def _dataclass_in(hint: Any) -> type | None:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return next((option for option in options if is_dataclass(option)), None)


def _type_name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)


if __name__ == "__main__":
    print(json.dumps(shape(Options), indent=2))

"""Totals and best results of a training over all its attempts. Each checkpoint holds them as progress.json."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "progress.json"


@dataclass
class Progress:
    # Summed step by step in order, so interrupted and uninterrupted trainings give the same figure.
    # The library's own mean is wrong after a resume: its sum starts at 0 and is divided by all steps.
    loss_sum: float = 0.0
    steps: int = 0
    tokens: int = 0
    # Seconds in the training loop over all attempts, without the work that a kill lost.
    seconds: float = 0.0
    eval_loss: float | None = None
    eval_step: int | None = None
    best_eval_loss: float | None = None
    best_step: int | None = None
    # For early stopping: the reference changes only when the loss falls by more than min_delta.
    reference_loss: float | None = None
    evaluations_without_gain: int = 0
    early_stopped: bool = False
    resumed_from: list[int] = field(default_factory=list)
    # The splits of the effective batch and the library versions, each with its first step.
    splits: list[dict[str, Any]] = field(default_factory=list)
    environments: list[dict[str, Any]] = field(default_factory=list)

    @staticmethod
    def load(checkpoint: Path) -> "Progress":
        return Progress(**json.loads((checkpoint / FILE).read_text(encoding="utf-8")))

    def save(self, directory: Path) -> None:
        (directory / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def begin(self, step: int, resumed: bool, split: dict[str, int], environment: dict[str, str]) -> None:
        if resumed:
            self.resumed_from.append(step)
        _note(self.splits, step, split)
        _note(self.environments, step, {"versions": environment})

    def stepped(self, loss: float, tokens: int) -> None:
        self.loss_sum += loss
        self.steps += 1
        self.tokens += tokens

    def evaluated(self, step: int, loss: float, min_delta: float) -> bool:
        """Records an evaluation. Returns whether it is the best so far."""
        self.eval_loss, self.eval_step = loss, step
        if self.reference_loss is None or loss < self.reference_loss - min_delta:
            self.reference_loss, self.evaluations_without_gain = loss, 0
        else:
            self.evaluations_without_gain += 1
        is_best = self.best_eval_loss is None or loss < self.best_eval_loss
        if is_best:
            self.best_eval_loss, self.best_step = loss, step
        return is_best

    @property
    def train_loss(self) -> float | None:
        return self.loss_sum / self.steps if self.steps and math.isfinite(self.loss_sum) else None

    @property
    def was_split(self) -> bool:
        """Whether the split of the batch changed. Gradients are then summed in another order, so bits may differ."""
        return len({json.dumps(split, sort_keys=True) for split in ({**s, "from_step": 0} for s in self.splits)}) > 1


def _note(record: list[dict[str, Any]], step: int, value: Mapping[str, Any]) -> None:
    """Adds the value with its first step, unless it equals the last entry."""
    if not record or {key: record[-1][key] for key in value} != value:
        record.append({"from_step": step, **value})

"""TRL's training loop with temper's rules: an observer decides when to log, evaluate, save and stop."""

import contextlib
import math
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy
import torch
from transformers import TrainerCallback
from trl import SFTTrainer

from trainer.runtime.events import Failure


class LoopObserver(Protocol):
    """Is called at each event of the loop, and sets in `control` what the loop does next. `Session` implements it."""

    def begun(self, step: int, max_steps: int) -> None: ...
    def micro_step(self, loss: float, tokens: int) -> None: ...
    def step_end(self, step: int, max_steps: int, control: Any) -> None: ...
    def logged(self, step: int, logs: dict[str, float]) -> None: ...
    def evaluating(self, done: int, total: int) -> None: ...
    def evaluated(self, step: int, loss: float, control: Any) -> None: ...
    def save(self, step: int, write: Callable[[Path], None]) -> None: ...


# fp16 scales its loss down after each overflow. A training that overflows in this many steps in a row never learns.
_OVERFLOWS_IN_FP16 = 10


class Loop(SFTTrainer):
    """Overrides private methods of TRL. The tests that resume bit for bit fail if a new version changes these methods."""

    control: Any

    def __init__(self, *args: Any, observer: LoopObserver, **kwargs: Any):
        self._observer = observer
        self._staged: Path | None = None
        self._overflows = 0
        super().__init__(*args, callbacks=[_Steering(observer)], **kwargs)

    def training_step(self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None) -> torch.Tensor:
        mask = inputs.get("attention_mask")
        tokens = int(inputs["input_ids"].numel() if mask is None else mask.sum())
        loss = super().training_step(model, inputs, num_items_in_batch)
        value = loss.item()
        if not math.isfinite(value):
            # Raised before the optimizer steps, so no NaN reaches a checkpoint.
            raise nan_loss(self.state.global_step + 1, value)
        self._observer.micro_step(value, tokens)
        return loss

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        """Runs between the last micro-batch and the optimizer. A finite loss can have a gradient that is NaN or infinite."""
        norm = super()._get_grad_norm(model, grad_norm)
        value = float(norm)
        self._overflows = 0 if math.isfinite(value) else self._overflows + 1
        if self._overflows >= (_OVERFLOWS_IN_FP16 if self.args.fp16 else 1):
            raise nan_loss(self.state.global_step + 1, value, "gradient")
        return norm

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Replaces the library's log, which prints every line and keeps it in the checkpoint. temper's events are the log."""
        self._metrics["train" if self.model.training else "eval"].clear()
        if "loss" in logs:
            self._observer.logged(self.state.global_step, {**logs, "epoch": self.state.epoch})

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Computes the loss per learned token over all eval rows, for every batch size alike. Changes nothing in the training."""
        total, count = 0.0, 0
        model = self.model
        with _same_random_numbers(), torch.no_grad():
            model.eval()
            loader = self.get_eval_dataloader()
            for number, batch in enumerate(loader):
                self._observer.evaluating(number, len(loader))
                batch = self._prepare_inputs(batch)
                learned = int((batch["labels"][..., 1:] != -100).sum())
                if learned:
                    with self.compute_loss_context_manager():
                        loss = self.compute_loss(
                            model, batch, num_items_in_batch=torch.tensor(learned, device=self.args.device)
                        )
                    total += loss.item() * learned
                    count += learned
            model.train()
        self._metrics["eval"].clear()
        if not math.isfinite(total):
            raise nan_loss(self.state.global_step, total)
        metrics = {"eval_loss": total / max(count, 1)}
        self._observer.evaluated(self.state.global_step, metrics["eval_loss"], self.control)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _get_output_dir(self, trial: Any) -> str:
        return str(self._staged or self.args.output_dir)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
        if not _are_finite(learned):
            raise nan_loss(self.state.global_step, math.nan, "weights")
        # An infinite second moment makes every later update 0: the loss stays finite, and the model learns nothing.
        if not _are_finite([value for state in self.optimizer.state.values() for value in state.values()]):
            raise nan_loss(self.state.global_step, math.inf, "optimizer's moments")

        def write(staged: Path) -> None:
            self._staged = staged
            try:
                super(Loop, self)._save_checkpoint(model, trial)
            finally:
                self._staged = None

        self._observer.save(self.state.global_step, write)

    def _save(self, output_dir: str, state_dict: Any = None) -> None:
        """Writes the adapter alone. The tokenizer is the base model's, and nothing reads the library's pickled arguments."""
        # If the head is a target, the library also saves the base model's embeddings, which are not trained.
        self.model.save_pretrained(
            output_dir, state_dict=state_dict, safe_serialization=True, save_embedding_layers=False
        )
        Path(output_dir, "README.md").unlink(missing_ok=True)

    def create_model_card(self, *_: Any, **__: Any) -> None:
        pass


class _Steering(TrainerCallback):
    def __init__(self, observer: LoopObserver):
        self._observer = observer

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._observer.begun(state.global_step, state.max_steps)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._observer.step_end(state.global_step, state.max_steps, control)


@contextlib.contextmanager
def _same_random_numbers() -> Iterator[None]:
    """Restores the random states afterwards: a data loader draws a seed, which would change the later dropout."""
    python, arrays = random.getstate(), numpy.random.get_state()
    with torch.random.fork_rng():
        yield
    random.setstate(python)
    numpy.random.set_state(arrays)


def _are_finite(values: Iterable[Any]) -> bool:
    return all(torch.isfinite(value).all() for value in values if torch.is_tensor(value))


def nan_loss(step: int, value: float, what: str = "loss") -> Failure:
    return Failure(
        "NAN_LOSS",
        f"The {what} became {value} at step {step}.",
        step=step,
        loss=value,
    )

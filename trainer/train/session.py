"""Runs one attempt of a training: decides after each step, publishes checkpoints, and emits events."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from trainer.protocol import events as event
from trainer.protocol.jobs import TrainJob
from trainer.runtime import device
from trainer.runtime.disk_space import SPARE_BYTES, disk_full, free_bytes, refuses, says_full
from trainer.runtime.events import Events, Failure, Interrupted
from trainer.runtime.lock import Lock
from trainer.runtime.supervision import SoftStop
from trainer.train import checkpoint, library, model, record
from trainer.train.loop import Loop
from trainer.train.pace import Pace
from trainer.train.progress import Progress
from trainer.train.resume import evaluation_interval

# The adapter and both moments of Adam, each in fp32.
_BYTES_PER_TRAINABLE = 12
# A slow training reports a step about this often between log lines. A heartbeat carries the newest step this often.
_SECONDS_BETWEEN_PROGRESS = 5.0


@dataclass(frozen=True)
class TrainingSetup:
    """The facts of an attempt that are known before the libraries are loaded."""

    job: TrainJob
    template: str
    precision: str
    fingerprints: dict[str, Any]
    # The checkpoint to resume from, and the progress saved in it.
    found: checkpoint.Verified | None
    progress: Progress
    lock: Lock
    stop: SoftStop
    events: Events

    @property
    def checkpoints(self) -> Path:
        return Path(self.job.workdir, "checkpoints")


class Session:
    """The one implementation of `loop.LoopObserver`."""

    def __init__(self, setup: TrainingSetup):
        self._setup = setup
        self._options = setup.job.options
        self._progress = setup.progress
        self._events = setup.events
        self._hardware = device.hardware()
        # The position of the training.
        self._step = setup.found.step if setup.found else 0
        self._max_steps = 0
        self._last = setup.found
        self._pace = Pace()
        # Summed over the forward passes of the current step.
        self._micro_loss, self._micro_tokens = 0.0, 0
        # Known once the rows and the model are loaded.
        self._evaluates = False
        self._record: dict[str, Any] = {}
        self._needed_bytes = SPARE_BYTES
        self._evaluating_shown_at = 0.0

    def train(self) -> checkpoint.Verified:
        """Returns the last checkpoint. Raises Interrupted after it has saved, if a stop was requested."""
        found = self._setup.found
        try:
            loop = self._build_loop()
            loop.train(resume_from_checkpoint=str(found.path) if found else None)
        except Exception as error:
            if device.is_out_of_memory(error):
                raise self._out_of_memory(error) from error
            raise
        # The library returns in the same way after a requested stop. Only the position shows whether the training is finished.
        if not self._finished():
            raise Interrupted(self._step)
        assert self._last is not None
        return self._last

    def _build_loop(self) -> Loop:
        """Reads the rows first and the model last, so that a bad row is reported within seconds."""
        job, options = self._setup.job, self._options
        template, precision = self._setup.template, self._setup.precision
        self._stop_early()
        self._events.emit(event.Loading(what="dataset"))
        rows = library.tokenize_dataset(job, template, self._stop_early)
        self._evaluates = bool(rows.held_out)
        counts = rows.counts.facts()
        self._events.emit(event.Dataset(eval_examples=len(rows.held_out), notes=rows.notes, **counts))

        self._events.emit(event.Loading(what="model"))
        adapted = library.load_model(Path(job.base.path), options, precision, job.continue_from)
        parameters, trainable = model.count_parameters(adapted)
        self._record = record.training_record(
            job, rows.template, precision, parameters, trainable, self._hardware.device, counts, rows.notes
        )
        self._needed_bytes += _BYTES_PER_TRAINABLE * trainable
        self._check_disk()
        self._stop_early()
        return library.make_loop(adapted, rows, options, precision, self._setup.checkpoints, observer=self)

    def _stop_early(self) -> None:
        if self._setup.stop.requested:
            raise Interrupted(self._step)

    # Called by the loop

    def begun(self, step: int, max_steps: int) -> None:
        if step >= max_steps:
            raise Failure(
                "INPUT_CHANGED",
                f"The checkpoint has step {step}, but this training ends at step {max_steps}.",
                step=step,
                max_steps=max_steps,
            )
        options, progress = self._options, self._progress
        split = {"batch_size": options.batch_size, "gradient_accumulation": options.gradient_accumulation}
        progress.begin(step, self._setup.found is not None, split, self._setup.fingerprints["environment"])
        self._max_steps = max_steps
        self._pace = Pace(first_step=step, seconds_before=progress.seconds, tokens_shown=progress.tokens)
        self._events.emit(
            event.Started(
                max_steps=max_steps,
                step=step,
                parameters=self._record["parameters"],
                trainable=self._record["trainable_parameters"],
                device=self._hardware.device,
                precision=self._setup.precision,
                threads=torch.get_num_threads(),
                memory_bytes=device.memory_bytes(),
            )
        )

    def micro_step(self, loss: float, tokens: int) -> None:
        self._micro_loss += loss
        self._micro_tokens += tokens

    def step_end(self, step: int, max_steps: int, control: Any) -> None:
        self._progress.stepped(self._micro_loss, self._micro_tokens)
        self._micro_loss, self._micro_tokens = 0.0, 0
        self._step = step
        options = self._options
        is_last = step >= max_steps
        if (
            is_last
            or step == self._pace.first_step + 1
            or step % options.log_every_steps == 0
            or self._pace.since_shown >= _SECONDS_BETWEEN_PROGRESS
        ):
            control.should_log = True
        every, minutes = options.checkpoint.every_steps, options.checkpoint.every_minutes
        by_clock = minutes is not None and self._pace.minutes_since_saved >= minutes
        if is_last or by_clock or step % every == 0:
            control.should_save = True
        if self._evaluates:
            # A save by the clock evaluates nothing: evaluations must happen at the same steps in every attempt.
            control.should_evaluate = is_last or step % evaluation_interval(options) == 0
        if self._setup.stop.requested and not is_last:
            # An evaluation that is due still happens. Without it another checkpoint could become the best.
            control.should_save = control.should_training_stop = True

    def logged(self, step: int, logs: dict[str, float]) -> None:
        self._events.emit(
            event.Progress(
                step=step,
                max_steps=self._max_steps,
                epoch=logs["epoch"],
                loss=logs["loss"],
                learning_rate=logs["learning_rate"],
                grad_norm=logs.get("grad_norm"),
                tokens_per_second=self._pace.show(self._progress.tokens),
                eta_seconds=self._pace.eta(step, self._max_steps),
                memory_bytes=device.memory_bytes(),
            )
        )

    def evaluating(self, done: int, total: int) -> None:
        if time.monotonic() - self._evaluating_shown_at >= _SECONDS_BETWEEN_PROGRESS:
            self._evaluating_shown_at = time.monotonic()
            self._events.emit(event.Evaluating(step=self._step, done=done, total=total))

    def evaluated(self, step: int, loss: float, control: Any) -> None:
        rule, progress = self._options.early_stop, self._progress
        is_best = progress.evaluated(step, loss, rule.min_delta if rule else 0.0)
        self._events.emit(event.Evaluated(step=step, eval_loss=loss, best=is_best))
        if is_best:
            # Only a saved step can be selected as the best.
            control.should_save = True
        if rule and progress.evaluations_without_gain >= rule.patience and step < self._max_steps:
            progress.early_stopped = True
            control.should_save = control.should_training_stop = True
            self._events.emit(
                event.EarlyStopped(step=step, best_step=progress.best_step, best_eval_loss=progress.best_eval_loss)
            )

    def save(self, step: int, write: Callable[[Path], None]) -> None:
        progress, directory, guard = self._progress, self._setup.checkpoints, self._setup.lock.check
        progress.seconds = self._pace.seconds
        guard()
        self._check_disk()
        self._events.emit(event.Saving(step=step))
        facts = self._checkpoint_facts(step)
        staged, needed = checkpoint.stage(directory, self._setup.job.attempt, step), self._needed_bytes
        try:
            write(staged)
            inner = staged / f"checkpoint-{step}"
            progress.save(inner)
            (inner / record.FILE).write_text(
                json.dumps(self._record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            published = checkpoint.publish(inner, directory / inner.name, facts, guard)
        except Failure:
            raise
        except Exception as error:
            # torch reports a full disk as a RuntimeError about a stream, so this asks the file system.
            if not (says_full(error) or free_bytes(staged) < needed or refuses(staged, needed)):
                raise
            # Frees the space of this save for the next one.
            shutil.rmtree(staged, ignore_errors=True)
            raise self._disk_full() from error
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        self._last = published
        self._pace.saved()
        self._needed_bytes = max(self._needed_bytes, published.bytes + SPARE_BYTES)
        self._events.emit(
            event.Checkpoint(
                step=step,
                path=str(published.path),
                bytes=published.bytes,
                eval_loss=facts["metrics"]["eval_loss"],
                best=progress.best_step == step,
                finished=facts["finished"],
                digest=f"sha256:{published.digest}",
            )
        )
        checkpoint.retain(directory, self._options.checkpoint.keep, progress.best_step, guard)

    def _checkpoint_facts(self, step: int) -> dict[str, Any]:
        """Returns all facts of the manifest except its files."""
        progress = self._progress
        best = {"step": progress.best_step, "eval_loss": progress.best_eval_loss}
        return {
            "step": step,
            "max_steps": self._max_steps,
            "finished": self._finished(),
            "attempt": self._setup.job.attempt,
            "fingerprints": self._setup.fingerprints,
            "metrics": {
                "train_loss": progress.train_loss,
                "eval_loss": progress.eval_loss if progress.eval_step == step else None,
            },
            "best": None if progress.best_step is None else best,
            "hardware": asdict(self._hardware),
        }

    def _finished(self) -> bool:
        return self._progress.early_stopped or (self._max_steps > 0 and self._step >= self._max_steps)

    # Failures

    def _check_disk(self) -> None:
        if free_bytes(self._setup.checkpoints) < self._needed_bytes:
            raise self._disk_full()

    def _disk_full(self) -> Failure:
        return disk_full(self._setup.checkpoints, self._needed_bytes, self._step)

    def _out_of_memory(self, error: BaseException) -> Failure:
        options, used, total = self._options, device.memory_bytes(), device.total_memory_bytes()
        return Failure(
            "OUT_OF_MEMORY",
            f"Out of memory at step {self._step} on {self._hardware.device} (batch_size {options.batch_size}, "
            f"max_length {options.max_length}; the trainer uses {used / 1e9:.1f} of {total / 1e9:.1f} GB).",
            step=self._step,
            batch_size=options.batch_size,
            gradient_accumulation=options.gradient_accumulation,
            memory_used=used,
            memory_total=total,
            error=str(error)[:500],
        )

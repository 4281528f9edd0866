"""One attempt at a training: decides at each step edge, publishes checkpoints, tells what happens."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from trainer.runtime import device
from trainer.runtime.disk_space import SPARE_BYTES, disk_full, free_bytes, refuses, says_full
from trainer.runtime.events import Events, Failure, Interrupted
from trainer.runtime.lock import Lock
from trainer.runtime.supervision import SoftStop
from trainer.train import checkpoint, library, model, record
from trainer.train.job import TrainJob
from trainer.train.loop import Loop
from trainer.train.progress import Progress
from trainer.train.resume import evaluation_interval

# Adapter and both moments of Adam, in fp32 each.
_BYTES_PER_TRAINABLE = 12
# Between log lines a slow training still shows a step about this often, which is how often a heartbeat carries the newest.
_SECONDS_BETWEEN_PROGRESS = 5.0


class Session:
    def __init__(
        self,
        job: TrainJob,
        template: str,
        precision: str,
        fingerprints: dict[str, Any],
        found: checkpoint.Verified | None,
        progress: Progress,
        lock: Lock,
        stop: SoftStop,
        events: Events,
    ):
        self._job, self._options = job, job.options
        self._template, self._precision, self._fingerprints = template, precision, fingerprints
        self._found, self._progress = found, progress
        self._lock, self._stop, self._events = lock, stop, events
        self._checkpoints = Path(job.workdir, "checkpoints")
        self._hardware = device.hardware()
        self._step = found.step if found else 0
        self._last = found
        self._max_steps = 0
        self._evaluating_told_at = 0.0
        self._micro_loss, self._micro_tokens = 0.0, 0
        self._needed_bytes = SPARE_BYTES

    def train(self) -> checkpoint.Verified:
        try:
            loop = self._set_up()
            loop.train(resume_from_checkpoint=str(self._found.path) if self._found else None)
        except Exception as error:
            if device.is_out_of_memory(error):
                raise self._out_of_memory(error) from error
            raise
        # The library returns in the same way when it was told to stop: only the position says whether it is done.
        if not self._finished():
            raise Interrupted(self._step)
        assert self._last is not None
        return self._last

    def _set_up(self) -> Loop:
        """Reads the rows first and the model last: what is wrong with the rows is known in seconds."""
        job = self._job
        base = Path(job.base.path)
        self._stop_early()
        self._events.emit("loading", what="dataset")
        rows = library.read_rows(job, self._template, self._stop_early)
        self._evaluates = bool(rows.held_out)
        self._events.emit("dataset", eval_examples=len(rows.held_out), **rows.counts.facts())

        self._events.emit("loading", what="model")
        adapted = library.load_model(base, self._options, self._precision, job.continue_from)
        parameters, trainable = model.count_parameters(adapted)
        self._record = record.training_record(
            job, self._template, self._precision, parameters, trainable, self._hardware["device"], rows.counts.facts()
        )
        self._needed_bytes += _BYTES_PER_TRAINABLE * trainable
        self._check_disk()
        self._stop_early()
        return library.make_loop(adapted, rows, self._options, self._precision, self._checkpoints, run=self)

    def _stop_early(self) -> None:
        if self._stop.requested:
            raise Interrupted(self._step)

    # What the loop tells

    def begun(self, step: int, max_steps: int) -> None:
        if step >= max_steps:
            raise Failure(
                "INPUT_CHANGED",
                f"The checkpoint is of step {step}, but this training ends at step {max_steps}. Start a new run.",
                step=step,
                max_steps=max_steps,
            )
        options = self._options
        split = {"batch_size": options.batch_size, "gradient_accumulation": options.gradient_accumulation}
        self._progress.begin(step, self._found is not None, split, self._fingerprints["environment"])
        self._max_steps = max_steps
        self._first_step, self._seconds_before = step, self._progress.seconds
        self._began = self._saved_at = self._told_at = time.monotonic()
        self._tokens_told = self._progress.tokens
        self._events.emit(
            "started",
            max_steps=max_steps,
            step=step,
            parameters=self._record["parameters"],
            trainable=self._record["trainable_parameters"],
            device=self._hardware["device"],
            precision=self._precision,
            threads=torch.get_num_threads(),
            memory_bytes=device.memory_bytes(),
        )

    def micro_step(self, loss: float, tokens: int) -> None:
        self._micro_loss += loss
        self._micro_tokens += tokens

    def step_end(self, step: int, max_steps: int, control: Any) -> None:
        self._progress.stepped(self._micro_loss, self._micro_tokens)
        self._micro_loss, self._micro_tokens = 0.0, 0
        self._step = step
        options, now = self._options, time.monotonic()
        is_last = step >= max_steps
        if (
            is_last
            or step == self._first_step + 1
            or step % options.log_every_steps == 0
            or now - self._told_at >= _SECONDS_BETWEEN_PROGRESS
        ):
            control.should_log = True
        every, minutes = options.checkpoint.every_steps, options.checkpoint.every_minutes
        by_clock = minutes is not None and now - self._saved_at >= minutes * 60
        if is_last or by_clock or (every and step % every == 0):
            control.should_save = True
        if self._evaluates:
            interval = evaluation_interval(options)
            # Where nothing is saved by steps, the saves by the clock are what there is to evaluate.
            control.should_evaluate = bool(is_last or (step % interval == 0 if interval else by_clock))
        if self._stop.requested and not is_last:
            # An evaluation that is due still happens: left out, another checkpoint could end up as the best one.
            control.should_save = control.should_training_stop = True

    def logged(self, step: int, logs: dict[str, float]) -> None:
        now, tokens = time.monotonic(), self._progress.tokens
        self._events.emit(
            "progress",
            step=step,
            max_steps=self._max_steps,
            epoch=logs["epoch"],
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            grad_norm=logs.get("grad_norm"),
            tokens_per_second=(tokens - self._tokens_told) / max(now - self._told_at, 1e-6),
            eta_seconds=(self._max_steps - step) * (now - self._began) / (step - self._first_step),
            memory_bytes=device.memory_bytes(),
        )
        self._told_at, self._tokens_told = now, tokens

    def evaluating(self, done: int, total: int) -> None:
        if time.monotonic() - self._evaluating_told_at >= _SECONDS_BETWEEN_PROGRESS:
            self._evaluating_told_at = time.monotonic()
            self._events.emit("evaluating", step=self._step, done=done, total=total)

    def evaluated(self, step: int, loss: float, control: Any) -> None:
        rule = self._options.early_stop
        is_best = self._progress.evaluated(step, loss, rule.min_delta if rule else 0.0)
        self._events.emit("evaluated", step=step, eval_loss=loss, best=is_best)
        if is_best:
            # A best that was not saved could not be selected.
            control.should_save = True
        if rule and self._progress.evaluations_without_gain >= rule.patience and step < self._max_steps:
            self._progress.early_stopped = True
            control.should_save = control.should_training_stop = True
            self._events.emit(
                "early_stopped",
                step=step,
                best_step=self._progress.best_step,
                best_eval_loss=self._progress.best_eval_loss,
            )

    def save(self, step: int, write: Callable[[Path], None]) -> None:
        progress, attempt = self._progress, self._job.attempt
        progress.seconds = self._seconds_before + time.monotonic() - self._began
        self._lock.check()
        self._check_disk()
        self._events.emit("saving", step=step)
        staged, needed = checkpoint.stage(self._checkpoints, attempt, step), self._needed_bytes
        eval_loss = progress.eval_loss if progress.eval_step == step else None
        best = (
            None if progress.best_step is None else {"step": progress.best_step, "eval_loss": progress.best_eval_loss}
        )
        facts = {
            "step": step,
            "max_steps": self._max_steps,
            "finished": self._finished(),
            "attempt": attempt,
            "fingerprints": self._fingerprints,
            "metrics": {"train_loss": progress.train_loss, "eval_loss": eval_loss},
            "best": best,
            "hardware": self._hardware,
        }
        try:
            write(staged)
            inner = staged / f"checkpoint-{step}"
            progress.save(inner)
            (inner / record.FILE).write_text(
                json.dumps(self._record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            published = checkpoint.publish(inner, self._checkpoints / inner.name, facts, self._lock.check)
        except Failure:
            raise
        except Exception as error:
            # torch tells a full disk as a RuntimeError about a stream, so the file system is asked.
            if not (says_full(error) or free_bytes(staged) < needed or refuses(staged, needed)):
                raise
            # What this save has written so far is no obstacle to the next.
            shutil.rmtree(staged, ignore_errors=True)
            raise self._disk_full() from error
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        self._last, self._saved_at = published, time.monotonic()
        self._needed_bytes = max(self._needed_bytes, published.bytes + SPARE_BYTES)
        self._events.emit(
            "checkpoint",
            step=step,
            path=str(published.path),
            bytes=published.bytes,
            eval_loss=eval_loss,
            best=progress.best_step == step,
            finished=facts["finished"],
            digest=f"sha256:{published.digest}",
        )
        checkpoint.retain(self._checkpoints, self._options.checkpoint.keep, progress.best_step, self._lock.check)

    def _finished(self) -> bool:
        return self._progress.early_stopped or (self._max_steps > 0 and self._step >= self._max_steps)

    # What can go wrong

    def _check_disk(self) -> None:
        if free_bytes(self._checkpoints) < self._needed_bytes:
            raise self._disk_full()

    def _disk_full(self) -> Failure:
        return disk_full(self._checkpoints, self._needed_bytes, self._step)

    def _out_of_memory(self, error: BaseException) -> Failure:
        options, used, total = self._options, device.memory_bytes(), device.total_memory_bytes()
        return Failure(
            "OUT_OF_MEMORY",
            f"Out of memory at step {self._step} on {self._hardware['device']} (batch_size {options.batch_size}, "
            f"max_length {options.max_length}; {used / 1e9:.1f} of {total / 1e9:.1f} GB used by the trainer). "
            "Halve batch_size and double gradient_accumulation, lower max_length, or set gradient_checkpointing: true.",
            step=self._step,
            batch_size=options.batch_size,
            gradient_accumulation=options.gradient_accumulation,
            memory_used=used,
            memory_total=total,
            error=str(error)[:500],
        )

"""Shared by the trainer's tests: a job, a training in this process, and a training in a process that can be killed."""

import copy
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from forked import Fork
from signalled import signal_at

ROOT = Path(__file__).parents[2]
# Generated from the definitions, so that a new option reaches the jobs of all tests with its default.
DEFAULTS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("default_options.json").read_text())
OPTIONS: dict[str, Any] = {
    **DEFAULTS["train"],
    "template": None,
    "epochs": 2,
    "gradient_accumulation": 2,
    "learning_rate": 2e-3,
    "warmup_steps": 3,
    "weight_decay": 0.01,
    "max_length": 128,
    "precision": "fp32",
    "log_every_steps": 1,
    "lora": {**DEFAULTS["train"]["lora"], "r": 4, "alpha": 8, "dropout": 0.1},
    "checkpoint": {**DEFAULTS["train"]["checkpoint"], "every_steps": 4},
}


def make_job(
    workdir: Path, base: Path, train: Path, held_out: Path | None = None, attempt: int = 1, **options: Any
) -> dict[str, Any]:
    return {
        "attempt": attempt,
        "workdir": str(workdir),
        "base": {"path": str(base), "name": "tiny", "digest": "sha256:base"},
        "dataset": {"train": str(train), "eval": str(held_out) if held_out else None, "digest": "sha256:rows"},
        "continue_from": None,
        "resume_from": None,
        "accept_versions": False,
        "device_locks": None,
        "options": {**copy.deepcopy(OPTIONS), **options},
    }


# Values that the tests of a verb rarely change.
USUAL: dict[str, dict[str, Any]] = {
    "prepare": {
        **DEFAULTS["prepare"],
        "parts": None,
        "eval_split": 0,
        "tokenizer": None,
        "max_length": None,
        "summary": None,
    },
    "merge": {"adapter": None, "dtype": "auto"},
    "score": {"ends": {}},
    "shell": {"adapter": None, "thoughts": "keep"},
    "probe": {"adapter": None, "max_tokens": 12, "questions": [], "margin": 0.05},
}


def run(verb: str, stream: TextIO | None = None, **job: Any) -> dict[str, Any]:
    """Returns the outputs of a verb as the worker gets them. Writes its events to the stream. Raises Failure."""
    from trainer.__main__ import run_verb
    from trainer.runtime.events import Events

    return asdict(run_verb(verb, {**USUAL.get(verb, {}), **job}, Events(stream or io.StringIO())))


class Seen(io.StringIO):
    """The event stream of a training in this process. Calls `on` with each event when it is written."""

    def __init__(self, on: Callable[[dict[str, Any]], None] = lambda event: None) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []
        self._on = on

    def write(self, text: str) -> int:
        self.events += (event := [json.loads(text)])
        self._on(event[0])
        return len(text)


def train(
    job: dict[str, Any], on: Callable[[dict[str, Any]], None] = lambda event: None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Returns outputs and events. A Failure or Interrupted passes through and has the events as `events`."""
    stream = Seen(on)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        return run("train", stream, **job), stream.events
    except Exception as error:
        error.events = stream.events  # type: ignore[attr-defined]
        raise
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def stop_at(step: int) -> Callable[[dict[str, Any]], None]:
    """Requests a stop of this process, as a deployment would, when the step is reached."""

    def ask(event: dict[str, Any]) -> None:
        if event["event"] == "progress" and event["step"] == step:
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


class Child:
    """
    A trainer in its own session, as the activity starts it. `signalled` holds the event or `save`, the step, and the
    signal that the trainer gets there. With `fresh` or an `environment` it is a new Python, otherwise a fork of this one.
    """

    def __init__(
        self,
        job: dict[str, Any],
        directory: Path,
        environment: dict[str, str] | None = None,
        signalled: tuple[str, int, signal.Signals] | None = None,
        fresh: bool = False,
    ) -> None:
        file = directory / f"job-{job['attempt']}.json"
        file.write_text(json.dumps(job))
        self.events: list[dict[str, Any]] = []
        self._stderr = directory / f"stderr-{job['attempt']}"
        self.process: subprocess.Popen[str] | Fork
        if fresh or environment:
            self.process = self._start(file, {**os.environ, **(environment or {})}, signalled)
        else:
            before = (lambda: signal_at(*signalled)) if signalled else (lambda: None)
            self.process = Fork(["train", str(file)], self._stderr, before)

    def _start(
        self, file: Path, environment: dict[str, str], signalled: tuple[str, int, signal.Signals] | None
    ) -> subprocess.Popen[str]:
        program = ["-m", "trainer"]
        if signalled:
            event, step, number = signalled
            environment["SIGNAL_AT"] = f"{event} {step} {int(number)}"
            program = [str(Path(__file__).with_name("signalled.py"))]
        with self._stderr.open("w") as stderr:
            return subprocess.Popen(
                [sys.executable, *program, "train", str(file)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )

    def until(self, name: str, step: int = 0) -> dict[str, Any]:
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == name and self.events[-1].get("step", 0) >= step:
                return self.events[-1]
        raise AssertionError(f"no {name} event; the last was {self.events[-1:]}\n{self.stderr()[-2000:]}")

    def until_frozen(self) -> None:
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def end(self) -> int:
        assert self.process.stdout
        self.events += [json.loads(line) for line in self.process.stdout]
        return self.process.wait(60)

    def stderr(self) -> str:
        return self._stderr.read_text()


def wait_until_dead(pid: int, seconds: float) -> float:
    """Returns the seconds until the process was dead. A zombie counts as dead."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return time.monotonic() - began
        except OSError:
            return time.monotonic() - began
        time.sleep(0.01)
    raise AssertionError(f"process {pid} still lives after {seconds} s")


def steps(directory: Path) -> list[int]:
    return sorted(int(path.name.split("-")[1]) for path in (directory / "checkpoints").glob("checkpoint-*"))


def adapter_digest(workdir: Path, step: int) -> str:
    return hashlib.sha256(
        (workdir / f"checkpoints/checkpoint-{step}/adapter_model.safetensors").read_bytes()
    ).hexdigest()


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

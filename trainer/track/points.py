"""What a training told, read from the log of its step while it is written."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Series = Literal["train", "eval"]
# The names that the Hugging Face trainer gives them, so that curves of both lie in one chart.
_TRAIN = ("loss", "learning_rate", "grad_norm", "epoch", "tokens_per_second", "memory_bytes")


@dataclass(frozen=True)
class Point:
    series: Series
    step: int
    values: dict[str, float]


class TrainingLog:
    """Each reading goes on where the last one ended. The log holds all attempts, so a point may come again after a kill."""

    def __init__(self, path: Path):
        self._path = path
        self._offset = 0
        # The first line of each point: what a later attempt trains again has its place in the curve already.
        self.points: list[Point] = []
        self._reached: dict[Series, int] = {"train": 0, "eval": 0}
        # Of the newest attempt.
        self.end: Literal["running", "done", "failed", "interrupted"] = "running"

    def read(self) -> None:
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.split(b"\n"):
            # Other lines are for people.
            if line.startswith(b'{"event":'):
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:  # cut by a crash
            return
        name = event["event"]
        if name == "progress":
            self._add("train", event["step"], {f"train/{key}": event[key] for key in _TRAIN})
        elif name == "evaluated":
            self._add("eval", event["step"], {"eval/loss": event["eval_loss"]})
        elif name in ("done", "failed", "interrupted"):
            self.end = name
        elif name == "loading":
            self.end = "running"

    def _add(self, series: Series, step: int, values: dict[str, Any]) -> None:
        # A value that is no number travels as a word, and one that is not measured as null.
        numbers = {key: float(value) for key, value in values.items() if isinstance(value, (int, float))}
        if step > self._reached[series] and numbers:
            self._reached[series] = step
            self.points.append(Point(series, step, numbers))

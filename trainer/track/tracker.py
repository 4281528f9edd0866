"""What a tracker must be able to do. Every module beside this one that has the name of one holds its client."""

import importlib
from pathlib import Path
from typing import Literal, Protocol, cast

from trainer.protocol.jobs import TrackJob
from trainer.track.points import Point, Series

# The last step of each series.
Reached = dict[Series, int]


class Tracker(Protocol):
    # Its page, or how to open it.
    where: str

    def reached(self) -> Reached | None:
        """Asks what it has of this training. None where it cannot be asked."""

    def send(self, points: list[Point]) -> None:
        """Raises whatever its client raises. Nothing, or all, or some of the points may have arrived then."""

    def end(self, how: Literal["running", "done", "failed", "interrupted"]) -> None:
        """Sends all that is still under way."""


def open_tracker(job: TrackJob) -> Tracker:
    module = importlib.import_module(f"trainer.track.to_{job.to}")
    return cast(Tracker, module.Client(job, Path(job.folder)))

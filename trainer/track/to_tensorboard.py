"""TensorBoard: files in a folder, which its own writer writes."""

import time
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from trainer.protocol.jobs import TrackJob
from trainer.track.points import Point
from trainer.track.tracker import Reached


class Client:
    def __init__(self, job: TrackJob, folder: Path):
        assert job.url is not None
        self._folder = Path(job.url)
        self.where = f"tensorboard --logdir {self._folder}"
        self._before = self._reached()
        self._writer = EventFileWriter(str(self._folder))
        if not any(self._before.values()):
            rows = [f"| {key} | {value} |" for key, value in _facts(job).items()]
            self._write(0, text_pb("temper", "\n".join(["| option | value |", "|---|---|", *rows])))
            self._writer.flush()

    def reached(self) -> Reached:
        return self._before

    def _reached(self) -> Reached:
        written = EventAccumulator(str(self._folder), size_guidance={"scalars": 1})
        if self._folder.is_dir():
            written.Reload()
        tags = written.Tags()["scalars"]

        def last(tag: str) -> int:
            return int(written.Scalars(tag)[-1].step) if tag in tags else 0

        # Every point has one of these two; the loss alone may be no number.
        return {"train": last("train/epoch"), "eval": last("eval/loss")}

    def send(self, points: list[Point]) -> None:
        for point in points:
            values = [Summary.Value(tag=tag, simple_value=value) for tag, value in point.values.items()]
            self._write(point.step, Summary(value=values))
        self._writer.flush()

    def _write(self, step: int, summary: Summary) -> None:
        self._writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))

    def end(self, how: str) -> None:
        self._writer.close()


def _facts(job: TrackJob) -> dict[str, object]:
    link = {"page": job.run.link} if job.run.link else {}
    return {"run": job.run.name, **link, **job.run.config}

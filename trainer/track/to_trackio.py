"""Trackio: a database in a folder of this disk, its own server, or a Space."""

import os
import warnings
from pathlib import Path
from typing import Any

import trackio
from trackio.sqlite_storage import SQLiteStorage

from trainer.protocol.jobs import TrackJob
from trainer.track.points import Point
from trainer.track.tracker import Reached


class Client:
    def __init__(self, job: TrackJob, folder: Path):
        self._project, self._name = job.run.project.replace("/", "-"), job.run.name
        server = job.url or os.environ.get("TRACKIO_SERVER_URL")
        space = os.environ.get("TRACKIO_SPACE_ID") if not job.url else None
        self._is_local = not server and not space
        # The client raises nothing. It warns, and keeps for later what a server does not take.
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            self._run: Any = trackio.init(
                project=self._project,
                name=self._name,
                group=job.run.group,
                server_url=job.url,
                config={**job.run.config, **({"temper_page": job.run.link} if job.run.link else {})},
                resume="allow",
                embed=False,
                auto_log_gpu=False,
                auto_log_cpu=False,
            )
        if warned and not self._is_local:
            raise ConnectionError(str(warned[0].message))
        at = f"https://huggingface.co/spaces/{space}" if space else server
        self.where = at or f"trackio show --project {self._project}"

    def reached(self) -> Reached | None:
        if not self._is_local:
            return None
        logs = SQLiteStorage.get_logs(self._project, self._name)

        def last(key: str) -> int:
            return max((int(log["step"]) for log in logs if key in log), default=0)

        return {"train": last("train/epoch"), "eval": last("eval/loss")}

    def send(self, points: list[Point]) -> None:
        for point in points:
            self._run.log(point.values, step=point.step)

    def end(self, how: str) -> None:
        self._run.finish()
        if SQLiteStorage.has_pending_data(self._project) and not self._is_local:
            raise ConnectionError("the server did not take the last points; trackio keeps them for its next run")

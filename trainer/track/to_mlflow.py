"""MLflow: a run of its server, found again by a tag."""

import os
import time
from pathlib import Path

from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from trainer.protocol.jobs import TrackJob
from trainer.track.points import Point
from trainer.track.tracker import Reached

_TAG = "temper.training"
_ENDS = {"done": "FINISHED", "failed": "FAILED"}
# What a server takes in one request, and the longest value of a parameter that every version of it takes.
_MOST_AT_ONCE, _LONGEST_VALUE = 1000, 500


class Client:
    def __init__(self, job: TrackJob, folder: Path):
        uri = job.url or os.environ.get("MLFLOW_TRACKING_URI")
        if not uri:
            raise ValueError(
                "the address of the server is not known: set `url` beside `to: mlflow`, or MLFLOW_TRACKING_URI"
            )
        self._client = MlflowClient(tracking_uri=uri)
        experiment = self._experiment(job.run.project)
        self._run = self._found(experiment, job) or self._new(experiment, job)
        self._client.update_run(self._run, status="RUNNING")
        self.where = f"{uri.rstrip('/')}/#/experiments/{experiment}/runs/{self._run}"

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found:
            return str(found.experiment_id)
        try:
            return str(self._client.create_experiment(name))
        except MlflowException:
            # Another training has made it in this moment.
            found = self._client.get_experiment_by_name(name)
            if not found:
                raise
            return str(found.experiment_id)

    def _found(self, experiment: str, job: TrackJob) -> str | None:
        runs = self._client.search_runs([experiment], f"tags.`{_TAG}` = '{job.run.id}'", max_results=1)
        return str(runs[0].info.run_id) if runs else None

    def _new(self, experiment: str, job: TrackJob) -> str:
        tags = {_TAG: job.run.id, "temper.run": job.run.group}
        if job.run.link:
            tags |= {"temper.page": job.run.link, "mlflow.note.content": f"[{job.run.name}]({job.run.link})"}
        made = self._client.create_run(experiment, run_name=job.run.name, tags=tags)
        params = [Param(key, str(value)[:_LONGEST_VALUE]) for key, value in job.run.config.items()]
        run_id = str(made.info.run_id)
        for first in range(0, len(params), 100):
            self._client.log_batch(run_id, params=params[first : first + 100])
        return run_id

    def reached(self) -> Reached:
        return {"train": self._last("train/epoch"), "eval": self._last("eval/loss")}

    def _last(self, key: str) -> int:
        # The newest value of a run need not be that of its last step.
        return max((int(metric.step) for metric in self._client.get_metric_history(self._run, key)), default=0)

    def send(self, points: list[Point]) -> None:
        now = int(time.time() * 1000)
        metrics = [Metric(key, value, now, point.step) for point in points for key, value in point.values.items()]
        for first in range(0, len(metrics), _MOST_AT_ONCE):
            self._client.log_batch(self._run, metrics=metrics[first : first + _MOST_AT_ONCE])

    def end(self, how: str) -> None:
        if how in _ENDS:
            self._client.set_terminated(self._run, status=_ENDS[how])

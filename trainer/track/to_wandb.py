"""Weights & Biases: a run with an id of ours, online or offline as its own settings say."""

import os
import shutil
from pathlib import Path
from typing import Any

import wandb

from trainer.protocol.jobs import TrackJob
from trainer.track.points import Point
from trainer.track.tracker import Reached

# The horizontal axis, as the Hugging Face trainer calls it. W&B's own step only grows, and counts requests.
_STEP = "train/global_step"
_SECONDS_TO_CONNECT = 30


class Client:
    def __init__(self, job: TrackJob, folder: Path):
        entity, _, project = job.run.project.rpartition("/")
        if job.url:
            os.environ["WANDB_BASE_URL"] = job.url
        # Offline, each attempt writes the whole curve anew: a killed client leaves a file without its last points.
        for left in folder.glob("wandb/offline-run-*"):
            shutil.rmtree(left, ignore_errors=True)
        self._run: Any = wandb.init(
            entity=entity or None,
            project=project,
            id=job.run.id,
            name=job.run.name,
            group=job.run.group,
            resume="allow",
            dir=str(folder),
            config={**job.run.config, **({"temper_page": job.run.link} if job.run.link else {})},
            notes=job.run.link,
            # The process beside a training knows nothing of its device, code or console.
            settings=wandb.Settings(
                init_timeout=_SECONDS_TO_CONNECT,
                console="off",
                silent=True,
                disable_git=True,
                disable_code=True,
                save_code=False,
                x_disable_stats=True,
                x_disable_meta=True,
                x_save_requirements=False,
            ),
        )
        self._run.define_metric("train/*", step_metric=_STEP)
        self._run.define_metric("eval/*", step_metric=_STEP)
        self._is_offline = bool(self._run.offline)
        self.where = f"wandb sync {Path(self._run.dir).parent}" if self._is_offline else str(self._run.url)

    def reached(self) -> Reached:
        if self._is_offline:
            return {"train": 0, "eval": 0}
        summary = self._run.summary
        return {"train": int(summary.get(_STEP) or 0), "eval": int(summary.get("eval/global_step") or 0)}

    def send(self, points: list[Point]) -> None:
        for point in points:
            own = {"eval/global_step": point.step} if point.series == "eval" else {}
            self._run.log({**point.values, **own, _STEP: point.step})

    def end(self, how: str) -> None:
        self._run.finish(exit_code=1 if how == "failed" else 0)

"""The verb `track`: follows the log of a training and sends its points to a tracker, each once, until it is asked to stop.

It may come late and may lose its tracker for hours: the log has every point, and the tracker is asked what it has.
"""

import fcntl
import json
import time
from pathlib import Path

from trainer.protocol import events as event
from trainer.protocol.jobs import TrackJob
from trainer.protocol.outputs import TrackOutputs
from trainer.runtime.events import Events
from trainer.runtime.supervision import SoftStop
from trainer.track.points import Point, TrainingLog
from trainer.track.tracker import Reached, Tracker, open_tracker

_SECONDS_BETWEEN_READINGS = 1.0
# A tracker that is away is asked again after a pause, which doubles each time.
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 300.0
# What a client gets at once, so that a long curve is not sent again as a whole after an error.
_POINTS_AT_ONCE = 100
_LONGEST_WHY = 300


def main(job: TrackJob, events: Events) -> TrackOutputs:
    stop = SoftStop()
    # From now on a stop sends what the log holds.
    events.emit(event.Loading(what="libraries"))
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "LOCK").open("w") as lock:
        # The process of a lost attempt may still send its last points.
        while not _locked(lock.fileno()):
            time.sleep(0.1)
        return _Follower(job, events, stop).follow()


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class _Follower:
    def __init__(self, job: TrackJob, events: Events, stop: SoftStop):
        self._job, self._events, self._stop = job, events, stop
        self._log = TrainingLog(Path(job.log))
        self._kept = Path(job.folder, "sent.json")
        self._tracker: Tracker | None = None
        self._reached: Reached = {"train": 0, "eval": 0}
        self._sent = 0
        self._is_away = False

    def follow(self) -> TrackOutputs:
        pause, again_at = _FIRST_PAUSE, 0.0
        while True:
            # Asked before the log is read: what was written before the stop is sent.
            is_last = self._stop.requested
            self._log.read()
            if is_last or time.monotonic() >= again_at:
                try:
                    self._deliver(is_last)
                    pause = _FIRST_PAUSE
                except Exception as error:  # a tracker that is away is no failure of anything
                    self._tracker = None
                    self._tell_away(error)
                    again_at, pause = time.monotonic() + pause, min(2 * pause, _LONGEST_PAUSE)
            if is_last:
                return TrackOutputs(sent=self._sent, missing=len(self._missing()))
            self._wait()

    def _deliver(self, is_last: bool) -> None:
        if self._tracker is None:
            tracker = open_tracker(self._job)
            self._reached = tracker.reached() or self._kept_reached()
            self._tracker, self._is_away = tracker, False
            self._events.emit(event.Tracked(to=self._job.to, where=tracker.where))
        missing = self._missing()
        for first in range(0, len(missing), _POINTS_AT_ONCE):
            some = missing[first : first + _POINTS_AT_ONCE]
            self._tracker.send(some)
            self._sent += len(some)
            for point in some:
                self._reached[point.series] = point.step
            self._keep_reached()
        if is_last:
            self._tracker.end(self._log.end)

    def _missing(self) -> list[Point]:
        return [point for point in self._log.points if point.step > self._reached[point.series]]

    def _tell_away(self, error: Exception) -> None:
        if not self._is_away:
            self._is_away = True
            text = " ".join(f"{type(error).__name__}: {error}".split())
            # The reason of a client often stands at the end of a long address.
            why = text if len(text) <= _LONGEST_WHY else f"{text[:100]} … {text[100 - _LONGEST_WHY :]}"
            self._events.emit(event.Untracked(to=self._job.to, why=why))

    def _wait(self) -> None:
        until = time.monotonic() + _SECONDS_BETWEEN_READINGS
        while not self._stop.requested and time.monotonic() < until:
            time.sleep(0.1)

    def _kept_reached(self) -> Reached:
        try:
            kept = json.loads(self._kept.read_text(encoding="utf-8"))
            return {"train": int(kept["train"]), "eval": int(kept["eval"])}
        except (OSError, ValueError, KeyError, TypeError):
            return {"train": 0, "eval": 0}

    def _keep_reached(self) -> None:
        self._kept.write_text(json.dumps(self._reached), encoding="utf-8")

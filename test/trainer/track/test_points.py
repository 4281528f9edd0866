"""The points of a curve come from a log that grows, is cut by crashes, and tells of steps again after a kill."""

import json
from pathlib import Path
from typing import Any

from trainer.track.points import TrainingLog


def progress(step: int, loss: Any = 1.5, **over: Any) -> str:
    values = {"learning_rate": 0.1, "grad_norm": None, "epoch": 0.5, "tokens_per_second": 10, "memory_bytes": 5}
    return json.dumps({"event": "progress", "step": step, "loss": loss, **values, **over}, separators=(",", ":"))


def evaluated(step: int, loss: float) -> str:
    return json.dumps({"event": "evaluated", "step": step, "eval_loss": loss}, separators=(",", ":"))


def event(name: str) -> str:
    return json.dumps({"event": name, "what": "model"}, separators=(",", ":"))


def steps(log: TrainingLog) -> list[tuple[str, int]]:
    return [(point.series, point.step) for point in log.points]


def test_a_step_that_is_trained_again_after_a_kill_is_one_point_with_its_first_value(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    first = [event("loading"), progress(1), progress(2, 1.25), evaluated(2, 0.5), progress(3, 1.0)]
    again = [event("loading"), progress(3, 9.0), evaluated(2, 9.0), progress(4, 0.75), evaluated(4, 0.25)]
    path.write_text("\n".join(["--- attempt 1 ---", *first, "--- attempt 2 ---", *again, ""]))
    log = TrainingLog(path)
    log.read()
    assert steps(log) == [("train", 1), ("train", 2), ("eval", 2), ("train", 3), ("train", 4), ("eval", 4)]
    assert [point.values.get("train/loss") for point in log.points] == [1.5, 1.25, None, 1.0, 0.75, None]
    assert [point.values["eval/loss"] for point in log.points if point.series == "eval"] == [0.5, 0.25]


def test_a_line_that_is_still_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    log = TrainingLog(path)
    log.read()
    assert log.points == []
    line = progress(1)
    path.write_text(line[:20])
    log.read()
    assert log.points == []
    path.write_text(f"{line}\n{line[:30]}\n{progress(2)}\n")
    log.read()
    assert steps(log) == [("train", 1), ("train", 2)]
    log.read()
    assert steps(log) == [("train", 1), ("train", 2)]


def test_a_loss_that_is_no_number_is_left_out_of_its_point(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text(f"{progress(1, 'nan')}\n")
    log = TrainingLog(path)
    log.read()
    assert steps(log) == [("train", 1)]
    assert log.points[0].values.keys() == {
        "train/learning_rate",
        "train/epoch",
        "train/tokens_per_second",
        "train/memory_bytes",
    }


def test_the_newest_attempt_says_how_the_training_ended(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    log = TrainingLog(path)
    for line, end in [("failed", "failed"), ("loading", "running"), ("interrupted", "interrupted"), ("done", "done")]:
        with path.open("a") as file:
            file.write(f"{event(line)}\n")
        log.read()
        assert log.end == end

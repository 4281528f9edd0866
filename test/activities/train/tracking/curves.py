"""Prints what a tracker has of one project, as JSON: by run and metric the points, read by the tracker's own means. Run as: curves.py TRACKER PLACE PROJECT"""

import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Curves = dict[str, dict[str, list[tuple[int, float]]]]


def tensorboard(place: Path, project: str) -> Curves:
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

    read = EventMultiplexer(size_guidance={"scalars": 0}).AddRunsFromDirectory(str(place))
    read.Reload()
    return {
        run: {tag: [(one.step, one.value) for one in read.Scalars(run, tag)] for tag in tags["scalars"]}
        for run, tags in read.Runs().items()
    }


def mlflow(place: Path, project: str) -> Curves:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(place.as_uri())
    experiment = client.get_experiment_by_name(project)
    return {
        run.info.run_name: {
            key: [(one.step, one.value) for one in client.get_metric_history(run.info.run_id, key)]
            for key in run.data.metrics
        }
        for run in client.search_runs([experiment.experiment_id])
    }


def trackio(place: Path, project: str) -> Curves:
    from trackio.sqlite_storage import SQLiteStorage

    found: Curves = {}
    for run in SQLiteStorage.get_runs(project):
        curves = found.setdefault(run, {})
        for log in SQLiteStorage.get_logs(project, run):
            for key in log.keys() - {"step", "timestamp"}:
                curves.setdefault(key, []).append((log["step"], log[key]))
    return found


def wandb(place: Path, project: str) -> Curves:
    from wandb.proto.wandb_internal_pb2 import Record

    found: Curves = {}
    for file in sorted(place.glob("wandb/offline-run-*/*.wandb")):
        name = ""
        for data in _records(file.read_bytes()):
            record: Any = Record()
            record.ParseFromString(data)
            if record.WhichOneof("record_type") == "run":
                name = f"{record.run.project}: {record.run.display_name}"
            if record.WhichOneof("record_type") != "history":
                continue
            row = {one.key or "/".join(one.nested_key): json.loads(one.value_json) for one in record.history.item}
            for key in row.keys() - {"_step", "_timestamp", "_runtime"}:
                found.setdefault(name, {}).setdefault(key, []).append((row["train/global_step"], row[key]))
    return found


def _records(data: bytes) -> Iterator[bytes]:
    """W&B's files are LevelDB's logs behind seven bytes of their own: blocks of 32 kB, in which a record may be in parts."""
    at, whole = 7, b""
    while at + 7 <= len(data):
        room = 32_768 - at % 32_768
        if room < 7:
            at += room
            continue
        _, length, part = struct.unpack("<IHB", data[at : at + 7])
        if part == 0:
            return
        whole += data[at + 7 : at + 7 + length]
        at += 7 + length
        if part in (1, 4):
            yield whole
            whole = b""


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])))

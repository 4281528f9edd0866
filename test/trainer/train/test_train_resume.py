"""An interrupted and resumed training gives the same adapter as an uninterrupted one, bit for bit."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rig import ROOT, Child, adapter_digest, flip_a_bit, make_job, steps, stop_at, train, wait_until_dead
from trainer.runtime.device_lock import DeviceLock
from trainer.runtime.events import Events, Failure, Interrupted
from trainer.runtime.lock import Lock
from trainer.train import checkpoint

# 38 rows with 4 per step are 10 steps per epoch, the last one shorter.
LAST = 20

# Writes to stdout from Python and from C, after the trainer has reserved stdout for its events.
NOISE = """
import os, sys, threading, time
def noise(first=os.readlink("/proc/self/fd/1")):
    while os.readlink("/proc/self/fd/1") == first:
        time.sleep(0.01)
    while True:
        os.write(1, b"a library was here\\n{")
        print('{"event": "done"}', flush=True)
        time.sleep(0.01)
threading.Thread(target=noise, daemon=True).start()
"""


@pytest.fixture(scope="module")
def uninterrupted(base: Path, rows: Path, held_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    workdir = tmp_path_factory.mktemp("uninterrupted")
    outputs, _ = train(make_job(workdir, base, rows, held_out))
    assert outputs["final_step"] == outputs["max_steps"] == LAST
    return workdir, outputs


def test_killed_corrupted_and_interrupted_ends_with_the_same_bits(
    uninterrupted: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    workdir, noise = tmp_path / "train", tmp_path / "noise"
    noise.mkdir()
    (noise / "sitecustomize.py").write_text(NOISE)
    environment = {"PYTHONPATH": str(noise)}

    job = make_job(workdir, base, rows, held_out, attempt=1)
    first = Child(job, tmp_path, environment, signalled=("progress", 10, signal.SIGKILL))
    assert first.end() == -signal.SIGKILL
    kept = steps(workdir)
    assert kept == [4, 8]
    flip_a_bit(workdir / f"checkpoints/checkpoint-{kept[-1]}/optimizer.pt")

    second = Child({**job, "attempt": 2}, tmp_path, environment, signalled=("progress", kept[0] + 2, signal.SIGTERM))
    quarantined = second.until("quarantined")
    assert "optimizer.pt does not have the digest in its manifest" in quarantined["reason"]
    assert os.path.isdir(quarantined["path"]) and quarantined["path"].startswith(str(workdir / "quarantine"))
    assert second.until("resumed")["step"] == kept[0]
    assert second.end() == 3
    stopped_at = second.events[-1]
    assert stopped_at["event"] == "interrupted" and stopped_at["step"] < LAST
    assert steps(workdir)[-1] == stopped_at["step"]

    assert "a library was here" in second.stderr()

    outputs, events = train(make_job(workdir, base, rows, held_out, attempt=3))
    assert [event["step"] for event in events if event["event"] == "resumed"] == [stopped_at["step"]]
    expected_dir, expected = uninterrupted
    assert adapter_digest(workdir, LAST) == adapter_digest(expected_dir, LAST)
    assert outputs["resumed_from"] == [kept[0], stopped_at["step"]]
    for name in ("train_loss", "eval_loss", "best_step", "tokens", "final_step"):
        assert outputs[name] == expected[name], name
    assert outputs["bit_equal"]


@pytest.mark.parametrize("moment", ["checkpoint", "save"])
def test_a_newer_attempt_kills_one_that_is_frozen_at_a(
    moment: Any, uninterrupted: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    workdir = tmp_path / "train"
    job = make_job(workdir, base, rows, held_out, attempt=1)
    zombie = Child(job, tmp_path, signalled=(moment, 8, signal.SIGSTOP))
    zombie.until_frozen()
    assert len(list((workdir / "checkpoints").glob(".staging-*/*"))) == (1 if moment == "save" else 0)
    job["attempt"] = 2
    outputs, events = train(job)
    before = {path: path.is_file() and path.read_bytes() for path in workdir.rglob("*")}
    zombie.process.send_signal(signal.SIGCONT)
    assert zombie.end() == -signal.SIGKILL
    assert {"event": "took_over", "attempt": 1, "pid": zombie.process.pid} in events
    assert outputs["resumed_from"] == [4 if moment == "save" else 8]
    assert adapter_digest(workdir, LAST) == adapter_digest(uninterrupted[0], LAST)
    with pytest.raises(Failure) as refused:
        train({**job, "attempt": 1})
    assert refused.value.code == "FENCED"
    assert {path: path.is_file() and path.read_bytes() for path in workdir.rglob("*")} == before


@pytest.mark.parametrize("moment", ["progress", "checkpoint"])
def test_an_attempt_that_lost_its_lock_and_survives_neither_saves_nor_prunes(
    moment: Any, base: Path, rows: Path, tmp_path: Path
) -> None:
    """As if it hung in a driver and survived the kill. At `checkpoint`, only the pruning remains to be done."""
    before = {}

    def lose(event: dict[str, Any]) -> None:
        if event["event"] == moment and event["step"] == (11 if moment == "progress" else 12):
            named = json.loads((tmp_path / "LOCK").read_text())
            (tmp_path / "LOCK").write_text(json.dumps({**named, "attempt": 2}))
            before.update({path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")})

    with pytest.raises(Failure) as fenced:
        train(make_job(tmp_path, base, rows), on=lose)
    assert fenced.value.code == "FENCED"
    staging = tmp_path / "checkpoints/.staging-1-12"
    after = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*") if path != staging}
    assert after == {path: data for path, data in before.items() if path != staging}
    assert steps(tmp_path) == ([4, 8] if moment == "progress" else [4, 8, 12])


def test_of_several_trainers_that_start_together_one_trains(
    uninterrupted: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    # The device is taken until one trainer has the lock. Otherwise one could finish before another starts.
    go_on: Any = SimpleNamespace(requested=False)
    devices = [DeviceLock(tmp_path, name, "a test", Events(io.StringIO()), go_on) for name in ("none", "0")]
    workdir = tmp_path / "train"
    racers = []
    for name, attempt in (("a", 1), ("b", 2), ("c", 2)):
        (tmp_path / name).mkdir()
        job = make_job(workdir, base, rows, held_out, attempt=attempt)
        # Forks would share the files of the device locks, and with them the locks.
        racers.append(Child({**job, "device_locks": str(tmp_path)}, tmp_path / name, fresh=True))
    began = time.monotonic()
    while sum(racer.process.poll() is None for racer in racers) > 1:
        assert time.monotonic() - began < 120, [racer.process.poll() for racer in racers]
        time.sleep(0.05)
    for held in devices:
        held.release()
    older, *newer = [(racer.end(), racer.events) for racer in racers]
    # The trainer of attempt 1 was killed, perhaps before its first event, or came too late. One of the others was refused.
    assert older[0] == -signal.SIGKILL or (older[0] == 1 and older[1][-1]["code"] == "FENCED"), older
    (end, trained), (other_end, sent_away) = sorted(newer, key=lambda one: one[0])
    assert (end, trained[-1]["event"]) == (0, "done"), trained
    assert (other_end, sent_away[-1].get("code")) == (1, "FENCED"), sent_away
    assert [event["event"] for event in trained + sent_away].count("started") == 1
    assert adapter_digest(workdir, LAST) == adapter_digest(uninterrupted[0], LAST)


# Two children that survive the trainer unless something ends them: a program, and a fork that holds the same files.
CHILDREN = """
import os, subprocess, sys, threading, time
def children():
    while "torch" not in sys.modules:
        time.sleep(0.01)
    program = subprocess.Popen(["sleep", "600"])
    fork = os.fork()
    if fork == 0:
        time.sleep(600)
    with open(os.environ["CHILDREN"] + ".part", "w") as file:
        file.write(f"{program.pid} {fork}")
    os.rename(file.name, os.environ["CHILDREN"])
if "CHILDREN" in os.environ and os.environ.pop("TRAINER", "") == "next":
    threading.Thread(target=children, daemon=True).start()
"""


@pytest.mark.parametrize("killed", ["worker", "trainer"])
def test_a_trainer_and_its_children_die_with_the(killed: Any, base: Path, rows: Path, tmp_path: Path) -> None:
    job = make_job(tmp_path / "train", base, rows, max_steps=100_000)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(CHILDREN)
    named = tmp_path / "children"
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, json, pathlib; sys.path[:0] = sys.argv[1:3]\n"
            "from rig import Child\n"
            "environment = {'PYTHONPATH': sys.argv[5], 'CHILDREN': sys.argv[6], 'TRAINER': 'next'}\n"
            "child = Child(json.loads(sys.argv[3]), pathlib.Path(sys.argv[4]), environment, fresh=True)\n"
            "child.until('progress', 3); print(child.process.pid, flush=True); child.end()",
            str(ROOT),
            str(ROOT / "test/trainer"),
            json.dumps(job),
            str(tmp_path),
            str(tmp_path / "site"),
            str(named),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout
    trainer = int(worker.stdout.readline())
    while not named.exists():
        time.sleep(0.01)
    family = [trainer, *map(int, named.read_text().split())]
    os.kill(worker.pid if killed == "worker" else trainer, signal.SIGKILL)
    try:
        for pid in family:
            wait_until_dead(pid, seconds=30)
    finally:
        worker.kill()
        worker.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(trainer, signal.SIGKILL)
    # Nobody holds the lock any more.
    Lock(tmp_path / "train", 1).release()


def test_an_unreported_success_is_found_with_equal_checkpoints_in_five_seconds(
    uninterrupted: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kill is after the last publish, before the pruning or the event `done`."""

    class Killed(BaseException):
        pass

    def die(*arguments: Any) -> Any:
        if (tmp_path / f"checkpoints/checkpoint-{LAST}").exists():
            raise Killed
        return retain(*arguments)

    retain = checkpoint.retain
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(checkpoint, "retain", die)
        train(make_job(tmp_path, base, rows, held_out))
    assert len(steps(tmp_path)) == 3
    # Processor time, because the machine may be busy.
    began = time.process_time()
    outputs, events = train(make_job(tmp_path, base, rows, held_out, attempt=2))
    assert time.process_time() - began <= 5
    assert not [event for event in events if event["event"] in ("started", "progress", "checkpoint")]
    workdir, expected = uninterrupted
    assert [each["step"] for each in outputs["checkpoints"]] == [each["step"] for each in expected["checkpoints"]]
    assert steps(tmp_path) == steps(workdir)
    assert adapter_digest(tmp_path, LAST) == adapter_digest(workdir, LAST)


def test_a_finished_training_is_reported_again_without_another_step(
    uninterrupted: Any, base: Path, rows: Path, held_out: Path
) -> None:
    workdir, expected = uninterrupted
    before = adapter_digest(workdir, LAST)
    outputs, events = train(make_job(workdir, base, rows, held_out, attempt=2))
    assert outputs == expected
    assert not [event for event in events if event["event"] in ("progress", "started", "checkpoint")]
    assert adapter_digest(workdir, LAST) == before and steps(workdir)[-1] == LAST


@pytest.mark.parametrize(
    "options",
    [
        {"packing": True, "batch_size": 1, "gradient_accumulation": 2, "epochs": 3},
        {"precision": "bf16", "gradient_checkpointing": True},
        {"lora": {"r": 8, "alpha": 32, "dropout": 0.05, "target_modules": ["q_proj", "v_proj"], "use_rslora": True}},
        {"lora": {"r": 4, "alpha": 8, "dropout": 0.1, "target_modules": ["q_proj", "lm_head"], "use_rslora": False}},
        {"checkpoint": {"every_steps": 1000, "every_minutes": 1e-9, "keep": 1}},
    ],
    ids=[
        "packing",
        "bf16 with gradient checkpointing",
        "rslora on q and v",
        "an adapter on the head",
        "saves by the clock",
    ],
)
def test_a_requested_stop_changes_no_bit_with(
    options: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    whole, _ = train(make_job(tmp_path / "whole", base, rows, held_out, **options))
    with pytest.raises(Interrupted) as stopped:
        train(make_job(tmp_path / "parts", base, rows, held_out, **options), on=stop_at(6))
    # The stop is requested during the progress event of step 6, so the training stops after step 7.
    assert steps(tmp_path / "parts")[-1] == stopped.value.step == 7 < whole["max_steps"]
    # The same attempt number, because a requested stop is not a failed attempt.
    parts, _ = train(make_job(tmp_path / "parts", base, rows, held_out, **options))
    last = whole["final_step"]
    assert adapter_digest(tmp_path / "parts", last) == adapter_digest(tmp_path / "whole", last)
    assert parts["train_loss"] == whole["train_loss"] and parts["tokens"] == whole["tokens"]


def test_an_evaluation_does_not_change_the_training(uninterrupted: Any, base: Path, rows: Path, tmp_path: Path) -> None:
    outputs, _ = train(make_job(tmp_path / "train", base, rows))
    assert outputs["eval_loss"] is None and outputs["best_step"] is None
    assert adapter_digest(tmp_path / "train", LAST) == adapter_digest(uninterrupted[0], LAST)


def test_another_host_resumes_from_a_checkpoint_of_the_store(
    uninterrupted: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    with pytest.raises(Interrupted):
        train(make_job(tmp_path / "there", base, rows, held_out), on=stop_at(6))
    job = make_job(tmp_path / "here", base, rows, held_out, attempt=2)
    fetched = tmp_path / "there/checkpoints/checkpoint-7"
    outputs, events = train({**job, "resume_from": str(fetched.rename(tmp_path / "fetched"))})
    assert outputs["resumed_from"] == [7]
    assert adapter_digest(tmp_path / "here", LAST) == adapter_digest(uninterrupted[0], LAST)


def test_early_stopping_ends_the_training_and_a_retry_does_not_continue_it(
    base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    rule: dict[str, Any] = {"early_stop": {"patience": 1, "min_delta": 100.0}}
    outputs, events = train(make_job(tmp_path / "train", base, rows, held_out, **rule))
    assert outputs["early_stopped"] and outputs["final_step"] == 8 < outputs["max_steps"]
    assert [event["step"] for event in events if event["event"] == "early_stopped"] == [8]
    again, _ = train(make_job(tmp_path / "train", base, rows, held_out, attempt=2, **rule))
    assert again == outputs

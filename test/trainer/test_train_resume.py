"""Interrupted and resumed gives the same adapter, bit for bit, as uninterrupted."""

import json
import os
import signal
import subprocess
import sys

import pytest
from rig import ROOT, Child, adapter_digest, flip_a_bit, make_job, steps, stop_at, train, wait_until_dead

from trainer.events import Failure, Interrupted

# 38 rows, 4 to a step: 10 steps an epoch with a ragged last one.
LAST = 20

# Writes to the process's stdout from Python and past it, from the moment the trainer has taken stdout for its events.
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
def uninterrupted(base, rows, held_out, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("uninterrupted")
    outputs, _ = train(make_job(workdir, base, rows, held_out))
    assert outputs["final_step"] == outputs["max_steps"] == LAST
    return workdir, outputs


def test_killed_corrupted_and_interrupted_ends_with_the_same_bits(uninterrupted, base, rows, held_out, tmp_path):
    workdir, noise = tmp_path / "train", tmp_path / "noise"
    noise.mkdir()
    (noise / "sitecustomize.py").write_text(NOISE)
    environment = {"PYTHONPATH": str(noise)}

    first = Child(make_job(workdir, base, rows, held_out, attempt=1), tmp_path, environment)
    first.until("progress", step=10)
    first.process.send_signal(signal.SIGKILL)
    assert first.end() == -signal.SIGKILL
    kept = steps(workdir)
    assert 4 <= kept[-1] < LAST and len(kept) == 2
    flip_a_bit(workdir / f"checkpoints/checkpoint-{kept[-1]}/optimizer.pt")

    second = Child(make_job(workdir, base, rows, held_out, attempt=2), tmp_path, environment)
    quarantined = second.until("quarantined")
    assert "optimizer.pt has other bytes than its manifest says" in quarantined["reason"]
    assert os.path.isdir(quarantined["path"]) and quarantined["path"].startswith(str(workdir / "quarantine"))
    assert second.until("resumed")["step"] == kept[0]
    second.until("progress", step=kept[0] + 2)
    second.process.send_signal(signal.SIGTERM)
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


def test_a_newer_attempt_kills_a_frozen_one_and_goes_on_from_its_checkpoint(
    uninterrupted, base, rows, held_out, tmp_path
):
    workdir = tmp_path / "train"
    zombie = Child(make_job(workdir, base, rows, held_out, attempt=1), tmp_path)
    zombie.until("checkpoint", step=4)
    zombie.process.send_signal(signal.SIGSTOP)
    outputs, events = train(make_job(workdir, base, rows, held_out, attempt=2))
    assert zombie.end() == -signal.SIGKILL
    assert {"event": "took_over", "attempt": 1, "pid": zombie.process.pid} in events
    assert outputs["resumed_from"] and outputs["resumed_from"][0] >= 4
    assert adapter_digest(workdir, LAST) == adapter_digest(uninterrupted[0], LAST)
    with pytest.raises(Failure) as refused:
        train(make_job(workdir, base, rows, held_out, attempt=1))
    assert refused.value.code == "FENCED"


def test_a_training_dies_with_its_worker_within_two_seconds(base, rows, tmp_path):
    job = make_job(tmp_path / "train", base, rows, max_steps=100_000)
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, json, pathlib; sys.path[:0] = sys.argv[1:3]\n"
            "from rig import Child\n"
            "child = Child(json.loads(sys.argv[3]), pathlib.Path(sys.argv[4]))\n"
            "child.until('progress', 3); print(child.process.pid, flush=True); child.end()",
            str(ROOT),
            str(ROOT / "test/trainer"),
            json.dumps(job),
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    trainer = int(worker.stdout.readline())
    worker.kill()
    worker.wait()
    assert wait_until_dead(trainer, seconds=10) <= 2


def test_a_finished_training_is_reported_again_without_another_step(uninterrupted, base, rows, held_out):
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
        {"checkpoint": {"every_steps": None, "every_minutes": 1e-9, "keep": 1}},
    ],
    ids=[
        "packing",
        "bf16 with gradient checkpointing",
        "rslora on q and v",
        "an adapter on the head",
        "saves by the clock",
    ],
)
def test_a_stop_on_request_changes_no_bit_with(options, base, rows, held_out, tmp_path):
    whole, _ = train(make_job(tmp_path / "whole", base, rows, held_out, **options))
    with pytest.raises(Interrupted) as stopped:
        train(make_job(tmp_path / "parts", base, rows, held_out, **options), on=stop_at(6))
    # Asked for while step 6 was being told, so acted on at the edge of step 7.
    assert steps(tmp_path / "parts")[-1] == stopped.value.step == 7 < whole["max_steps"]
    # The same attempt number: a stop on request is no failure, so it costs none.
    parts, _ = train(make_job(tmp_path / "parts", base, rows, held_out, **options))
    last = whole["final_step"]
    assert adapter_digest(tmp_path / "parts", last) == adapter_digest(tmp_path / "whole", last)
    assert parts["train_loss"] == whole["train_loss"] and parts["tokens"] == whole["tokens"]


def test_evaluating_changes_nothing_that_is_learned(uninterrupted, base, rows, tmp_path):
    outputs, _ = train(make_job(tmp_path / "train", base, rows))
    assert outputs["eval_loss"] is None and outputs["best_step"] is None
    assert adapter_digest(tmp_path / "train", LAST) == adapter_digest(uninterrupted[0], LAST)


def test_another_host_resumes_from_a_checkpoint_out_of_the_store(uninterrupted, base, rows, held_out, tmp_path):
    with pytest.raises(Interrupted):
        train(make_job(tmp_path / "there", base, rows, held_out), on=stop_at(6))
    job = make_job(tmp_path / "here", base, rows, held_out, attempt=2)
    fetched = tmp_path / "there/checkpoints/checkpoint-7"
    outputs, events = train({**job, "resume_from": str(fetched.rename(tmp_path / "fetched"))})
    assert outputs["resumed_from"] == [7]
    assert adapter_digest(tmp_path / "here", LAST) == adapter_digest(uninterrupted[0], LAST)


def test_early_stopping_ends_the_training_and_a_retry_does_not_go_on(base, rows, held_out, tmp_path):
    rule = {"early_stop": {"patience": 1, "min_delta": 100.0}}
    outputs, events = train(make_job(tmp_path / "train", base, rows, held_out, **rule))
    assert outputs["early_stopped"] and outputs["final_step"] == 8 < outputs["max_steps"]
    assert [event["step"] for event in events if event["event"] == "early_stopped"] == [8]
    again, _ = train(make_job(tmp_path / "train", base, rows, held_out, attempt=2, **rule))
    assert again == outputs

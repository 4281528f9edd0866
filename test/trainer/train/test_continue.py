"""A training that continues from an adapter starts with its weights, and can be killed like any other training."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from rig import Child, adapter_digest, make_job, run, stop_at, train
from trainer.export import adapter
from trainer.runtime.events import Failure, Interrupted

LAST = 12
DIGEST = "sha256:adapter"


@pytest.fixture(scope="module")
def given(base: Path, rows: Path, held_out: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Trains an adapter and exports it as a checkpoint step does."""
    directory = tmp_path_factory.mktemp("given")
    train(make_job(directory / "train", base, rows, max_steps=LAST))
    run("adapter", checkpoints=str(directory / "train/checkpoints"), select="last", out=str(directory / "out"))
    return directory / "out"


def continuing(
    workdir: Path, given: Path, base: Path, rows: Path, held_out: Path | None, digest: Any = DIGEST, **options: Any
) -> Any:
    job = make_job(workdir, base, rows, held_out, **{"max_steps": LAST, **options})
    return {**job, "continue_from": {"path": str(given), "name": "mine:latest", "digest": digest}}


@pytest.fixture(scope="module")
def uninterrupted(given: Path, base: Path, rows: Path, held_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    workdir = tmp_path_factory.mktemp("continued")
    outputs, events = train(continuing(workdir, given, base, rows, held_out, seed=7))
    assert outputs["final_step"] == LAST
    return workdir, outputs, events


@pytest.mark.parametrize("targets", ["all-linear", ["q_proj", "lm_head"]], ids=["all layers", "the head among them"])
def test_at_step_0_the_weights_equal_the_given_adapter(
    targets: Any, given: Path, base: Path, rows: Path, tmp_path: Path
) -> None:
    from peft import get_peft_model_state_dict

    from trainer.protocol.jobs import TrainJob
    from trainer.runtime.job_reader import read_job
    from trainer.train import library

    lora = {"r": 4, "alpha": 8, "dropout": 0.1, "target_modules": targets, "use_rslora": False}
    if targets != "all-linear":
        train(make_job(tmp_path / "train", base, rows, lora=lora, max_steps=4))
        job: dict[str, Any] = {
            "checkpoints": str(tmp_path / "train/checkpoints"),
            "select": "last",
            "out": str(tmp_path / "given"),
        }
        run("adapter", **job)
        given = tmp_path / "given"
    read = read_job(TrainJob, continuing(tmp_path, given, base, rows, None, seed=7, lora=lora))
    adapted = library.load_model(base, read.options, "fp32", read.continue_from)
    weights, expected = (
        get_peft_model_state_dict(adapted, save_embedding_layers=False),
        load_file(given / adapter.WEIGHTS),
    )
    assert weights.keys() == expected.keys() and len(weights) > 2
    assert all(torch.equal(weights[name], expected[name]) for name in expected)
    trainable = [parameter for parameter in adapted.parameters() if parameter.requires_grad]
    assert sum(parameter.numel() for parameter in trainable) == sum(weight.numel() for weight in expected.values())


def test_it_trains_from_there_with_a_new_optimizer_and_schedule(
    uninterrupted: Any, given: Path, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    workdir, outputs, events = uninterrupted
    _, fresh = train(make_job(tmp_path, base, rows, held_out, seed=7, max_steps=1))
    first, of_fresh = (next(event for event in each if event["event"] == "progress") for each in (events, fresh))
    assert first["step"] == 1 and first["loss"] < of_fresh["loss"]
    assert next(event for event in events if event["event"] == "started")["step"] == 0
    rates = [event["learning_rate"] for event in events if event["event"] == "progress"]
    assert max(rates) > rates[0] and max(rates) > rates[-1]
    assert (
        load_file(workdir / f"checkpoints/checkpoint-{LAST}" / adapter.WEIGHTS).keys()
        == load_file(given / adapter.WEIGHTS).keys()
    )
    record = json.loads((workdir / f"checkpoints/checkpoint-{LAST}/training.json").read_text())
    assert record["continued_from"] == {"name": "mine:latest", "digest": DIGEST}


def test_killed_and_resumed_it_ends_with_the_same_bits(
    uninterrupted: Any, given: Path, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    job = continuing(tmp_path / "train", given, base, rows, held_out, seed=7)
    killed = Child(job, tmp_path, signalled=("progress", 6, signal.SIGKILL))
    assert killed.end() == -signal.SIGKILL
    with pytest.raises(Interrupted):
        train({**job, "attempt": 2}, on=stop_at(8))
    outputs, events = train({**job, "attempt": 3})
    assert outputs["resumed_from"] == [4, 9]
    assert adapter_digest(tmp_path / "train", LAST) == adapter_digest(uninterrupted[0], LAST)
    assert outputs["train_loss"] == uninterrupted[1]["train_loss"]


def test_its_checkpoints_are_refused_with_another_start_or_none(
    uninterrupted: Any, given: Path, base: Path, rows: Path, held_out: Path
) -> None:
    job = continuing(uninterrupted[0], given, base, rows, held_out, digest="sha256:other", seed=7)
    for other in (job, {**job, "continue_from": None}):
        with pytest.raises(Failure) as refused:
            train({**other, "attempt": 2})
        assert refused.value.code == "INPUT_CHANGED"
        assert any(change.startswith("continue_from") for change in refused.value.facts["changes"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda job: job["base"].update(digest="sha256:b2", name="b2"),
            "the base tiny (sha256:base), and the base here is b2",
        ),
        (lambda job: job["options"]["lora"].update(r=8), "its lora.r is 4, and here it is 8"),
        (lambda job: job["options"]["lora"].update(alpha=16), "its lora.alpha is 8, and here it is 16"),
        (
            lambda job: job["options"]["lora"].update(use_rslora=True),
            "its lora.use_rslora is False, and here it is True",
        ),
        (
            lambda job: job["options"]["lora"].update(target_modules=["q_proj", "v_proj"]),
            "its lora.target_modules are down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj, "
            "and here they are q_proj, v_proj",
        ),
    ],
    ids=["base", "r", "alpha", "use_rslora", "target_modules"],
)
def test_an_adapter_of_another_shape_or_base_is_refused_before_anything_is_loaded(
    change: Any, told: Any, given: Path, base: Path, rows: Path, tmp_path: Path
) -> None:
    job = continuing(tmp_path, given, base, rows, None)
    change(job)
    with pytest.raises(Failure) as refused:
        train(job)
    assert refused.value.code == "OTHER_ADAPTER" and told in str(refused.value)
    assert not [event for event in refused.value.events if event["event"] in ("loading", "started")]


def test_the_modules_of_all_linear_may_be_named_one_by_one_and_dropout_may_differ(
    given: Path, base: Path, rows: Path, tmp_path: Path
) -> None:
    names = json.loads((given / adapter.CONFIG).read_text())["target_modules"]
    assert all("." in name for name in names)
    short = sorted({name.rpartition(".")[2] for name in names}, reverse=True)
    lora = {"r": 4, "alpha": 8, "dropout": 0.0, "target_modules": short, "use_rslora": False}
    outputs, _ = train(continuing(tmp_path, given, base, rows, None, lora=lora, max_steps=1))
    assert outputs["final_step"] == 1


def test_a_folder_without_an_adapter_is_refused_with_the_reason(
    given: Path, base: Path, rows: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Failure) as refused:
        train(continuing(tmp_path / "train", tmp_path / "empty", base, rows, None))
    assert refused.value.code == "NO_ADAPTER" and "mine:latest has no readable adapter_config.json" in str(
        refused.value
    )

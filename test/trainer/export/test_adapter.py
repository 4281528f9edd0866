"""A selected checkpoint becomes an adapter, with the same bytes on every machine."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rig import ROOT, flip_a_bit, make_job, run, train
from trainer.runtime.events import Failure


@pytest.fixture(scope="module")
def trained(base: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    workdir = tmp_path_factory.mktemp("trained")
    # The answers to evaluate are reversed, so their loss rises during the training and the best checkpoint is not the last.
    backwards = workdir / "backwards.jsonl"
    with backwards.open("w") as file:
        for line in rows.read_text().splitlines()[:8]:
            row = json.loads(line)
            row["messages"][-1]["content"] = row["messages"][-1]["content"][::-1]
            file.write(json.dumps(row) + "\n")
    job = make_job(
        workdir, base, rows, backwards, learning_rate=0.02, warmup_steps=10, lr_scheduler="constant_with_warmup"
    )
    outputs, _ = train(job)
    return workdir / "checkpoints", outputs


def select(checkpoints: Path, which: Any, out: Path) -> Any:
    return run("adapter", checkpoints=str(checkpoints), select=which, out=str(out))


def test_best_selects_the_lowest_eval_loss_and_last_the_last_step(trained: Any, tmp_path: Path) -> None:
    checkpoints, training = trained
    best, last = select(checkpoints, "best", tmp_path / "best"), select(checkpoints, "last", tmp_path / "last")
    assert best["step"] == training["best_step"] < last["step"] == training["final_step"]
    assert best["eval_loss"] == training["best_eval_loss"] < last["eval_loss"]
    assert best["selected_by"] == "the lowest eval loss"
    assert select(checkpoints, {"step": best["step"]}, tmp_path / "step")["step"] == best["step"]


def test_it_records_the_training(trained: Any, tmp_path: Path) -> None:
    outputs = select(trained[0], "last", tmp_path / "out")
    record = json.loads((tmp_path / "out/training.json").read_text())
    assert 0 < outputs["share"] == outputs["trainable_parameters"] / outputs["parameters"] < 1
    assert record["base"] == {"name": "tiny", "digest": "sha256:base"} and record["dataset"]["digest"] == "sha256:rows"
    assert record["lora"]["r"] == 4 and record["options"]["epochs"] == 2 and "<|im_start|>" in record["template"]
    assert record["step"] == outputs["step"] and record["bytes"] == outputs["bytes"]


def test_its_bytes_are_the_same_in_another_process_and_hold_no_local_path(
    trained: Any, base: Path, tmp_path: Path
) -> None:
    select(trained[0], "last", tmp_path / "here")
    job = tmp_path / "job.json"
    moved = shutil.copytree(trained[0], tmp_path / "moved")
    job.write_text(json.dumps({"checkpoints": str(moved), "select": "last", "out": str(tmp_path / "there")}))
    subprocess.run([sys.executable, "-m", "trainer", "adapter", str(job)], cwd=ROOT, check=True, capture_output=True)
    for name in ("adapter_model.safetensors", "adapter_config.json", "training.json"):
        data = (tmp_path / "here" / name).read_bytes()
        assert data == (tmp_path / "there" / name).read_bytes()
        assert str(base).encode() not in data
    assert (
        json.loads((tmp_path / "here/adapter_config.json").read_text())["base_model_name_or_path"] == "tiny@sha256:base"
    )


def test_peft_loads_it_on_the_base(trained: Any, base: Path, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    select(trained[0], "last", tmp_path / "out")
    loaded = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), tmp_path / "out")
    assert any(parameter.abs().sum() > 0 for name, parameter in loaded.named_parameters() if "lora_B" in name)


def test_without_an_evaluation_best_selects_the_last_and_says_so(base: Path, rows: Path, tmp_path: Path) -> None:
    train(make_job(tmp_path / "train", base, rows))
    outputs = select(tmp_path / "train/checkpoints", "best", tmp_path / "out")
    assert outputs["step"] == 20 and outputs["eval_loss"] is None
    assert outputs["selected_by"] == "the last, as none was evaluated"


def test_a_missing_best_checkpoint_is_not_replaced_by_another(trained: Any, tmp_path: Path) -> None:
    copy = shutil.copytree(trained[0], tmp_path / "copy")
    shutil.rmtree(copy / f"checkpoint-{trained[1]['best_step']}")
    with pytest.raises(Failure, match="and is missing") as failed:
        select(copy, "best", tmp_path / "out")
    assert failed.value.code == "NO_CHECKPOINT"


@pytest.mark.parametrize("which", ["best", "last"])
def test_a_damaged_checkpoint_is_refused(which: Any, trained: Any, tmp_path: Path) -> None:
    copy = shutil.copytree(trained[0], tmp_path / "copy")
    for path in copy.glob("checkpoint-*"):
        flip_a_bit(path / "adapter_model.safetensors")
    with pytest.raises(Failure, match="does not have the digest") as failed:
        select(copy, which, tmp_path / "out")
    assert failed.value.code == "CHECKPOINT_CORRUPT" and not (tmp_path / "out").exists()


def test_a_step_that_was_not_kept_is_refused_with_the_kept_steps(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="The training kept") as failed:
        select(trained[0], {"step": 3}, tmp_path / "out")
    assert failed.value.facts["steps"] == sorted(checkpoint["step"] for checkpoint in trained[1]["checkpoints"])

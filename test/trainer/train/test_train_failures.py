"""A training that cannot continue fails early, with a code and the facts."""

import ctypes
import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tiny_model
from rig import adapter_digest, make_job, steps, stop_at, train
from trainer.runtime.events import Failure, Interrupted
from trainer.train import checkpoint


def refused(job: dict[str, Any], on: Any = lambda event: None) -> Any:
    with pytest.raises(Failure) as failed:
        train(job, on)
    return failed.value


def test_a_changed_option_base_or_seed_is_refused_with_both_values(
    stopped: Path, base: Path, rows: Path, held_out: Path
) -> None:
    changed = make_job(stopped, base, rows, held_out, learning_rate=1e-3, seed=7, batch_size=4)
    changed["options"]["lora"]["r"] = 16
    changed["base"]["digest"] = "sha256:other"
    failure = refused(changed)
    assert failure.code == "INPUT_CHANGED"
    assert failure.facts["changes"] == [
        "config.effective_batch: was 4, is 8",
        "config.learning_rate: was 0.002, is 0.001",
        "config.lora.r: was 4, is 16",
        'base.digest: was "sha256:base", is "sha256:other"',
        "seed: was 42, is 7",
    ]


@pytest.mark.parametrize("options", [{"max_steps": 7}, {"max_steps": 5}, {"epochs": 0.5}])
def test_a_training_shortened_to_its_checkpoint_or_below_is_refused_without_a_step(
    options: Any, stopped: Path, base: Path, rows: Path, held_out: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in stopped.rglob("*")}
    failure = refused(make_job(stopped, base, rows, held_out, **options))
    assert failure.code == "INPUT_CHANGED" and "config." in failure.facts["changes"][0]
    assert not [event for event in vars(failure)["events"] if event["event"] in ("started", "progress")]
    after = {path: path.stat().st_mtime_ns for path in stopped.rglob("*")}
    assert {**after, stopped / "LOCK": 0} == {**before, stopped / "LOCK": 0}


def test_a_row_changed_under_an_unchanged_name_is_refused(
    stopped: Path, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    other = tmp_path / "train.jsonl"
    other.write_text(rows.read_text().replace("white", "black", 1))
    failure = refused(make_job(stopped, base, other, held_out))
    assert failure.code == "INPUT_CHANGED" and "dataset.train: was" in str(failure)


def test_a_changed_template_is_refused_with_the_lines_that_differ(
    stopped: Path, base: Path, rows: Path, held_out: Path
) -> None:
    template = tiny_model.CHAT_TEMPLATE.replace("assistant", "pirate")
    failure = refused(make_job(stopped, base, rows, held_out, template=template))
    assert failure.code == "INPUT_CHANGED"
    assert any(line.startswith("+") and "pirate" in line for line in failure.facts["changes"])


def test_a_changed_environment_is_refused_unless_accepted_and_is_then_recorded(
    stopped: Path, base: Path, rows: Path, held_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workdir = shutil.copytree(stopped, tmp_path / "train")
    from trainer.train import resume

    versions = {**resume.environment(False), "peft": "0.99.0"}
    monkeypatch.setattr(resume, "environment", lambda quantized: versions)
    job = make_job(workdir, base, rows, held_out)
    failure = refused(job)
    assert failure.code == "ENVIRONMENT_CHANGED"
    assert failure.facts["changes"][0].startswith("environment.peft: was ") and failure.facts["changes"][0].endswith(
        'is "0.99.0"'
    )
    outputs, _ = train({**job, "accept_versions": True})
    assert [entry["from_step"] for entry in outputs["environments"]] == [0, 7] and not outputs["bit_equal"]


def test_other_intervals_of_logging_and_saving_are_not_a_change(
    stopped: Path, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    workdir = shutil.copytree(stopped, tmp_path / "train")
    job = make_job(workdir, base, rows, held_out, log_every_steps=5, eval={"every_steps": 4})
    job["options"]["checkpoint"]["keep"] = 5
    outputs, _ = train(job)
    assert outputs["resumed_from"] == [7] and outputs["bit_equal"]


def rewrite_options(workdir: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes the options in the manifests as if another release of temper had written the checkpoints."""
    for path in checkpoint.listed(workdir / "checkpoints"):
        manifest = json.loads((path / checkpoint.MANIFEST).read_text())
        change(manifest["fingerprints"]["config"])
        (path / checkpoint.MANIFEST).write_bytes(checkpoint._manifest_text(manifest))


def test_an_option_that_is_newer_than_the_checkpoint_does_not_refuse_it(
    stopped: Path, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    workdir = shutil.copytree(stopped, tmp_path / "train")
    rewrite_options(workdir, lambda config: (config.pop("weight_decay"), config["lora"].pop("use_rslora")))
    failure = refused(make_job(workdir, base, rows, held_out, learning_rate=1e-3))
    assert failure.facts["changes"] == ["config.learning_rate: was 0.002, is 0.001"]
    outputs, _ = train(make_job(workdir, base, rows, held_out))
    assert outputs["resumed_from"] == [7] and outputs["bit_equal"]


def test_an_option_of_the_checkpoint_that_no_longer_exists_refuses_it(
    stopped: Path, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    workdir = shutil.copytree(stopped, tmp_path / "train")
    rewrite_options(workdir, lambda config: (config.update(noise=None), config["lora"].update(init="gaussian")))
    failure = refused(make_job(workdir, base, rows, held_out))
    assert failure.code == "INPUT_CHANGED"
    assert failure.facts["changes"] == [
        'config.lora.init: was "gaussian", is no longer an option',
        "config.noise: was null, is no longer an option",
    ]


def test_a_nan_loss_stops_the_training_at_its_step(base: Path, rows: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    broken = shutil.copytree(base, tmp_path / "broken")
    weights = load_file(broken / "model.safetensors")
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    failure = refused(make_job(tmp_path / "train", broken, rows))
    assert failure.code == "NAN_LOSS" and failure.facts["step"] == 1
    assert steps(tmp_path / "train") == []


def test_a_diverging_training_leaves_only_finite_checkpoints(base: Path, rows: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    job = make_job(tmp_path / "train", base, rows, learning_rate=1e30, warmup_steps=5, max_grad_norm=0.0, max_steps=40)
    job["options"]["checkpoint"] = {"every_steps": 1, "every_minutes": None, "keep": 50}
    failure = refused(job)
    assert failure.code == "NAN_LOSS" and 1 < failure.facts["step"] <= 10
    for step in steps(tmp_path / "train"):
        weights = load_file(tmp_path / f"train/checkpoints/checkpoint-{step}/adapter_model.safetensors")
        assert all(tensor.isfinite().all() for tensor in weights.values())


@pytest.mark.parametrize("micro_batch", [0, 1], ids=["first", "last"])
@pytest.mark.parametrize("max_grad_norm", [0.0, 1.0])
def test_a_nan_gradient_with_a_finite_loss_is_never_applied(
    micro_batch: Any, max_grad_norm: Any, base: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.train import library

    load, gradients = library.load_model, iter(range(1000))

    def with_a_bad_gradient(*arguments: Any) -> Any:
        adapted = load(*arguments)
        learned = next(parameter for parameter in adapted.parameters() if parameter.requires_grad)
        # A step has two micro-batches, so this one belongs to step 3.
        learned.register_hook(lambda grad: grad * float("nan") if next(gradients) == 4 + micro_batch else grad)
        return adapted

    monkeypatch.setattr(library, "load_model", with_a_bad_gradient)
    job = make_job(tmp_path / "train", base, rows, max_grad_norm=max_grad_norm)
    job["options"]["checkpoint"]["every_steps"] = 1
    failure = refused(job)
    assert failure.code == "NAN_LOSS" and "gradient" in str(failure) and failure.facts["step"] == 3
    assert steps(tmp_path / "train") == [1, 2]


@pytest.mark.parametrize(
    ("what", "step", "max_steps"),
    [("weights", 4, 20), ("weights", 6, 6), ("moments", 4, 20)],
    ids=["weights at a save", "weights at the last step", "moments"],
)
def test_an_optimizer_step_that_damages(
    what: str, step: int, max_steps: Any, base: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss of that step was finite and no later step follows. The damaged weights are not published."""
    import torch

    real, done = torch.optim.AdamW.step, iter(range(1, 1000))

    def spoil(self: Any, *arguments: Any, **options: Any) -> Any:
        result = real(self, *arguments, **options)
        if next(done) == step:
            parameter = self.param_groups[0]["params"][-1]
            (parameter.data if what == "weights" else self.state[parameter]["exp_avg_sq"]).fill_(float("inf"))
        return result

    monkeypatch.setattr(torch.optim.AdamW, "step", spoil)
    failure = refused(make_job(tmp_path / "train", base, rows, max_steps=max_steps))
    assert failure.code == "NAN_LOSS" and what in str(failure) and failure.facts["step"] == step
    assert max(steps(tmp_path / "train"), default=0) < step


def test_out_of_memory_is_reported_and_a_split_batch_continues_at_the_same_step(
    base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    whole_dir, workdir = tmp_path / "whole", tmp_path / "train"
    options = {"batch_size": 4, "gradient_accumulation": 1}
    losses = {}

    def note(event: dict[str, Any]) -> None:
        if event["event"] == "progress":
            losses[event["step"]] = event["loss"]

    whole, _ = train(make_job(whole_dir, base, rows, held_out, **options), on=note)

    def take_the_memory_away(event: dict[str, Any]) -> None:
        if event["event"] == "checkpoint" and event["step"] == 4:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used, unlimited[1]))

    # Every tensor of these rows is allocated by the system, not taken from memory that an earlier step freed.
    M_MMAP_THRESHOLD = -3
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 32 * 1024)
    long_rows = tmp_path / "long.jsonl"
    message = [
        {"role": "user", "content": "What color is snow? " * 15},
        {"role": "assistant", "content": "White. " * 40},
    ]
    long_rows.write_text("".join(json.dumps({"messages": message}) + "\n" for _ in range(38)))
    unlimited = resource.getrlimit(resource.RLIMIT_AS)
    try:
        failure = refused(
            make_job(
                tmp_path / "oom", base, long_rows, max_length=512, batch_size=16, gradient_accumulation=1, max_steps=6
            ),
            on=take_the_memory_away,
        )
    finally:
        resource.setrlimit(resource.RLIMIT_AS, unlimited)
    assert failure.code == "OUT_OF_MEMORY", failure
    assert failure.facts["step"] == 4 and failure.facts["batch_size"] == 16 and failure.facts["memory_total"] > 1e9
    halved, _ = train(
        make_job(
            tmp_path / "oom",
            base,
            long_rows,
            attempt=2,
            max_length=512,
            batch_size=8,
            gradient_accumulation=2,
            max_steps=6,
        )
    )
    assert halved["resumed_from"] == [4] and halved["final_step"] == halved["max_steps"] == 6
    assert (
        halved["splits"][1] == {"from_step": 4, "batch_size": 8, "gradient_accumulation": 2} and not halved["bit_equal"]
    )

    with pytest.raises(Interrupted):
        train(make_job(workdir, base, rows, held_out, **options), on=stop_at(6))
    split_losses, losses = losses, {}
    split, _ = train(make_job(workdir, base, rows, held_out, attempt=2, batch_size=2, gradient_accumulation=2), on=note)
    assert (split["final_step"], split["tokens"]) == (whole["final_step"], whole["tokens"])
    assert set(losses) == set(range(8, 21)) and all(abs(losses[step] - split_losses[step]) < 0.05 for step in losses)
    assert abs(split["train_loss"] - whole["train_loss"]) < 0.01


def test_four_bit_loading_works_or_fails_with_a_reason_before_the_model_is_read(
    base: Path, rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = make_job(tmp_path / "train", base, rows, load_in_4bit=True, max_steps=3)
    try:
        outputs, _ = train(job)
    except Failure as failure:
        assert failure.code == "QUANTIZED_LOAD_UNAVAILABLE"
        assert not [event for event in vars(failure)["events"] if event.get("what") == "model"]
        pytest.skip(str(failure))
    assert outputs["final_step"] == 3 and outputs["train_loss"] < 7


def test_quantized_loading_that_cannot_work_is_refused_before_the_model_is_read(
    base: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    failure = refused(make_job(tmp_path / "train", base, rows, load_in_8bit=True))
    assert failure.code == "QUANTIZED_LOAD_UNAVAILABLE" and "load_in_8bit" in str(failure)
    assert not [event for event in vars(failure)["events"] if event.get("what") == "model"]


def test_a_base_of_pickles_is_refused_and_never_read(base: Path, rows: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickled = shutil.copytree(base, tmp_path / "pickled")
    (pickled / "model.safetensors").unlink()

    class Evil:
        def __reduce__(self) -> Any:
            return (Path.touch, (canary,))

    import torch

    torch.save({"weight": Evil()}, pickled / "pytorch_model.bin")
    failure = refused(make_job(tmp_path / "train", pickled, rows))
    assert failure.code == "UNSAFE_WEIGHTS" and "pytorch_model.bin" in str(failure)
    assert not canary.exists()


def test_a_base_that_needs_its_own_code_is_refused(base: Path, rows: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    coded = shutil.copytree(base, tmp_path / "coded")
    config = json.loads((coded / "config.json").read_text())
    config |= {"model_type": "strange", "auto_map": {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}}
    (coded / "config.json").write_text(json.dumps(config))
    (coded / "evil.py").write_text(f"open({str(canary)!r}, 'w')\n")
    failure = refused(make_job(tmp_path / "train", coded, rows))
    assert failure.code == "BASE_UNREADABLE" and not canary.exists()


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (
            {"lora": {"r": 4, "alpha": 8, "dropout": 0.0, "target_modules": ["query"], "use_rslora": False}},
            "BAD_TARGET_MODULES",
            "q_proj",
        ),
        ({"precision": "fp16"}, "PRECISION_UNAVAILABLE", "cannot train with precision fp16"),
        ({"max_length": 8}, "NO_TRAINING_DATA", "within max_length 8"),
        ({"early_stop": {"patience": 2, "min_delta": 0.0}}, "NO_EVAL_DATA", "evaluation rows"),
        ({"epoch": 3}, "BAD_JOB", "unknown: ['epoch']"),
    ],
    ids=[
        "modules the base has not",
        "fp16 on a CPU",
        "no row that fits",
        "early stopping without eval rows",
        "an unknown field",
    ],
)
def test_refused_for(options: Any, code: str, says: Any, base: Path, rows: Path, tmp_path: Path) -> None:
    failure = refused(make_job(tmp_path / "train", base, rows, **options))
    assert failure.code == code and says in str(failure)


def test_a_full_disk_is_reported_with_the_needed_bytes_and_the_folder(
    base: Path, rows: Path, held_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The free space disappears between two saves. The trainer checks it before each save."""
    real = shutil.disk_usage

    def later(event: dict[str, Any]) -> None:
        if event["event"] == "checkpoint":
            monkeypatch.setattr(shutil, "disk_usage", lambda path: real(path)._replace(free=1000))

    failure = refused(make_job(tmp_path / "train", base, rows, held_out), on=later)
    assert failure.code == "DISK_FULL" and failure.facts["needed_bytes"] > failure.facts["free_bytes"] == 1000
    monkeypatch.undo()
    outputs, _ = train(make_job(tmp_path / "train", base, rows, held_out, attempt=2))
    assert outputs["resumed_from"] == [4]
    assert adapter_digest(tmp_path / "train", 20)

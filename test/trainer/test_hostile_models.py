"""The files of a model or a checkpoint are data: no pickle or code in them acts on this machine."""

import contextlib
import io
import json
import pickle
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from canaries import FORMS, PICKLES, STATES, edit, merged, probed, refusal, sealed
from rig import make_job, run, stop_at, train
from trainer.runtime.events import Events, Interrupted
from trainer.train import checkpoint

torch = pytest.importorskip("torch")


def test_the_canary_detects_a_run_pickle(nest: Any, tmp_path: Path) -> None:
    for form in FORMS:
        nest.plant(tmp_path / f"{form}.pt", form)
        with contextlib.suppress(RuntimeError):
            # torch runs a plain pickle before it reports that the file is not one of its own.
            torch.load(tmp_path / f"{form}.pt", weights_only=False)
    assert nest.hatched == ["legacy.pt", "plain.pt", "zip.pt"]


@pytest.mark.parametrize("form", FORMS)
def test_no_verb_reads_pickles_beside_the_weights_of_a_base(
    form: Any, base: Path, rows: Path, nest: Any, tmp_path: Path
) -> None:
    planted = shutil.copytree(base, tmp_path / "planted")
    for name in PICKLES:
        nest.plant(planted / name, form)
    outputs, _ = train(make_job(tmp_path / "train", planted, rows, max_steps=1))
    job: dict[str, Any] = {
        "checkpoints": str(tmp_path / "train/checkpoints"),
        "select": "last",
        "out": str(tmp_path / "adapter"),
    }
    run("adapter", **job)
    for name in PICKLES:
        nest.plant(tmp_path / "adapter" / name, form)
    assert merged(planted, tmp_path / "merged", tmp_path / "adapter")["merged_tensors"] > 0
    assert probed(planted, tmp_path / "probe.json")["greedy_tokens"] > 0
    (tmp_path / "rows.jsonl").write_text('{"prompt": "a", "completion": "b"}\n')
    job = {
        "source": str(tmp_path / "rows.jsonl"),
        "out": str(tmp_path / "rows"),
        "tokenizer": str(planted),
    }
    assert run("prepare", **job)["rows"] == 1
    assert nest.hatched == []
    # No verb copies a pickle either.
    assert not [path.name for path in (tmp_path / "merged").iterdir() if path.name in PICKLES]


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pth", "model.pt", "model.ckpt", "model.pkl"])
def test_every_verb_refuses_a_base_with_only_pickles(
    name: str, base: Path, rows: Path, nest: Any, tmp_path: Path
) -> None:
    pickled = shutil.copytree(base, tmp_path / "pickled", ignore=shutil.ignore_patterns("*.safetensors"))
    nest.plant(pickled / name)
    for work in (
        lambda: train(make_job(tmp_path / "train", pickled, rows)),
        lambda: merged(pickled, tmp_path / "merged"),
        lambda: probed(pickled, tmp_path / "probe.json"),
        lambda: run("convert", model=str(pickled), out=str(tmp_path / "x"), source="", type="f16"),
    ):
        failure = refusal(work)
        assert failure.code == "UNSAFE_WEIGHTS" and name in str(failure)
    assert nest.hatched == []


@pytest.mark.parametrize("name", ["pytorch_model.bin", "../outside.safetensors", "/etc/passwd", "a/b.safetensors", 5])
def test_an_index_that_names_a_pickle_or_a_file_elsewhere_is_refused(
    name: str, base: Path, rows: Path, nest: Any, tmp_path: Path
) -> None:
    planted = shutil.copytree(base, tmp_path / "planted")
    nest.plant(planted / "pytorch_model.bin")
    shutil.copy(base / "model.safetensors", tmp_path / "outside.safetensors")
    (planted / "model.safetensors").rename(planted / "other.safetensors")
    (planted / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"model.norm.weight": name}}))
    for work in (
        lambda: train(make_job(tmp_path / "train", planted, rows)),
        lambda: merged(planted, tmp_path / "merged"),
        lambda: probed(planted, tmp_path / "probe.json"),
    ):
        assert refusal(work).code == "UNSAFE_WEIGHTS"
    assert nest.hatched == []


def test_an_adapter_in_a_base_that_points_to_another_model_is_refused(
    base: Path, rows: Path, nest: Any, tmp_path: Path
) -> None:
    planted, other = shutil.copytree(base, tmp_path / "planted"), shutil.copytree(base, tmp_path / "other")
    (planted / "adapter_config.json").write_text(
        json.dumps({"peft_type": "LORA", "base_model_name_or_path": str(other)})
    )
    nest.plant(planted / "adapter_model.bin")
    failure = refusal(lambda: train(make_job(tmp_path / "train", planted, rows)))
    assert failure.code == "BASE_INCOMPLETE" and "holds an adapter" in str(failure)
    assert nest.hatched == []


@pytest.mark.parametrize("name, form", list(zip(STATES, FORMS, strict=True)))
def test_a_pickle_in_place_of_a_checkpoints_state_is_quarantined_and_an_older_checkpoint_is_taken(
    name: str, form: Any, stopped: Path, base: Path, rows: Path, held_out: Path, nest: Any, tmp_path: Path
) -> None:
    workdir = shutil.copytree(stopped, tmp_path / "train")
    nest.plant(workdir / "checkpoints/checkpoint-7" / name, form)
    sealed(workdir / "checkpoints/checkpoint-7")
    assert checkpoint.verify(workdir / "checkpoints/checkpoint-7").step == 7, "its hashes agree"
    with pytest.raises(Interrupted) as ended:
        train(make_job(workdir, base, rows, held_out, attempt=2), on=stop_at(5))
    events = {event["event"]: event for event in ended.value.events}
    assert name in events["quarantined"]["reason"] and events["resumed"]["step"] == 4
    assert nest.hatched == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PICKLES)
def test_a_pickle_of_any_name_in_a_checkpoint_is_quarantined(
    name: str, form: Any, stopped: Path, nest: Any, tmp_path: Path
) -> None:
    from trainer.train import resume

    for sealing in (False, True):
        workdir = shutil.copytree(stopped, tmp_path / f"train-{sealing}")
        nest.plant(workdir / "checkpoints/checkpoint-7" / name, form)
        if sealing:
            sealed(workdir / "checkpoints/checkpoint-7")
        manifest = json.loads((workdir / "checkpoints/checkpoint-4/manifest.json").read_text())
        stream = io.StringIO()
        found = resume.find_checkpoint(workdir, None, manifest["fingerprints"], False, Events(stream))
        assert found and found.step == 4 and name in stream.getvalue()
        assert [path.name for path in (workdir / "quarantine").iterdir()] == ["checkpoint-7"]
    assert nest.hatched == []


def test_an_adapter_is_made_only_from_safetensors(stopped: Path, nest: Any, tmp_path: Path) -> None:
    workdir = shutil.copytree(stopped, tmp_path / "train")
    newest = workdir / "checkpoints/checkpoint-7"
    nest.plant(newest / "adapter_model.bin")
    (newest / "adapter_model.safetensors").unlink()
    sealed(newest)
    job: dict[str, Any] = {
        "checkpoints": str(workdir / "checkpoints"),
        "select": "last",
        "out": str(tmp_path / "adapter"),
    }
    failure = refusal(lambda: run("adapter", **job))
    assert failure.code == "CHECKPOINT_CORRUPT" and "adapter_model.safetensors" in str(failure)
    assert nest.hatched == []


# The settings of a model that names its own code, and whether temper can use the model without that code.
CODE = {
    "a model of a known kind with code": ({"auto_map": {"AutoModelForCausalLM": "evil.Evil"}}, {}, True),
    "a config with code": ({"auto_map": {"AutoConfig": "evil.Evil"}}, {}, True),
    "a tokenizer with code": ({}, {"auto_map": {"AutoTokenizer": ["evil.Evil", "evil.Evil"]}}, True),
    "a kind that only its code knows": (
        {"model_type": "strange", "auto_map": {"AutoConfig": "evil.Evil", "AutoModelForCausalLM": "evil.Evil"}},
        {},
        False,
    ),
    "code of another repository": ({"auto_map": {"AutoModelForCausalLM": "some/body--evil.Evil"}}, {}, True),
    "attention of somebody else's": ({"_attn_implementation": "some/body", "attn_implementation": "./evil"}, {}, False),
    "a generation of its own": ({"custom_generate": "evil"}, {}, True),
}


@pytest.mark.parametrize("config, settings, usable", CODE.values(), ids=CODE.keys())
def test_code_that_comes_with_a_model_never_runs(
    config: Any, settings: Any, usable: Any, base: Path, rows: Path, nest: Any, tmp_path: Path
) -> None:
    coded = shutil.copytree(base, tmp_path / "coded")
    edit(coded / "config.json", **config)
    edit(coded / "tokenizer_config.json", **settings)
    (coded / "custom_generate").mkdir()
    for name in ("evil.py", "modeling_evil.py", "__init__.py", "custom_generate/generate.py", "sitecustomize.py"):
        nest.code(coded / name)
    if usable:
        assert train(make_job(tmp_path / "train", coded, rows, max_steps=1))[0]["final_step"] == 1
        assert probed(coded, tmp_path / "probe.json")["greedy_tokens"] > 0
    else:
        assert refusal(lambda: train(make_job(tmp_path / "train", coded, rows))).code == "BASE_UNREADABLE"
    merged(coded, tmp_path / "merged")
    for name in ("config.json", "tokenizer_config.json"):
        assert "auto_map" not in json.loads((tmp_path / "merged" / name).read_text())
    assert not list((tmp_path / "merged").rglob("*.py"))
    assert nest.hatched == []


# A file of a base model, its content, and the failure.
BROKEN = {
    "no config": ("config.json", None, "BASE_INCOMPLETE"),
    "a config that is no JSON": ("config.json", b"{", "BASE_INCOMPLETE"),
    "a config that is a list": ("config.json", b"[]", "BASE_INCOMPLETE"),
    "a config nested too deeply": ("config.json", b'{"a":' * 100_000, "BASE_INCOMPLETE"),
    "a config of bytes": ("config.json", b"\xff\xfe\0", "BASE_INCOMPLETE"),
    "a config with numbers as words": ("config.json", {"hidden_size": "many"}, "BASE_UNREADABLE"),
    "a config of other sizes": ("config.json", {"hidden_size": 128}, "BASE_UNREADABLE"),
    "an index that is a list": ("model.safetensors.index.json", b"[]", "BASE_INCOMPLETE"),
    "an index without weights": ("model.safetensors.index.json", b"{}", "BASE_INCOMPLETE"),
    "a tokenizer that is no JSON": ("tokenizer.json", b"{", "BASE_UNREADABLE"),
    "a tokenizer of an unknown kind": ("tokenizer.json", b'{"model": {"type": "Evil"}}', "BASE_UNREADABLE"),
    "settings of a tokenizer that are a list": ("tokenizer_config.json", b"[]", "BASE_INCOMPLETE"),
    "a template that is no text": ("tokenizer_config.json", {"chat_template": 5}, "NO_TEMPLATE"),
    "a template that is no UTF-8": ("chat_template.jinja", b"\xff", "TEMPLATE_FAILED"),
    "weights that are a pickle by another name": ("model.safetensors", pickle.dumps([1] * 99), "BASE_UNREADABLE"),
    "no weights": ("model.safetensors", b"", "BASE_UNREADABLE"),
}


@pytest.mark.parametrize("name, content, code", BROKEN.values(), ids=BROKEN.keys())
def test_a_base_with(name: str, content: Any, code: str, base: Path, rows: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(base, tmp_path / "broken")
    if content is None:
        (broken / name).unlink()
    elif isinstance(content, dict):
        edit(broken / name, **content)
    else:
        (broken / name).write_bytes(content)
    failure = refusal(lambda: train(make_job(tmp_path / "train", broken, rows, max_steps=1)))
    assert failure.code == code and len(str(failure)) < 2000


F32, HUGE = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, 2**63
# The header of a weights file. Eight bytes of data follow it.
HEADERS = {
    "a list": [],
    "a weight that is a number": {"a": 1},
    "an end before the begin": {"a": {**F32, "data_offsets": [8, 0]}},
    "a begin before the data": {"a": {**F32, "data_offsets": [-8, 0]}},
    "an end past the file": {"a": {**F32, "data_offsets": [0, HUGE], "shape": [HUGE // 4]}},
    "a shape that needs more": {"a": {**F32, "shape": [HUGE, HUGE]}},
    "a negative shape": {"a": {**F32, "shape": [-1, -2]}},
    "a shape of words": {"a": {**F32, "shape": "12"}},
    "one place instead of two": {"a": {**F32, "data_offsets": [0]}},
    "metadata alone, as a text": {"__metadata__": "x", "a": 0},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_weights_whose_header_is(header: Any, base: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(base, tmp_path / "broken")
    text = json.dumps(header).encode()
    (broken / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
    failure = refusal(lambda: merged(broken, tmp_path / "merged"))
    assert failure.code == "BASE_INCOMPLETE" and "cut off or damaged" in str(failure)


@pytest.mark.parametrize(
    "start",
    [
        struct.pack("<Q", 2**60),
        struct.pack("<Q", 99_999_999),
        b"",
        b"\0" * 7,
        struct.pack("<Q", 200_008) + b"[" * 200_008,
    ],
    ids=["longer than the file", "long", "nothing", "half a length", "nested too deeply"],
)
def test_weights_that_begin_with_a_header(start: Any, base: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(base, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(start)
    assert refusal(lambda: merged(broken, tmp_path / "merged")).code == "BASE_INCOMPLETE"

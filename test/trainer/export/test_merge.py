"""merge: the same bits as PEFT's merge, in a directory that importers read, with one weight in memory."""

import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import rig
import tiny_model
from trainer.export.importable import importable_config
from trainer.runtime.events import Failure

torch = pytest.importorskip("torch")
from peft import LoraConfig, PeftModel, get_peft_model  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

TEMPLATE = tiny_model.CHAT_TEMPLATE + "{# of the training #}"
TORCH = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}


def load(path: Path, dtype: Any) -> Any:
    return AutoModelForCausalLM.from_pretrained(path, dtype=TORCH[dtype])


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = {}
    for dtype in TORCH:
        path = tiny_model.make_tiny_model(tmp_path_factory.mktemp("tiny"), shards=1)
        load(path, dtype).save_pretrained(path, max_shard_size="120KB" if dtype == "bf16" else "5GB")
        if dtype == "bf16":
            (path / "model.safetensors").unlink()
            assert len(list(path.glob("*.safetensors"))) > 1
        made[dtype] = path
    return made


def make_adapter(
    base: Path, directory: Path, template: str = TEMPLATE, digest: Any = "sha256:base", **options: Any
) -> Any:
    torch.manual_seed(7)
    config = LoraConfig(
        **{
            "r": 4,
            "lora_alpha": 6,
            "target_modules": "all-linear",
            "init_lora_weights": False,
            "task_type": "CAUSAL_LM",
            **options,
        }
    )
    get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), config).save_pretrained(directory)
    (directory / "training.json").write_text(
        json.dumps({"base": {"name": "tiny", "digest": digest}, "template": template})
    )
    return directory


@pytest.fixture(scope="module")
def adapter(bases: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make_adapter(bases["fp32"], tmp_path_factory.mktemp("adapter"))


def run(base: Path, adapter: Path | None, out: Path, dtype: Any = "auto", stream: Any = None) -> Any:
    job = {
        "base": {"path": str(base), "digest": "sha256:base", "name": "tiny"},
        "adapter": adapter and str(adapter),
        "out": str(out),
        "dtype": dtype,
    }
    return rig.run("merge", stream, **job)


def tensors(directory: Path) -> Any:
    return {name: tensor for path in directory.glob("*.safetensors") for name, tensor in load_file(path).items()}


def assert_equal_bits(directory: Path, model: Any) -> None:
    expected = {name: tensor for name, tensor in model.state_dict().items() if name != "lm_head.weight"}
    found = tensors(directory)
    assert found.keys() == expected.keys()
    different = [
        name
        for name in found
        if not torch.equal(found[name], expected[name]) or found[name].dtype != expected[name].dtype
    ]
    assert not different


@pytest.mark.parametrize("dtype", TORCH)
@pytest.mark.parametrize(
    "options", [{}, {"use_rslora": True}, {"r": 3, "target_modules": ["q_proj", "v_proj"]}], ids=str
)
def test_the_merged_bits_are_those_of_peft(bases: Any, tmp_path: Path, dtype: Any, options: Any) -> None:
    adapter = make_adapter(bases["fp32"], tmp_path / "adapter", **options)
    outputs = run(bases[dtype], adapter, tmp_path / "out")
    model = PeftModel.from_pretrained(load(bases[dtype], dtype), adapter)
    targets = sum(name.endswith("lora_A.default.weight") for name, _ in model.named_parameters())
    assert_equal_bits(tmp_path / "out", model.merge_and_unload(safe_merge=False))
    assert outputs["merged_tensors"] == targets > 0
    assert outputs["dtype"] == dtype
    assert outputs["bytes"] == sum(path.stat().st_size for path in (tmp_path / "out").iterdir())


def test_another_dtype_is_rounded_once(bases: Any, adapter: Path, tmp_path: Path) -> None:
    outputs = run(bases["fp32"], adapter, tmp_path / "out", dtype="bf16")
    model = PeftModel.from_pretrained(load(bases["fp32"], "fp32"), adapter).merge_and_unload(safe_merge=False)
    assert_equal_bits(tmp_path / "out", model.to(torch.bfloat16))
    assert outputs["dtype"] == "bf16"
    config = json.loads((tmp_path / "out/config.json").read_text())
    assert config["dtype"] == config["torch_dtype"] == "bfloat16"


def test_the_merged_directory_loads_and_keeps_shards_and_tied_embeddings(
    bases: Any, adapter: Path, tmp_path: Path
) -> None:
    outputs = run(bases["bf16"], adapter, tmp_path / "out")
    names = sorted(path.name for path in bases["bf16"].glob("*.safetensors*"))
    assert sorted(path.name for path in (tmp_path / "out").glob("*.safetensors*")) == names
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert merged.dtype == torch.bfloat16
    assert merged.lm_head.weight.data_ptr() == merged.model.embed_tokens.weight.data_ptr()
    assert outputs["parameters"] == sum(parameter.numel() for parameter in merged.parameters())
    expected = PeftModel.from_pretrained(load(bases["bf16"], "bf16"), adapter).merge_and_unload()
    ids = torch.tensor([[5, 6, 7]])
    assert torch.equal(merged(ids).logits, expected(ids).logits)


def test_importers_find_rope_theta_the_tokenizer_and_the_template_of_the_training(
    bases: Any, adapter: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    outputs = run(bases["fp32"], adapter, out)
    config = json.loads((out / "config.json").read_text())
    assert config["rope_theta"] == config["rope_parameters"]["rope_theta"] == 10000.0
    assert config["architectures"] == ["Qwen2ForCausalLM"]
    for name in ("tokenizer.json", "vocab.json", "merges.txt", "generation_config.json"):
        assert (out / name).read_bytes() == (bases["fp32"] / name).read_bytes()
    assert json.loads((out / "tokenizer_config.json").read_text())["chat_template"] == TEMPLATE
    assert (out / "chat_template.jinja").read_text() == TEMPLATE
    assert AutoTokenizer.from_pretrained(out).chat_template == TEMPLATE
    assert outputs["template_sha256"] == "sha256:" + hashlib.sha256(TEMPLATE.encode()).hexdigest()
    everything = b"".join(path.read_bytes() for path in out.glob("*.json"))
    assert str(bases["fp32"]).encode() not in everything and str(adapter).encode() not in everything


def test_a_base_without_an_adapter_becomes_importable_with_its_own_template(bases: Any, tmp_path: Path) -> None:
    other = tmp_path / "base"
    shutil.copytree(bases["fp32"], other)
    settings = json.loads((other / "tokenizer_config.json").read_text())
    (other / "chat_template.jinja").write_text(settings.pop("chat_template"))
    (other / "tokenizer_config.json").write_text(json.dumps(settings))
    (other / "consolidated.safetensors").write_bytes((other / "model.safetensors").read_bytes())
    (other / "LICENSE.txt").write_text("a licence")
    outputs = run(other, None, tmp_path / "out")
    assert outputs["merged_tensors"] == 0
    assert_equal_bits(tmp_path / "out", load(bases["fp32"], "fp32"))
    assert json.loads((tmp_path / "out/tokenizer_config.json").read_text())["chat_template"] == tiny_model.CHAT_TEMPLATE
    assert (tmp_path / "out/LICENSE.txt").exists()


def test_two_merges_give_the_same_bytes(bases: Any, adapter: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(bases["bf16"], adapter, tmp_path / name)
    files = [{path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two")]
    assert files[0] == files[1]


def test_progress_ends_with_the_last_weight(bases: Any, adapter: Path, tmp_path: Path) -> None:
    stream = io.StringIO()
    run(bases["fp32"], adapter, tmp_path / "out", stream=stream)
    last = json.loads(stream.getvalue().splitlines()[-1])
    assert last["event"] == "merging" and last["done"] == last["total"] == len(tensors(bases["fp32"]))


def test_an_adapter_of_another_base_is_refused(bases: Any, tmp_path: Path) -> None:
    other = make_adapter(bases["fp32"], tmp_path / "adapter", digest="sha256:other")
    with pytest.raises(Failure, match=r"trained on tiny \(sha256:other\)") as failed:
        run(bases["fp32"], other, tmp_path / "out")
    assert failed.value.code == "WRONG_BASE"


def test_weights_of_another_shape_are_refused(adapter: Path, tmp_path: Path) -> None:
    wide = tiny_model.make_tiny_model(tmp_path / "wide", hidden=96)
    with pytest.raises(Failure) as failed:
        run(wide, adapter, tmp_path / "out")
    assert failed.value.code == "WRONG_BASE"


def test_a_quantized_base_is_refused(bases: Any, adapter: Path, tmp_path: Path) -> None:
    shutil.copytree(bases["fp32"], tmp_path / "base")
    config = json.loads((tmp_path / "base/config.json").read_text())
    config["quantization_config"] = {"quant_method": "bitsandbytes", "load_in_4bit": True}
    (tmp_path / "base/config.json").write_text(json.dumps(config))
    with pytest.raises(Failure, match="quantized .bitsandbytes") as failed:
        run(tmp_path / "base", adapter, tmp_path / "out")
    assert failed.value.code == "QUANTIZED_BASE"


@pytest.mark.parametrize(
    "options, names",
    [
        ({"use_dora": True}, "use_dora"),
        ({"bias": "all"}, "bias"),
        ({"modules_to_save": ["embed_tokens"]}, "modules_to_save|embed_tokens"),
        ({"rank_pattern": {"q_proj": 2}}, "rank_pattern"),
        ({"target_modules": ["embed_tokens"]}, "embed_tokens"),
        ({"init_lora_weights": "pissa"}, "pissa"),
        ({"target_modules": ["lm_head"]}, "lm_head"),
    ],
)
def test_adapters_other_than_plain_lora_are_refused_by_name(
    bases: Any, tmp_path: Path, options: Any, names: Any
) -> None:
    other = make_adapter(bases["fp32"], tmp_path / "adapter", **options)
    with pytest.raises(Failure, match=names) as failed:
        run(bases["fp32"], other, tmp_path / "out")
    assert failed.value.code == "UNSUPPORTED_ADAPTER"


def test_a_nan_in_the_adapter_or_an_overflow_of_fp16_is_refused(bases: Any, adapter: Path, tmp_path: Path) -> None:
    for value, dtype in ((float("nan"), "auto"), (1e30, "fp16")):
        broken = tmp_path / f"adapter{dtype}"
        shutil.copytree(adapter, broken)
        weights = load_file(broken / "adapter_model.safetensors")
        next(iter(weights.values()))[0, 0] = value
        save_file(weights, broken / "adapter_model.safetensors")
        with pytest.raises(Failure) as failed:
            run(bases["fp32"], broken, tmp_path / "out", dtype=dtype)
        assert failed.value.code == "NAN_WEIGHTS"


def test_a_base_cut_off_in_a_download_is_refused(bases: Any, adapter: Path, tmp_path: Path) -> None:
    shutil.copytree(bases["fp32"], tmp_path / "base")
    weights = tmp_path / "base/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(Failure, match="ends before its last tensor"):
        run(tmp_path / "base", adapter, tmp_path / "out")


def test_a_full_disk_is_reported_before_anything_is_written(
    bases: Any, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.runtime.disk_space.shutil.disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(Failure) as failed:
        run(bases["fp32"], adapter, tmp_path / "out")
    assert failed.value.code == "DISK_FULL" and failed.value.facts["free_bytes"] == 1
    assert not list((tmp_path / "out").iterdir())


CONFIGS = [
    ({"rope_theta": 5.0}, {"rope_theta": 5.0}),
    ({"rope_parameters": {"rope_theta": 5.0, "rope_type": "default"}}, {"rope_theta": 5.0}),
    (
        {"rope_parameters": {"rope_theta": 5.0, "rope_type": "yarn", "factor": 4.0}},
        {"rope_theta": 5.0, "rope_scaling": {"rope_type": "yarn", "type": "yarn", "factor": 4.0}},
    ),
    (
        {"rope_scaling": {"rope_type": "yarn", "factor": 4.0}},
        {"rope_scaling": {"rope_type": "yarn", "type": "yarn", "factor": 4.0}},
    ),
    (
        {
            "rope_parameters": {
                "full_attention": {"rope_theta": 9.0, "rope_type": "default"},
                "sliding_attention": {"rope_theta": 5.0},
            }
        },
        {"rope_theta": 9.0, "rope_local_base_freq": 5.0},
    ),
    ({"_name_or_path": "/home/me", "torch_dtype": "bfloat16"}, {"torch_dtype": "bfloat16", "dtype": "bfloat16"}),
]


@pytest.mark.parametrize("given, expected", CONFIGS, ids=lambda config: json.dumps(config)[:60])
def test_a_config_of_transformers_5_gets_the_keys_that_importers_read(given: Any, expected: Any) -> None:
    assert importable_config(given) == {
        **{key: value for key, value in given.items() if key != "_name_or_path"},
        **expected,
    }


def test_transformers_reads_the_same_rotation_from_the_completed_config(
    bases: Any, adapter: Path, tmp_path: Path
) -> None:
    base = tmp_path / "base"
    shutil.copytree(bases["fp32"], base)
    config = json.loads((base / "config.json").read_text())
    config["rope_parameters"] = {
        "rope_theta": 5e5,
        "rope_type": "yarn",
        "factor": 4.0,
        "original_max_position_embeddings": 256,
    }
    (base / "config.json").write_text(json.dumps(config))
    run(base, adapter, tmp_path / "out")
    frequencies = [
        AutoModelForCausalLM.from_pretrained(path).model.rotary_emb.inv_freq for path in (base, tmp_path / "out")
    ]
    assert torch.equal(*frequencies)

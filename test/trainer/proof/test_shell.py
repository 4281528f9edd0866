"""shell: a small model that is converted, loaded and tokenized as those of the base will be."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import rig
import tiny_model
from families import FAMILIES, LLAMA3_ROPE, PHI_ROPE
from trainer.data.templates.template_variant import variant
from trainer.export.small_config import small_config

torch = pytest.importorskip("torch")
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a base beside its weights, which a shell does not need."""
    folder = tiny_model.make_tiny_model(tmp_path_factory.mktemp("plain") / "base")
    (folder / "model.safetensors").unlink()
    return folder


def make_base(plain: Path, folder: Path, config: dict[str, Any]) -> Path:
    shutil.copytree(plain, folder)
    tokens = {"vocab_size": 512, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    (folder / "config.json").write_text(json.dumps({**config, **tokens, "torch_dtype": "bfloat16"}))
    return folder


def run(base: Path, folder: Path, template: str | None = None, thoughts: str = "keep") -> Any:
    out = folder / "shell"
    given: dict[str, Any] = {"template": template, "thoughts": thoughts}
    return rig.run("shell", base=str(base), **given, out=str(out), probe=str(folder / "probe.json")), out


@pytest.mark.parametrize("name", FAMILIES)
def test_a_shell_of_each_family_is_small_and_loads(plain: Path, tmp_path: Path, name: str) -> None:
    base = make_base(plain, tmp_path / "base", FAMILIES[name])
    outputs, out = run(base, tmp_path)
    assert outputs["problem"] is None
    assert outputs["parameters"] < 2_000_000
    model = AutoModelForCausalLM.from_pretrained(out)
    assert type(model).__name__ == FAMILIES[name]["architectures"][0]
    assert model.dtype == torch.float16 and model.config.vocab_size == 512
    assert (out / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    assert "auto_map" not in json.loads((out / "config.json").read_text())
    assert len(json.loads((tmp_path / "probe.json").read_text())["chats"]) >= 9


@pytest.mark.parametrize(
    "name, kept",
    [
        ("SmolLM2-135M", {"num_hidden_layers": 2, "hidden_size": 128, "num_attention_heads": 2}),
        ("Llama-3.2-1B", {"head_dim": 64, "rope_scaling": LLAMA3_ROPE, "num_key_value_heads": 1}),
        ("Qwen3-0.6B", {"head_dim": 128, "hidden_size": 64, "rms_norm_eps": 1e-06}),
        # The first layer that is not a sliding window is the sixth.
        ("gemma-3-1b", {"num_hidden_layers": 6, "sliding_window": 512, "head_dim": 256}),
        # The factors of the rope are one for each two numbers of a head.
        ("Phi-3.5-mini", {"hidden_size": 192, "num_attention_heads": 2, "rope_scaling": PHI_ROPE}),
    ],
)
def test_what_decides_conversion_and_loading_stays(name: str, kept: dict[str, Any]) -> None:
    small = small_config(FAMILIES[name])
    assert {key: small[key] for key in kept} == kept


def test_a_language_model_beside_an_encoder_becomes_small_too() -> None:
    config = {**FAMILIES["Qwen2.5-0.5B"], "vision_config": {"hidden_size": 1280, "num_attention_heads": 16}}
    small = small_config(config)
    assert small["hidden_size"] == 128 and small["num_hidden_layers"] == 2
    assert small["vision_config"]["hidden_size"] == 160


def test_lists_of_layers_are_cut_to_a_round_of_all_kinds() -> None:
    kinds = ["full_attention", "sliding_attention", "sliding_attention", "chunked_attention"] * 6
    config = {**FAMILIES["Qwen2.5-0.5B"], "layer_types": kinds}
    small = small_config(config)
    assert small["num_hidden_layers"] == 4 and small["layer_types"] == kinds[:4]


def test_the_same_base_gives_the_same_bytes_with_the_template_of_the_training(plain: Path, tmp_path: Path) -> None:
    base = make_base(plain, tmp_path / "base", FAMILIES["Qwen2.5-0.5B"])
    template = tiny_model.CHAT_TEMPLATE.replace("assistant\n", "assistant:\n")
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _, out = run(base, tmp_path / name, template)
        found.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert found[0] == found[1]
    assert AutoTokenizer.from_pretrained(out).chat_template == template
    assert json.loads((tmp_path / "one" / "probe.json").read_text())["template"] == template


def test_a_shell_carries_the_template_that_a_trained_model_will_carry(plain: Path, tmp_path: Path) -> None:
    template = "{{ strftime_now('%d %b %Y') }}" + tiny_model.CHAT_TEMPLATE
    _, out = run(make_base(plain, tmp_path / "base", FAMILIES["Qwen2.5-0.5B"]), tmp_path, template)
    carried = AutoTokenizer.from_pretrained(out).chat_template
    assert carried.endswith(template) and "26 Jul 2024" in carried


def test_a_shell_of_a_training_that_drops_thoughts_asks_for_none(plain: Path, tmp_path: Path) -> None:
    base = make_base(plain, tmp_path / "base", FAMILIES["Qwen3-0.6B"])
    ending = "{% if add_generation_prompt and enable_thinking is defined and enable_thinking is false %}"
    template = tiny_model.CHAT_TEMPLATE + ending + "{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}"
    _, out = run(base, tmp_path, template, "drop")
    assert AutoTokenizer.from_pretrained(out).chat_template == variant(
        AutoTokenizer.from_pretrained(base), template, "drop", rows_think=True
    )
    chats = json.loads((tmp_path / "probe.json").read_text())["chats"]
    assert all(chat["prompt"].endswith("</think>\n\n") for chat in chats)


def test_a_base_that_the_libraries_do_not_know_has_no_shell_and_the_outputs_say_why(
    plain: Path, tmp_path: Path
) -> None:
    novel = {**FAMILIES["Qwen2.5-0.5B"], "architectures": ["NovelForCausalLM"], "model_type": "novel"}
    outputs, _ = run(make_base(plain, tmp_path / "base", novel), tmp_path)
    assert "NovelForCausalLM" in outputs["problem"]

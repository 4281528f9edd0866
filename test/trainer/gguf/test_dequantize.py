# needs: python, llama.cpp
"""dequantize: the folder that is made of a GGUF file is the model that the file was made from."""

import json
from pathlib import Path
from typing import Any

import pytest
from small_ggufs import MODELS, TURNS, convert, copy_changed, make_model, random_texts

import rig
import tiny_model
from trainer.data.templates.chat_template import effective_template
from trainer.runtime.events import Failure

gguf = pytest.importorskip("gguf")

Pair = tuple[Path, Path]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """By name the model and its GGUF."""
    folder = tmp_path_factory.mktemp("ggufs")
    made = {name: (make_model(folder / name, name), folder / f"{name}.gguf") for name in MODELS}
    convert(dict(made.values()))
    return made


def rebuild(file: Path, out: Path, template: str | None = None) -> dict[str, Any]:
    return rig.run("dequantize", source=str(file), out=str(out), template=template)


@pytest.mark.parametrize("name", MODELS)
def test_weights_settings_and_tokens_are_those_of_the_model_that_was_converted(
    pairs: dict[str, Pair], name: str, tmp_path: Path
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, file = pairs[name]
    rebuild(file, tmp_path / "base")
    before = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    after = AutoModelForCausalLM.from_pretrained(tmp_path / "base", dtype=torch.float32)
    weights = after.state_dict()
    assert weights.keys() == before.state_dict().keys()
    for key, weight in before.state_dict().items():
        assert torch.allclose(weights[key], weight, rtol=1e-3, atol=1e-6), key
    # Longer than the sliding windows, so that every setting of the attention counts.
    ids = torch.randint(0, before.config.vocab_size, (1, 100), generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        assert torch.allclose(after(ids).logits, before(ids).logits, rtol=0.02, atol=0.05)
    texts = random_texts(seed=3, count=400)
    read = AutoTokenizer.from_pretrained(tmp_path / "base")(texts, add_special_tokens=False)["input_ids"]
    assert read == original_ids(model, texts)


def original_ids(model: Path, texts: list[str]) -> list[list[int]]:
    if (model / "tokenizer.model").exists():
        import sentencepiece

        return sentencepiece.SentencePieceProcessor(model_file=str(model / "tokenizer.model")).encode(texts)
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    return [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]


@pytest.mark.parametrize("name", ["mistral", "gemma3"])
def test_the_rebuilt_sentencepiece_model_has_the_pieces_of_the_first(
    pairs: dict[str, Pair], name: str, tmp_path: Path
) -> None:
    import sentencepiece

    model, file = pairs[name]
    rebuild(file, tmp_path / "base")
    one, other = (
        sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        for folder in (model, tmp_path / "base")
    )
    texts = [*random_texts(seed=4, count=200), "".join(TURNS)]
    assert one.encode(texts) == other.encode(texts)
    assert [one.id_to_piece(index) for index in range(580)] == [other.id_to_piece(index) for index in range(580)]


def test_quantized_rows_become_what_the_library_makes_of_them(pairs: dict[str, Pair], tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    _, file = pairs["qwen3"]
    kinds = ["Q8_0", "Q5_1", "Q4_0", "Q4_1"]
    reader = gguf.GGUFReader(file)
    quantized: dict[str, Any] = {}
    for index, tensor in enumerate(reader.tensors):
        if len(tensor.shape) == 2:
            kind = gguf.GGMLQuantizationType[kinds[index % len(kinds)]]
            quantized[tensor.name] = gguf.quantize(tensor.data.astype("float32"), kind), kind
    changed = copy_changed(file, tmp_path / "changed.gguf", tensors=quantized)
    outputs = rebuild(changed, tmp_path / "base")
    assert outputs["quantization"] in kinds
    weights = load_file(tmp_path / "base" / "model.safetensors")
    data, kind = quantized["blk.1.ffn_down.weight"]
    expected = torch.from_numpy(gguf.dequantize(data, kind)).half()
    assert torch.equal(weights["model.layers.1.mlp.down_proj.weight"], expected)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"general__architecture": "qwen3moe"}, "its architecture is 'qwen3moe'"),
        ({"general__architecture": "bert"}, "its architecture is 'bert'"),
        ({"general__type": "adapter"}, "holds no model but: adapter"),
        ({"general__type": "mmproj"}, "holds no model but: mmproj"),
        ({"qwen2__expert_count": 8}, "a mixture of 8 experts"),
        ({"qwen2__vision__block_count": 2}, "an encoder of images or sounds"),
        ({"qwen2__attention__causal": False}, "an encoder"),
        ({"qwen2__attention__scale": 0.5}, "does not know its setting qwen2.attention.scale"),
        ({"qwen2__rope__scaling__type": "yarn"}, "scales positions by 'yarn'"),
        ({"split__count": 3}, "one of 3 parts"),
        ({"tokenizer__ggml__pre": "default"}, "tokenizer.ggml.pre is 'default'"),
        ({"tokenizer__ggml__pre": None}, "tokenizer.ggml.pre is 'default'"),
        ({"tokenizer__ggml__model": "t5"}, "of the kind 't5'"),
        ({"tokenizer__ggml__merges": None}, "its tokenizer has no merges"),
        ({"qwen2__feed_forward_length": 48}, "its weight model.layers.0.mlp.down_proj.weight is (64, 96)"),
        ({"qwen2__block_count": 3}, "its weight model.layers.2.input_layernorm.weight is missing"),
    ],
)
def test_what_is_not_known_for_sure_is_refused_with_the_reason(
    pairs: dict[str, Pair], change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    changed = copy_changed(pairs["qwen2"][1], tmp_path / "changed.gguf", **change)
    with pytest.raises(Failure) as failure:
        rebuild(changed, tmp_path / "base")
    assert failure.value.code == "GGUF_UNSUPPORTED" and reason in str(failure.value)
    assert not list(tmp_path.glob("base/*.safetensors"))


@pytest.mark.parametrize("length", [0, 3, 20, 1_000, 20_000, -1])
def test_a_file_that_is_cut_off_is_refused(pairs: dict[str, Pair], length: int, tmp_path: Path) -> None:
    whole = pairs["qwen2"][1].read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[:length])
    with pytest.raises(Failure) as failure:
        rebuild(tmp_path / "cut.gguf", tmp_path / "base")
    assert failure.value.code == "BASE_INCOMPLETE"


def test_a_file_without_a_template_becomes_a_base_that_is_trained_with_a_given_one(
    pairs: dict[str, Pair], tmp_path: Path
) -> None:
    _, file = pairs["qwen2"]
    # Another key of the same length: the file then says nothing of a template.
    bare = tmp_path / "bare.gguf"
    bare.write_bytes(file.read_bytes().replace(b"tokenizer.chat_template", b"tokenizer.chat_templat_"))
    outputs = rebuild(bare, tmp_path / "base")
    assert outputs["template_sha256"] is None
    assert not (tmp_path / "base" / "chat_template.jinja").exists()
    with pytest.raises(Failure) as failure:
        effective_template(tmp_path / "base", None)
    assert failure.value.code == "NO_TEMPLATE"
    given: dict[str, Any] = {"template": tiny_model.CHAT_TEMPLATE, "thoughts": "keep"}
    shell = rig.run(
        "shell", base=str(tmp_path / "base"), **given, out=str(tmp_path / "shell"), probe=str(tmp_path / "probe.json")
    )
    assert shell["problem"] is None
    probe = json.loads((tmp_path / "probe.json").read_text())
    assert probe["template"] == tiny_model.CHAT_TEMPLATE and probe["stop"][0] == "<|im_end|>"


def test_the_end_token_is_that_of_the_template_whatever_the_file_says(pairs: dict[str, Pair], tmp_path: Path) -> None:
    _, file = pairs["qwen2"]
    reader = gguf.GGUFReader(file)
    start = reader.fields["tokenizer.ggml.tokens"].contents().index("<|im_start|>")
    changed = copy_changed(
        file, tmp_path / "changed.gguf", tokenizer__ggml__bos_token_id=start, tokenizer__ggml__eos_token_id=start
    )
    outputs = rebuild(changed, tmp_path / "base", tiny_model.CHAT_TEMPLATE)
    assert outputs["end"] == "<|im_end|>"
    settings = json.loads((tmp_path / "base" / "tokenizer_config.json").read_text())
    assert settings["eos_token"] == "<|im_end|>"
    generation = json.loads((tmp_path / "base" / "generation_config.json").read_text())
    assert generation["eos_token_id"][0] == start + 1

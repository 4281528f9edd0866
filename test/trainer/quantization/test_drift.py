# needs: python, llama.cpp
"""drift and importance: what a quantized file predicts otherwise than its f16 parent, and which inputs matter."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rig
import tiny_model
from forked import Fork, forget_gguf
from llama_source import find_source
from trainer.runtime.events import Failure

gguf = pytest.importorskip("gguf")


@pytest.fixture(scope="module")
def model(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("importable")
    rig.run("merge", base={"path": str(base), "name": "tiny", "digest": "sha256:base"}, out=str(out))
    return out


def convert(model: Path, out: Path, type: str) -> Path:
    job = out.with_suffix(".json")
    job.write_text(
        json.dumps({"model": str(model), "out": str(out), "type": type, "source": str(find_source(absent="fail"))})
    )
    converter = Fork(["convert", str(job)], out.with_suffix(".log"), forget_gguf)
    for _ in converter.stdout:
        pass
    converter.wait(60)
    return out


@pytest.fixture(scope="module")
def files(model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    return {type: convert(model, folder / f"{type}.gguf", type) for type in ("f16", "q8_0")}


def drift(model: Path, files: dict[str, Path], rows: Path | None, work: Path, **more: Any) -> Any:
    candidates = [{"name": name, "path": str(path)} for name, path in files.items()]
    return rig.run(
        "drift",
        **{
            "model": str(model),
            "parent": str(files["f16"]),
            "candidates": candidates,
            "rows": rows and str(rows),
            "thoughts": "keep",
            "max_bytes": 300,
            "base": None,
            "work": str(work),
            **more,
        },
    )


def test_the_f16_file_itself_changes_nothing_and_q8_0_a_little(
    model: Path, files: dict[str, Path], rows: Path, tmp_path: Path
) -> None:
    outputs = drift(model, files, rows, tmp_path)
    measured = outputs["measured"]
    assert measured["f16"]["kl"] == 0 and measured["f16"]["same_top"] == 1
    assert measured["f16"]["logprob"] == pytest.approx(outputs["parent"]["logprob"])
    assert measured["f16"]["bits_per_byte"] == pytest.approx(outputs["parent"]["bits_per_byte"])
    assert outputs["base"] is None
    assert 0 < measured["q8_0"]["kl"] < 0.01
    assert 0 < measured["q8_0"]["kl_error"] < measured["q8_0"]["kl"]
    assert list(tmp_path.iterdir()) == []


def test_the_figures_are_those_of_the_formula(model: Path, files: dict[str, Path], rows: Path, tmp_path: Path) -> None:
    """By hand, from all predictions of the whole model at the tokens of answers."""
    import torch
    from transformers import AutoModelForCausalLM

    from trainer.data.templates.examples import read_examples
    from trainer.runtime.base_files import load_tokenizer

    untrained = tiny_model.make_tiny_model(tmp_path / "untrained", seed=2)
    outputs = drift(model, files, rows, tmp_path, max_bytes=100_000, base=str(untrained))
    tokenizer = load_tokenizer(model)
    parent, before = (AutoModelForCausalLM.from_pretrained(it, dtype=torch.float32) for it in (model, untrained))
    for parameter in [*parent.parameters(), *before.parameters()]:
        if parameter.dim() > 1:
            parameter.data = parameter.data.half().float()
    other = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    reader = gguf.GGUFReader(files["q8_0"])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN2, 2)
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    for name, parameter in other.named_parameters():
        tensor = tensors[names.get_name(name, try_suffixes=(".weight", ".bias"))]
        parameter.data = torch.from_numpy(np.array(gguf.dequantize(tensor.data, tensor.tensor_type))).float()
    sums, same, tokens = 0.0, 0, 0
    examples, _ = read_examples(rows, tokenizer, tiny_model.CHAT_TEMPLATE, 2048)
    with torch.inference_mode():
        for example in examples:
            ids, labels = torch.tensor([list(example.input_ids)]), torch.tensor(list(example.labels))
            p, q = (it(ids).logits[0, :-1][labels[1:] != -100].log_softmax(-1) for it in (parent, other))
            sums += float((p.exp() * (p - q)).sum())
            same += int((p.argmax(-1) == q.argmax(-1)).sum())
            tokens += len(p)
    assert outputs["tokens"] == tokens and outputs["rows"] == len(examples)
    assert outputs["measured"]["q8_0"]["kl"] == pytest.approx(sums / tokens, rel=0.02)
    assert outputs["measured"]["q8_0"]["same_top"] == pytest.approx(same / tokens)

    answers = [json.loads(line)["messages"][-1]["content"] for line in rows.read_text().splitlines()]
    assert outputs["bytes"] == sum(len(answer.encode()) for answer in answers)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    for name, it in (("parent", parent), ("base", before), ("q8_0", other)):
        bits = 0.0
        for example in examples:
            ids, labels = torch.tensor([list(example.input_ids)]), torch.tensor(list(example.labels)[1:])
            with torch.inference_mode():
                each = torch.nn.functional.cross_entropy(it(ids).logits[0, :-1], labels, reduction="none")
            bits += float(each[(labels != -100) & (labels != end)].sum()) / math.log(2)
        found = outputs[name] if name in outputs else outputs["measured"][name]
        assert found["bits_per_byte"] == pytest.approx(bits / outputs["bytes"], rel=1e-4), name


def test_rows_are_taken_until_their_answers_have_enough_bytes(
    model: Path, files: dict[str, Path], rows: Path, tmp_path: Path
) -> None:
    few, many = (drift(model, files, rows, tmp_path, candidates=[], max_bytes=most) for most in (100, 400))
    assert 100 <= few["bytes"] < 160 and few["rows"] < many["rows"]


def test_the_file_of_another_model_is_refused(files: dict[str, Path], rows: Path, tmp_path: Path) -> None:
    other = tiny_model.make_tiny_model(tmp_path / "other", seed=1)
    with pytest.raises(Failure) as caught:
        drift(other, files, None, tmp_path)
    assert caught.value.code == "DRIFT_NOT_MEASURABLE"


def test_an_importance_matrix_holds_the_squared_inputs_of_every_matrix_of_a_layer(
    model: Path, files: dict[str, Path], rows: Path, tmp_path: Path
) -> None:
    out = tmp_path / "importance.gguf"
    outputs = rig.run(
        "importance",
        model=str(model),
        parent=str(files["f16"]),
        rows=str(rows),
        thoughts="keep",
        max_tokens=200,
        out=str(out),
    )
    assert outputs["matrices"] == 2 * 7 and outputs["tokens"] >= 200
    reader = gguf.GGUFReader(out)
    assert reader.get_field("general.type").contents() == "imatrix"
    assert "general.architecture" not in reader.fields
    tensors = {tensor.name: np.array(tensor.data) for tensor in reader.tensors}
    assert tensors["blk.0.attn_q.weight.counts"].item() == outputs["tokens"]
    # Query, key and value read the same numbers, whose mean square is about 1 after a norm with weights of 1.
    assert np.array_equal(tensors["blk.0.attn_q.weight.in_sum2"], tensors["blk.0.attn_k.weight.in_sum2"])
    assert tensors["blk.0.attn_q.weight.in_sum2"].mean() / outputs["tokens"] == pytest.approx(1, abs=0.1)

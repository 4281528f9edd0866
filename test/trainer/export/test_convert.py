# needs: python, llama.cpp
"""convert: llama.cpp's converter makes a GGUF file that agrees with the model directory."""

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

import rig
import tiny_model
from forked import Fork, forget_gguf
from llama_source import find_source
from trainer.export.converter import failure_of

gguf = pytest.importorskip("gguf")


@pytest.fixture(scope="module")
def source() -> Path:
    return find_source(absent="fail")


@pytest.fixture(scope="module")
def model(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("importable")
    rig.run("merge", base={"path": str(base), "name": "tiny", "digest": "sha256:base"}, out=str(out))
    return out


def run(folder: Path, model: Path, source: Path, type: Any = "f16") -> Any:
    """The converter changes the process in which it runs, so each conversion has a fork."""
    out, job = folder / "model.gguf", folder / "job.json"
    job.write_text(json.dumps({"model": str(model), "out": str(out), "type": type, "source": str(source)}))
    converter = Fork(["convert", str(job)], folder / "stderr", forget_gguf)
    events = [json.loads(line) for line in converter.stdout]
    converter.wait(60)
    return events, out


def test_the_file_holds_architecture_template_tokenizer_and_every_weight(
    model: Path, source: Path, tmp_path: Path
) -> None:
    events, out = run(tmp_path, model, source)
    outputs = events[-1]["outputs"]
    # Some versions of the converter leave it out.
    assert not outputs.pop("add_bos")
    assert outputs == {
        "bytes": out.stat().st_size,
        "architecture": "qwen2",
        "tensors": 26,
        "template_present": True,
        "pretokenizer": "qwen2",
    }
    reader = gguf.GGUFReader(out)
    assert reader.get_field("tokenizer.chat_template").contents() == tiny_model.CHAT_TEMPLATE
    assert reader.get_field("qwen2.rope.freq_base").contents() == 10000.0
    progress = [event for event in events if event["event"] == "converting"]
    assert progress[-1]["done"] == progress[-1]["total"] > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".convert")] == []


def test_the_same_model_gives_the_same_bytes_in_any_folder(model: Path, source: Path, tmp_path: Path) -> None:
    files = []
    for name in ("one", "Other-7B-Instruct"):
        (tmp_path / name).mkdir()
        shutil.copytree(model, tmp_path / name / name)
        files.append(run(tmp_path / name, tmp_path / name / name, source)[1].read_bytes())
    assert files[0] == files[1]


def changed(model: Path, folder: Path, file: str, change: Any) -> Any:
    shutil.copytree(model, folder)
    content = json.loads((folder / file).read_text())
    change(content)
    (folder / file).write_text(json.dumps(content))
    return folder


def test_a_tokenizer_with_an_unknown_split_is_refused(model: Path, source: Path, tmp_path: Path) -> None:
    def cut_otherwise(tokenizer: Any) -> None:
        tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = r"\p{N}{1,2}|\p{L}+|\s+|."

    events, out = run(tmp_path, changed(model, tmp_path / "model", "tokenizer.json", cut_otherwise), source)
    assert events[-1]["event"] == "failed" and events[-1]["code"] == "UNKNOWN_PRETOKENIZER"
    assert not out.exists()


def test_an_unknown_architecture_is_refused_by_name(model: Path, source: Path, tmp_path: Path) -> None:
    other = changed(
        model, tmp_path / "model", "config.json", lambda config: config.update(architectures=["NovelForCausalLM"])
    )
    events, _ = run(tmp_path, other, source)
    assert events[-1]["code"] == "UNSUPPORTED_ARCHITECTURE" and "NovelForCausalLM" in events[-1]["message"]


def test_a_vocabulary_that_the_converter_needs_and_the_model_has_not_is_named(
    model: Path, source: Path, tmp_path: Path
) -> None:
    gemma = changed(
        model,
        tmp_path / "model",
        "config.json",
        lambda config: config.update(architectures=["Gemma2ForCausalLM"], model_type="gemma2"),
    )
    events, _ = run(tmp_path, gemma, source)
    assert events[-1]["code"] == "CONVERSION_FAILED" and events[-1]["facts"] == {"missing": "tokenizer.model"}
    assert "Copy tokenizer.model from the original model" in events[-1]["message"]


@pytest.mark.parametrize(
    "error, code, says",
    [
        (
            ValueError("Error: Missing {model}/tokenizer.model"),
            "CONVERSION_FAILED",
            "vocabulary of Phi from tokenizer.model",
        ),
        (
            NotImplementedError("The rope scaling type novel"),
            "CONVERSION_FAILED",
            "this Phi: NotImplementedError: The rope",
        ),
        (KeyError("could not find any of: ['n_head']"), "CONVERSION_FAILED", "n_head"),
        (ModuleNotFoundError("No module named 'tiktoken'"), "CONVERSION_FAILED", "tiktoken"),
        (ImportError("libc.so.9: cannot open shared object file"), "ENVIRONMENT_BROKEN", "libc"),
        (OSError(28, "No space left on device"), "DISK_FULL", "No space"),
        (MemoryError(), "OUT_OF_MEMORY", "MemoryError"),
    ],
)
def test_what_the_converter_throws_is_about_the_model_unless_it_is_about_the_machine(
    error: Exception, code: str, says: str, tmp_path: Path
) -> None:
    named = failure_of(error, "Phi", tmp_path)
    assert named.code == code and says in str(named)


def test_a_type_that_only_the_quantizer_makes_is_refused(model: Path, source: Path, tmp_path: Path) -> None:
    events, _ = run(tmp_path, model, source, type="q4_K_M")
    assert events[-1]["code"] == "BAD_OPTIONS" and "f16" in events[-1]["message"]


def test_code_beside_a_model_is_refused_although_the_converter_trusts_it(
    model: Path, source: Path, tmp_path: Path
) -> None:
    coded, canary = shutil.copytree(model, tmp_path / "coded"), tmp_path / "canary"
    (coded / "evil.py").write_text(f"open({str(canary)!r}, 'w').close()\nclass Evil: pass\n")
    # For this architecture without a tokenizer.json, the converter would run the tokenizer's own code.
    (coded / "tokenizer.json").unlink()
    like = {"architectures": ["StableLmForCausalLM"], "layer_norm_eps": 1e-5, "use_parallel_residual": False}
    like["rope_parameters"] = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}
    for name, changes in (
        ("config.json", like),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["evil.Evil", None]}, "tokenizer_class": "Evil"}),
    ):
        settings = json.loads((coded / name).read_text())
        (coded / name).write_text(json.dumps(settings | changes))
    events, out = run(tmp_path, coded, source)
    assert not canary.exists() and not out.exists()
    assert events[-1]["code"] == "BASE_UNREADABLE" and "never runs" in events[-1]["message"]


def test_pickles_beside_the_weights_are_not_converted(model: Path, source: Path, tmp_path: Path) -> None:
    planted, canary = shutil.copytree(model, tmp_path / "planted"), tmp_path / "canary"

    class Evil:
        def __reduce__(self) -> Any:
            return Path.touch, (canary,)

    for name in ("pytorch_model.bin", "model-00001.bin", "model.pth", "consolidated.00.pth", "mask.pt"):
        (planted / name).write_bytes(pickle.dumps(Evil()))
    events, _ = run(tmp_path, planted, source)
    assert events[-1]["outputs"]["tensors"] == 26 and not canary.exists()


def test_the_settings_say_whether_a_bos_is_added_also_for_a_vocabulary_of_the_size_of_granites(
    base: Path, source: Path, tmp_path: Path
) -> None:
    # As SmolLM2's: the template writes its first token, which the settings call the BOS.
    smol, out = shutil.copytree(base, tmp_path / "smol"), tmp_path / "shell"
    sizes = {"hidden_size": 576, "num_attention_heads": 9, "num_key_value_heads": 3, "vocab_size": 49152}
    for name, changes in (
        ("config.json", {"architectures": ["LlamaForCausalLM"], "model_type": "llama", **sizes}),
        ("tokenizer_config.json", {"bos_token": "<|im_start|>"}),
    ):
        settings = json.loads((smol / name).read_text())
        (smol / name).write_text(json.dumps(settings | changes))
    rig.run(
        "shell",
        base=str(smol),
        template=None,
        thoughts="keep",
        out=str(out),
        probe=str(tmp_path / "probe.json"),
    )
    events, _ = run(tmp_path, out, source)
    assert json.loads((tmp_path / "probe.json").read_text())["add_bos"] is True
    assert events[-1]["outputs"]["add_bos"] is True

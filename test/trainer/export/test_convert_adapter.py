# needs: python, llama.cpp
"""convert_adapter: the file changes the base's GGUF as a merge changes the base."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rig
import tiny_model
from families import FAMILIES
from llama_source import find_source
from trainer.runtime.events import Failure

numpy = pytest.importorskip("numpy")
gguf = pytest.importorskip("gguf")

LORA = {**rig.DEFAULTS["train"]["lora"], "r": 4, "alpha": 6}


@pytest.fixture(scope="module")
def source() -> Path:
    return find_source(absent="fail")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.make_tiny_model(tmp_path_factory.mktemp("plain") / "base")


def make_shell(plain: Path, folder: Path, family: str, **lora: Any) -> tuple[Path, Path]:
    """A small model of the family, and an adapter on it as a training would save one."""
    tokens = {"vocab_size": 512, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    base = shutil.copytree(plain, folder / "base")
    (base / "config.json").write_text(json.dumps({**FAMILIES[family], **tokens, "torch_dtype": "float32"}))
    shell, adapter = folder / "shell", folder / "adapter"
    wanted = {"out": str(adapter), "lora": {**LORA, **lora}}
    rig.run("shell", base=str(base), template=None, out=str(shell), probe=str(folder / "probe.json"), adapter=wanted)
    return shell, adapter


def apart(folder: Path, verb: str, **job: Any) -> Any:
    """Runs the verb in a process of its own, since the source brings another version of the library `gguf`."""
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "trainer", verb, str(folder / "job.json")]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=rig.ROOT)
    last = json.loads(ended.stdout.splitlines()[-1])
    assert last["event"] == "done", last
    return last["outputs"]


def tensors(path: Path) -> dict[str, Any]:
    return {tensor.name: numpy.array(tensor.data) for tensor in gguf.GGUFReader(path).tensors}


def test_the_file_changes_each_weight_as_the_merge_does_and_is_the_same_from_any_folder(
    plain: Path, source: Path, tmp_path: Path
) -> None:
    # Rows of its queries and keys stand in another order in the file, and the converter knows no rsLoRA.
    shell, adapter = make_shell(plain, tmp_path, "SmolLM2-135M", use_rslora=True)
    base = {"path": str(shell), "name": "shell", "digest": "shell"}
    rig.run("merge", base=base, adapter=str(adapter), out=str(tmp_path / "merged"), dtype="fp32")
    for name, model in (("before", shell), ("after", tmp_path / "merged")):
        apart(tmp_path, "convert", model=str(model), out=str(tmp_path / f"{name}.gguf"), type="f32", source=str(source))
    out = tmp_path / "adapter.gguf"
    outputs = apart(
        tmp_path, "convert_adapter", base=str(shell), adapter=str(adapter), out=str(out), source=str(source)
    )
    before, after, halves = (tensors(path) for path in (tmp_path / "before.gguf", tmp_path / "after.gguf", out))
    alpha = gguf.GGUFReader(out).get_field("adapter.lora.alpha").contents()
    changed = {name for name in before if not numpy.array_equal(before[name], after[name])}
    assert changed == {name.removesuffix(".lora_a") for name in halves if name.endswith(".lora_a")}
    for name in changed:
        a, b = halves[f"{name}.lora_a"], halves[f"{name}.lora_b"]
        numpy.testing.assert_allclose(after[name] - before[name], b @ a * (alpha / LORA["r"]), atol=2e-6)
    assert outputs["tensors"] == len(halves) == 2 * len(changed) and outputs["bytes"] == out.stat().st_size

    moved, again = shutil.copytree(adapter, tmp_path / "elsewhere" / "other"), tmp_path / "again.gguf"
    apart(tmp_path, "convert_adapter", base=str(shell), adapter=str(moved), out=str(again), source=str(source))
    assert again.read_bytes() == out.read_bytes()


def test_layers_that_the_file_cannot_hold_are_refused(plain: Path, source: Path, tmp_path: Path) -> None:
    shell, adapter = make_shell(plain, tmp_path, "SmolLM2-135M", target_modules=["q_proj", "lm_head"])
    with pytest.raises(Failure) as caught:
        rig.run("convert_adapter", base=str(shell), adapter=str(adapter), out=str(tmp_path / "a"), source=str(source))
    assert caught.value.code in ("UNSUPPORTED_ADAPTER", "CONVERSION_FAILED")
    assert not (tmp_path / "a").exists()

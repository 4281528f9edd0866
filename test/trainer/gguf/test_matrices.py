# needs: python, llama.cpp
"""drift: which matrix of a model a tensor of its GGUF file is, for each architecture that temper reads from a GGUF."""

from pathlib import Path
from typing import Any

import pytest
from small_ggufs import MODELS, convert, make_model

import rig

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    root = tmp_path_factory.mktemp("families")
    made = {name: (make_model(root / name, name), root / f"{name}.gguf") for name in MODELS}
    convert(dict(made.values()))
    return made


@pytest.mark.parametrize("name", MODELS)
def test_every_matrix_is_found_whatever_order_the_converter_gave_its_rows(
    converted: dict[str, tuple[Path, Path]], tmp_path: Path, name: str
) -> None:
    from transformers import AutoModelForCausalLM

    folder, file = converted[name]
    job: dict[str, Any] = {"candidates": [], "rows": None, "thoughts": "keep", "max_bytes": 0, "work": str(tmp_path)}
    outputs = rig.run("drift", model=str(folder), parent=str(file), **job)
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert outputs["weights"] == sum(weight.numel() for weight in model.parameters() if weight.dim() > 1)

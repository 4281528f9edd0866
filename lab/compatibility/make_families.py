"""Writes a base without weights for each family of models: its settings, and a small tokenizer of Qwen2's kind.

Run as: python lab/compatibility/make_families.py DIR
"""

import json
import shutil
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "test" / "trainer")]
from families import FAMILIES  # noqa: E402
from tiny_model import make_tiny_model  # noqa: E402

folder = Path(sys.argv[1])
plain = make_tiny_model(folder / "plain")
(plain / "model.safetensors").unlink()
tokens = {"vocab_size": 512, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0, "torch_dtype": "bfloat16"}
for name, config in FAMILIES.items():
    shutil.copytree(plain, folder / name)
    (folder / name / "config.json").write_text(json.dumps({**config, **tokens}), encoding="utf-8")
print(json.dumps(list(FAMILIES)))

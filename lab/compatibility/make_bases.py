"""Makes a small base of each family: its settings with few layers and small sizes, random weights, and a tokenizer of its kind.

Run as: python lab/compatibility/make_bases.py DIR
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test" / "trainer"), str(ROOT)]
from families import FAMILIES, REFUSED  # noqa: E402
from family_tokenizers import write_tokenizer  # noqa: E402
from trainer.data.templates.chat_template import Renderer, effective_template  # noqa: E402
from trainer.export.small_config import small_config  # noqa: E402
from trainer.runtime.base_files import load_tokenizer  # noqa: E402


def make_base(folder: Path, name: str, config: dict[str, Any]) -> None:
    vocabulary = write_tokenizer(folder, name)
    small = small_config({**config, "torch_dtype": "bfloat16"})
    for part in (small, small.get("text_config", small)):
        part.update(vocabulary)
    (folder / "config.json").write_text(json.dumps(small, indent=1), encoding="utf-8")
    _write_weights(folder, small["architectures"][0])
    # What is refused is told with its true number of experts, and nothing loads it.
    experts = {key: config[key] for key in ("num_experts", "num_local_experts") if key in config}
    (folder / "config.json").write_text(json.dumps({**small, **experts}, indent=1), encoding="utf-8")


def _write_weights(folder: Path, architecture: str) -> None:
    """Large ones, norms and biases too: where a converter leaves one out, the answers differ."""
    import torch
    import transformers

    settings = transformers.AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    torch.manual_seed(0)
    model = getattr(transformers, architecture)(settings)
    for weight in model.parameters():
        weight.data.normal_(0.0, 0.3)
    _talk(model, folder)
    written = folder / "config.json"
    own = written.read_bytes()
    model.to(torch.bfloat16).save_pretrained(folder)
    # The library writes its own form of the settings, and repositories hold the older one.
    written.write_bytes(own)


def _talk(model: Any, folder: Path) -> None:
    """Makes a model say a few words, surely, and end its answers: then there is something to compare."""
    tokenizer = load_tokenizer(folder)
    end = Renderer(tokenizer, effective_template(folder, None)).end_token()
    texts = {index: tokenizer.decode([index]).strip() for index in range(len(tokenizer))}
    special = set(tokenizer.all_special_ids)
    words = [index for index, text in texts.items() if index not in special and text.isascii() and text.isalpha() and len(text) > 3]
    model.get_output_embeddings().weight.data[[*words[:12], end]] *= 3


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    for name, config in {**FAMILIES, **REFUSED}.items():
        make_base(directory / name, name, config)
    architectures = {name: config["architectures"][0] for name, config in FAMILIES.items()}
    print(json.dumps({"families": architectures, "refused": list(REFUSED)}))

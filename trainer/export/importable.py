"""Writes a model directory without its weights, in the form that the importers of Ollama and llama.cpp read correctly."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from trainer.data.templates.chat_template import effective_template
from trainer.runtime.base_files import read_json
from trainer.runtime.events import Failure

_VERBATIM = (
    "tokenizer.json",
    "tokenizer.model",
    "spiece.model",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    "generation_config.json",
)
_LICENCES = ("LICENSE*", "LICENCE*", "NOTICE*", "USE_POLICY*")


def write_importable(
    base: Path, out: Path, template: str | None, dtype: str | None = None, config: dict[str, Any] | None = None
) -> str | None:
    """Returns the digest of the chat template, or None if there is none. `template` and `config` replace the base's own."""
    out.mkdir(parents=True, exist_ok=True)
    _write_json(out / "config.json", importable_config(config or read_json(base / "config.json"), dtype))
    for path in [base / name for name in _VERBATIM] + sorted(
        path for pattern in _LICENCES for path in base.glob(pattern)
    ):
        if path.is_file():
            shutil.copyfile(path, out / path.name)
    if template is None:
        try:
            template = effective_template(base, None)
        except Failure:
            template = None
    _write_tokenizer_config(base, out, template)
    return f"sha256:{hashlib.sha256(template.encode()).hexdigest()}" if template else None


def importable_config(config: dict[str, Any], dtype: str | None = None) -> dict[str, Any]:
    config = dict(config)
    # The first is a path of another machine. The second names code of the model, which one of the converters would run.
    config.pop("_name_or_path", None)
    config.pop("auto_map", None)
    dtype = dtype or config.get("dtype") or config.get("torch_dtype")
    if dtype:
        config["dtype"] = config["torch_dtype"] = dtype
    if isinstance(config.get("text_config"), dict):
        config["text_config"] = _with_rope(config["text_config"])
    return _with_rope(config)


def _with_rope(config: dict[str, Any]) -> dict[str, Any]:
    """Adds `rope_theta` and `rope_scaling`, which importers read. transformers 5 writes `rope_parameters` instead.

    Without them the import succeeds, but the runner crashes at the first prompt or answers nonsense.
    """
    config, rope = dict(config), config.get("rope_parameters")
    if not isinstance(rope, dict):
        return _with_rope_type(config)
    whole, local = rope.get("full_attention"), rope.get("sliding_attention")
    if isinstance(whole, dict):
        if isinstance(local, dict) and "rope_theta" in local:
            config.setdefault("rope_local_base_freq", local["rope_theta"])
        rope = whole
    for key in ("rope_theta", "partial_rotary_factor"):
        if rope.get(key) is not None:
            config.setdefault(key, rope[key])
    kind = rope.get("rope_type", "default")
    if kind != "default" and not config.get("rope_scaling"):
        config["rope_scaling"] = {
            key: value for key, value in rope.items() if key not in ("rope_theta", "partial_rotary_factor")
        }
    return _with_rope_type(config)


def _with_rope_type(config: dict[str, Any]) -> dict[str, Any]:
    """Adds the older key `type`, the only one that Ollama reads for Qwen and Phi.

    Without it Ollama does not scale the context, and reports no error.
    """
    scaling = config.get("rope_scaling")
    if isinstance(scaling, dict) and "rope_type" in scaling and "type" not in scaling:
        config["rope_scaling"] = {**scaling, "type": scaling["rope_type"]}
    return config


def _write_tokenizer_config(base: Path, out: Path, template: str | None) -> None:
    path = base / "tokenizer_config.json"
    config = read_json(path) if path.is_file() else {}
    config.pop("name_or_path", None)
    config.pop("auto_map", None)
    if template is None:
        config.pop("chat_template", None)
    else:
        # transformers reads chat_template.jinja first. Ollama reads only this setting.
        config["chat_template"] = template
        (out / "chat_template.jinja").write_bytes(template.encode())
        bos = config.get("bos_token")
        if bos := bos.get("content") if isinstance(bos, dict) else bos:
            # In training only the template writes the BOS. Without this setting importers differ, and the model gets no BOS
            # or two.
            config["add_bos_token"] = "bos_token" in template or bos in template
    _write_json(out / "tokenizer_config.json", config)


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

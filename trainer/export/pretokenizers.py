"""Names the pre-tokenizer of a model by the pattern with which it splits text into words."""

import hashlib
import json
from pathlib import Path
from typing import Any

# SHA-256 of the patterns, as Ollama's converter computes it, and the name that the runners use. llama.cpp's converter
# instead compares the tokens of a fixed text, which another vocabulary or an added token changes.
_BY_PATTERN = {
    "d98f9631be1e9607a9848c26c1f9eac1aa9fc21ac6ba82a2fc0741af9780a48f": "llama-bpe",
    "03df5c5863ad70781dcfdef491ead25140f895fe8010964be0daefe27be32b02": "deepseek-llm",
    "21cde974d587f0d54dc8d56b183cc1e6239600172035c68fbd6d4b9f8da0576e": "deepseek-coder",
    "1ff7f41064896984db5d1bb6ff64fa4bc29007d08c1b439e505b7392777a319e": "qwen2",
    "00431aed57e696b747435f734d1e3b9b1bfd931a121fb5cac7129e97c181e9ba": "qwen35",
}


def pretokenizer_name(model: Path) -> str | None:
    """Returns None unless the name is certain. With a wrong name the model would get other tokens than in its training."""
    try:
        cut = json.loads((model / "tokenizer.json").read_text(encoding="utf-8")).get("pre_tokenizer")
    except (OSError, ValueError, AttributeError):
        return None
    return name_of(cut)


def name_of(cut: dict[str, Any] | None) -> str | None:
    steps = cut.get("pretokenizers", [cut]) if cut else []
    if not steps or steps[-1].get("type") != "ByteLevel" or steps[-1].get("add_prefix_space"):
        return None
    *splits, last = steps
    if not splits:
        return "gpt-2" if last.get("use_regex", True) else None
    if last.get("use_regex", True):
        # The last step splits again, by GPT-2's pattern.
        return None
    if any(step.get("type") != "Split" or step.get("behavior") != "Isolated" or step.get("invert") for step in splits):
        return None
    return _BY_PATTERN.get(
        hashlib.sha256("".join(step["pattern"].get("Regex", "") for step in splits).encode()).hexdigest()
    )

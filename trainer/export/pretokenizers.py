"""Names how llama.cpp's runner must cut text into tokens, from what a tokenizer.json says about it.

A name is given only if it is certain. With a wrong one the model would get other tokens than in its training. llama.cpp's
converter instead compares the tokens of a fixed text, which another vocabulary or an added token changes.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.runtime.base_files import read_json
from trainer.runtime.events import Failure

_NUMBER, _NUMBERS = r"\p{N}", r"\p{N}+"
# The pattern inside `ByteLevel`.
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_PUNCTUATION = r"[\p{P}\$\+<=>\^~\|`]+"

# SHA-256 of the patterns, in the runner's notation and order, and whether merges are ignored for whole words: the name that
# makes the runner do the same. A test derives them from the runner's source.
# The real vocabularies in that source gave the runner's tokens for all its sample texts when the rules were written.
_NAMES = {
    ("eeb55ba74cc544ae7067587b680d16521d9891de9e94c7ba9412c0e0e93b1c36", False): "gpt-2",
    ("c63b4857d45b8719d8b5f9e9d4db00402c052e79b39a23d3b1e6c898473b8645", False): "smollm",
    ("fa003855fbe0f16ef960ddd999ae14f28d71df8cd834cdfd3bbe9a2d37a61ee9", True): "llama-bpe",
    ("fa003855fbe0f16ef960ddd999ae14f28d71df8cd834cdfd3bbe9a2d37a61ee9", False): "dbrx",
    ("c44a912d90a3fa0951a201b559433f35d8816c26b4be8b3cbd00670bcd985398", False): "qwen2",
    ("0ba0b8d2193a499569e78415a961afcb4ba6c8cec8b13ea85b057b7732804407", False): "qwen35",
    ("c998ae771bd8aaab745e0dab72554543e2f623241f30e986951375a34c107de4", False): "deepseek-llm",
    ("795442bac81363b09673ebb019ead7497abdb778065d2a3cfd91cbd92a8c2f09", False): "deepseek-coder",
    ("90803cbd0ebfd60d056c2219f376c4c860683f415505e1f071d1e24e2a605f6d", False): "deepseek-v3",
    ("1d64a9a8eaf9f1bd80331984d81fdd514e7feafe8df83a525dd31472f275699a", True): "tekken",
    ("7e0a3b7c6cc4e15f161e569ca08358e44c736921dfb2e680edba3f3c42b2d0ac", False): "gpt-4o",
    ("732d0478afd7e89a9dd2ea0f4ec907eed3a3aed7e500b8c0c11e1753490329dc", False): "falcon",
    ("fff38a14a39e422ea4d4edfd4c433a4156fa656d4ed037e010de7174e9c96a6a", False): "bloom",
    ("5eb7dcaf1de3869f0750bb80cd60b50bea97e64134f5b363064eebbbe7b71448", False): "viking",
    ("bf3595589cf434d76701d04995c022748094b62eca7e441e0fe0227161b0974d", True): "minicpm5",
    ("1b5d04e3ba68c4306f7a1a1d15c5dce5208669a0c126f082a9d47ab731abaa6d", False): "exaone-moe",
    ("b52969e3c183b7a90f9094a04a04c40b99a28349137cbad4c6e6802f5e9a1365", False): "seed-coder",
    ("a222d586d542e6eed4789adc4fe93586bd1dee5202aea2bbe6117d78c87375a0", False): "jais-2",
    ("10bd06aefdd7f9cb4f495141495fe84272b58584cb999dedbaf3675ea7313513", True): "youtu",
    ("731c391fbad79d6f7939fabe4c99902243b0c4e0c4ae6fbc11153dc091f45a3c", False): "tiny_aya",
}


@dataclass(frozen=True)
class Cut:
    # `tokenizer.ggml.model`: the algorithm.
    model: str
    # `tokenizer.ggml.pre`: the pattern that splits text into words. Only `gpt2` has one.
    pre: str | None = None


def cut_of(model: Path) -> Cut | None:
    """Returns None unless the model's tokenizer.json determines it."""
    try:
        tokenizer = read_json(model / "tokenizer.json")
    except (OSError, Failure):
        return None
    return read_cut(tokenizer)


def read_cut(tokenizer: dict[str, Any]) -> Cut | None:
    algorithm = tokenizer.get("model")
    algorithm = algorithm if isinstance(algorithm, dict) else {}
    patterns = _patterns(tokenizer.get("pre_tokenizer"))
    if patterns is not None:
        digest = hashlib.sha256("\n".join(patterns).encode()).hexdigest()
        name = _NAMES.get((digest, bool(algorithm.get("ignore_merges"))))
        return Cut("gpt2", name) if name and algorithm.get("type", "BPE") == "BPE" else None
    if algorithm.get("type") == "Unigram":
        return Cut("t5")
    # SentencePiece's BPE falls back to tokens of single bytes.
    return Cut("llama") if algorithm.get("byte_fallback") and _marks_spaces(tokenizer) else None


def _patterns(cut: Any) -> list[str] | None:
    """Returns the patterns by which text is split, one inside the other, or None if they or a `ByteLevel` are not all."""
    steps = _steps(cut, "pretokenizers")
    found = [_pattern(step) for step in steps]
    if None in found or not any(step.get("type") == "ByteLevel" for step in steps):
        return None
    return [pattern for pattern in found if pattern]


def _pattern(step: dict[str, Any]) -> str | None:
    kind = step.get("type")
    if kind == "ByteLevel":
        if step.get("add_prefix_space"):
            return None
        return _GPT2 if step.get("use_regex", True) else ""
    if kind == "Digits":
        return _NUMBER if step.get("individual_digits") else _NUMBERS
    if kind == "Punctuation":
        return _PUNCTUATION if step.get("behavior") == "Contiguous" else None
    if kind != "Split" or step.get("behavior") != "Isolated" or step.get("invert"):
        return None
    pattern = step.get("pattern")
    regex = pattern.get("Regex") if isinstance(pattern, dict) else None
    return in_runners_notation(regex) if isinstance(regex, str) and regex else None


def in_runners_notation(regex: str) -> str:
    """Writes both cases of letters out, since the runner's expressions have no flags."""

    def both_cases(letters: re.Match[str]) -> str:
        return "(?:" + re.sub(r"[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", letters[1]) + ")"

    return re.sub(r"\(\?i:((?:'[a-z]+\|?)+)\)", both_cases, regex)


def _marks_spaces(tokenizer: dict[str, Any]) -> bool:
    normalizers = _steps(tokenizer.get("normalizer"), "normalizers")
    cuts = _steps(tokenizer.get("pre_tokenizer"), "pretokenizers")
    return any(step.get("type") == "Replace" and step.get("content") == "▁" for step in normalizers) or any(
        step.get("type") == "Metaspace" for step in cuts
    )


def _steps(part: Any, key: str) -> list[dict[str, Any]]:
    if not isinstance(part, dict):
        return []
    steps = part.get(key, [part])
    return [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []

"""The pre-tokenizers that `tokenizer.ggml.pre` names: how a text is cut into words before the merges begin.

Each is written as the models' own tokenizer.json has it, so that the converters know it again.
"""

from typing import Any

_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_UPPER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
_LOWER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
_SLASH = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"

LLAMA3 = rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}|{_REST}"
QWEN2 = rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}|{_REST}"
QWEN35 = (
    rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEKKEN = rf"{_UPPER}|{_LOWER}|\p{{N}}|{_SLASH}"
GPT4O = rf"{_UPPER}{_CONTRACTIONS}?|{_LOWER}{_CONTRACTIONS}?|\p{{N}}{{1,3}}|{_SLASH}"

_GPT2_NAMES = ("gpt-2", "phi-2", "mpt", "olmo", "jais")
_DIGIT_NAMES = ("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b")
_PATTERNS = {
    "llama-bpe": LLAMA3,
    "llama3": LLAMA3,
    "llama-v3": LLAMA3,
    "falcon3": LLAMA3,
    "dbrx": LLAMA3,
    "smaug-bpe": LLAMA3,
    "qwen2": QWEN2,
    "deepseek-r1-qwen": QWEN2,
    "stablelm2": QWEN2,
    "qwen35": QWEN35,
    "tekken": TEKKEN,
    "gpt-4o": GPT4O,
}
# Words that are a token as a whole are taken before any merge.
_WHOLE_WORDS = ("llama-bpe", "llama3", "llama-v3", "falcon3", "tekken")
_BOS_BY_DEFAULT = _WHOLE_WORDS
# transformers composes characters (NFC) for all models of this kind, whatever their tokenizer.json says. Ollama never does.
_COMPOSING = ("qwen2", "deepseek-r1-qwen")


def pre_tokenizer(name: str) -> dict[str, Any] | None:
    """Returns None for a name that temper does not know for sure: with another cut the model would read other tokens."""
    if name in _GPT2_NAMES:
        return _byte_level(use_regex=True)
    if name in _DIGIT_NAMES:
        return _sequence({"type": "Digits", "individual_digits": True}, _byte_level(use_regex=True))
    if name not in _PATTERNS:
        return None
    split = {"type": "Split", "pattern": {"Regex": _PATTERNS[name]}, "behavior": "Isolated", "invert": False}
    return _sequence(split, _byte_level(use_regex=False))


def takes_whole_words(name: str) -> bool:
    return name in _WHOLE_WORDS


def normalizer(name: str) -> dict[str, Any] | None:
    return {"type": "NFC"} if name in _COMPOSING else None


def adds_bos_by_default(name: str) -> bool:
    return name in _BOS_BY_DEFAULT


def _sequence(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "pretokenizers": list(steps)}


def _byte_level(use_regex: bool) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}

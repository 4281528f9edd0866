"""The tokenizer and chat template of each family: a small vocabulary with the family's algorithm, special tokens and settings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from data.templates import GEMMA3, OWN_SYSTEM, SYSTEM_LAST
from real_templates import real_templates
from small_tokenizers import write_byte_level, write_pieces, write_pieces_json

CHATML = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
HEADERS = ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")


@dataclass(frozen=True)
class ByteLevel:
    cut: str
    special: Sequence[str]
    # A template of a real model in llama.cpp's source, or our own with the habits of the family's.
    template: str
    settings: dict[str, Any] = field(default_factory=dict)
    # How words are cut, where that is nobody's way.
    pattern: str | None = None


@dataclass(frozen=True)
class Pieces:
    as_is: bool
    # Tokens of the vocabulary that are no text, and those that the tokenizer.json adds to it.
    control: Sequence[str]
    added: Sequence[str]
    template: str
    settings: dict[str, Any]
    spec: dict[str, Any] = field(default_factory=dict)


_QWEN = {
    "tokenizer_class": "Qwen2Tokenizer",
    "eos_token": "<|im_end|>",
    "pad_token": "<|endoftext|>",
    "bos_token": None,
}
_GEMMA: dict[str, Any] = {
    "tokenizer_class": "GemmaTokenizer",
    "bos_token": "<bos>",
    "eos_token": "<eos>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
}
_GEMMA_IDS = {"pad_id": 0, "eos_id": 1, "bos_id": 2, "unk_id": 3}
_GEMMA_SPEC = {**_GEMMA_IDS, "pad_piece": "<pad>", "eos_piece": "<eos>", "bos_piece": "<bos>"}
_TURNS = ("<start_of_turn>", "<end_of_turn>")

TOKENIZERS: dict[str, ByteLevel | Pieces] = {
    "SmolLM2-135M": ByteLevel(
        "smollm",
        CHATML,
        OWN_SYSTEM,
        {
            "tokenizer_class": "GPT2Tokenizer",
            "bos_token": "<|im_start|>",
            "eos_token": "<|im_end|>",
            "pad_token": "<|im_end|>",
            "unk_token": "<|endoftext|>",
        },
    ),
    "Qwen2.5-0.5B": ByteLevel("qwen2", CHATML, "Qwen-Qwen2.5-7B-Instruct", _QWEN),
    "Qwen3-0.6B": ByteLevel("qwen2", (*CHATML, "<think>", "</think>"), "Qwen-Qwen3-0.6B", _QWEN),
    "Llama-3.2-1B": ByteLevel(
        "llama-bpe",
        HEADERS,
        "meta-llama-Llama-3.2-3B-Instruct",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<|begin_of_text|>",
            "eos_token": "<|eot_id|>",
            "pad_token": None,
        },
    ),
    "Mistral-7B": Pieces(
        False,
        ("[INST]", "[/INST]"),
        (),
        SYSTEM_LAST,
        {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"},
    ),
    "gemma-2-2b": Pieces(True, _TURNS, (), "google-gemma-2-2b-it", _GEMMA, _GEMMA_SPEC),
    "gemma-3-1b": Pieces(True, _TURNS, (), GEMMA3, _GEMMA, _GEMMA_SPEC),
    "Phi-3.5-mini": Pieces(
        False,
        (),
        ("<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"),
        "microsoft-Phi-3.5-mini-instruct",
        {
            "tokenizer_class": "LlamaTokenizer",
            "bos_token": "<s>",
            "eos_token": "<|endoftext|>",
            "pad_token": "<|endoftext|>",
            "unk_token": "<unk>",
        },
    ),
}
# Of a Llama, since for some model types transformers cuts in its own way, whatever the file says.
_LLAMA = TOKENIZERS["Llama-3.2-1B"]
assert isinstance(_LLAMA, ByteLevel)
TOKENIZERS["words-of-its-own"] = replace(_LLAMA, pattern=r"\p{N}{1,2}|[^\p{N}\s]+|\s+")
_LIKE = {
    "Qwen3-30B-A3B": "Qwen3-0.6B",
    "Mixtral-8x7B": "Mistral-7B",
    "Qwen2.5-VL-3B": "Qwen2.5-0.5B",
    "gemma-3-4b": "gemma-3-1b",
}


def write_tokenizer(folder: Path, name: str) -> dict[str, Any]:
    """Returns what the config.json says of the vocabulary."""
    kind = TOKENIZERS[_LIKE.get(name, name)]
    if isinstance(kind, ByteLevel):
        ids = write_byte_level(folder, kind.cut, kind.special)
        if kind.pattern is not None:
            tokenizer = json.loads((folder / "tokenizer.json").read_text())
            tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = kind.pattern
            (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
        # The embedding has more rows than there are tokens, as in most of these models.
        size = max(ids.values()) + 6
    else:
        pieces = write_pieces(folder, kind.as_is, kind.control, **kind.spec)
        write_pieces_json(folder, pieces, kind.as_is, kind.added)
        ids = {pieces.IdToPiece(index): index for index in range(pieces.vocab_size())}
        ids |= {token: pieces.vocab_size() + index for index, token in enumerate(kind.added)}
        size = -(-len(ids) // 64) * 64
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text()) if path.is_file() else {}
    template = real_templates()[kind.template] if kind.template in real_templates() else kind.template
    path.write_text(
        json.dumps({**settings, **kind.settings, "model_max_length": 32768, "chat_template": template}),
        encoding="utf-8",
    )
    named = {f"{which}_token_id": ids.get(kind.settings.get(f"{which}_token") or "") for which in ("bos", "eos", "pad")}
    return {"vocab_size": size, **named}

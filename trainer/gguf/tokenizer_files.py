"""Writes the tokenizer of a GGUF file as the files that libraries read, and checks that they read it unchanged."""

import json
from pathlib import Path
from typing import Any

from trainer.gguf.byte_level import byte_level_tokenizer
from trainer.gguf.file import GgufFile
from trainer.gguf.pieces import pieces_tokenizer
from trainer.gguf.refusals import unsupported
from trainer.gguf.sentencepiece_model import write_sentencepiece_model
from trainer.gguf.vocabulary import CONTROL, UNKNOWN, USER_DEFINED, Vocabulary
from trainer.runtime.base_files import load_tokenizer

_LONGEST_CONTEXT = 1_000_000_000


def write_tokenizer(file: GgufFile, vocabulary: Vocabulary, template: str | None, out: Path) -> Any:
    """Returns the tokenizer as transformers loads it from the files."""
    make = byte_level_tokenizer if vocabulary.model == "gpt2" else pieces_tokenizer
    added = _added(vocabulary)
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        **make(file, vocabulary),
        "post_processor": _post_processor(vocabulary),
    }
    _write(out / "tokenizer.json", tokenizer)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "add_bos_token": vocabulary.add_bos,
        "add_eos_token": False,
        "added_tokens_decoder": {
            str(token["id"]): {key: value for key, value in token.items() if key != "id"} for token in added
        },
        **_named(vocabulary),
        "model_max_length": file.number(f"{file.text('general.architecture')}.context_length") or _LONGEST_CONTEXT,
        **({"chat_template": template} if template else {}),
    }
    _write(out / "tokenizer_config.json", settings)
    if template:
        (out / "chat_template.jinja").write_bytes(template.encode())
    if vocabulary.model == "llama":
        write_sentencepiece_model(out / "tokenizer.model", vocabulary)
    loaded = load_tokenizer(out)
    _check_unchanged(file, tokenizer, loaded)
    return loaded


def name_end(out: Path, token: str) -> None:
    """Makes the token with which the template ends an answer the tokenizer's end token."""
    path = out / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    _write(path, {**settings, "eos_token": token})


def _added(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    return [
        {
            "id": index,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": vocabulary.strips_after_control and token not in ("<unk>", "<s>", "<|endoftext|>"),
            "normalized": False,
            "special": kind != USER_DEFINED,
        }
        for index, (token, kind) in enumerate(zip(vocabulary.tokens, vocabulary.types, strict=True))
        if kind in (CONTROL, USER_DEFINED, UNKNOWN)
    ]


def _named(vocabulary: Vocabulary) -> dict[str, str]:
    named = {"bos": vocabulary.bos, "eos": vocabulary.eos, "pad": vocabulary.padding, "unk": vocabulary.unknown}
    return {f"{name}_token": vocabulary.tokens[index] for name, index in named.items() if index is not None}


def _post_processor(vocabulary: Vocabulary) -> dict[str, Any] | None:
    if not vocabulary.add_bos or vocabulary.bos is None:
        return None
    bos = vocabulary.tokens[vocabulary.bos]
    start: list[dict[str, Any]] = [{"SpecialToken": {"id": bos, "type_id": 0}}]
    first: list[dict[str, Any]] = [{"Sequence": {"id": "A", "type_id": 0}}]
    return {
        "type": "TemplateProcessing",
        "single": start + first,
        "pair": [*start, *first, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {bos: {"id": bos, "ids": [vocabulary.bos], "tokens": [bos]}},
    }


def _check_unchanged(file: GgufFile, written: dict[str, Any], loaded: Any) -> None:
    """transformers rebuilds the tokenizers of some models by what it knows of them, and then reads other tokens."""
    read = json.loads(loaded.backend_tokenizer.to_str())
    for part in ("normalizer", "pre_tokenizer"):
        if read.get(part) != written[part]:
            raise unsupported(file, f"transformers replaces the {part} of its tokenizer by another one")
    if read["model"]["ignore_merges"] != written["model"]["ignore_merges"]:
        raise unsupported(file, "transformers changes how its tokenizer joins tokens")


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

"""Small tokenizers of the two kinds that chat models have, in the files that their repositories hold."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tiny_model
from trainer.gguf.cuts import normalizer, pre_tokenizer, takes_whole_words
from trainer.gguf.pieces import pieces_tokenizer
from trainer.gguf.vocabulary import BYTE, CONTROL, NORMAL, UNKNOWN, UNUSED, USER_DEFINED, Vocabulary

WORDS = "the of and question answer color capital 请解释 影像 斑点 噪声 naïve café – ½ É ü Привет мир 日本語 1024 3.14"
PIECES = 580


def write_byte_level(folder: Path, cut: str, special: Sequence[str] = tiny_model.SPECIAL_TOKENS) -> dict[str, int]:
    """As GPT-2, Llama 3 and Qwen have. `cut` is llama.cpp's name of how words are cut. Returns the ids of the special tokens."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = tiny_model.write_byte_level(folder, 512, special)
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["normalizer"] = normalizer(cut)
    tokenizer["pre_tokenizer"] = pre_tokenizer(cut)
    tokenizer["model"]["ignore_merges"] = takes_whole_words(cut)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return ids


def write_pieces(folder: Path, as_is: bool, control: Sequence[str], **spec: Any) -> Any:
    """Writes tokenizer.model, as Llama 2, Mistral, Gemma and Phi-3 have. `as_is`: without a space before the text, as Gemma's."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    text = [f"{question} {answer} {WORDS}" for question, answer in tiny_model.question_answers()]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text),
        model_prefix=str(folder / "tokenizer"),
        model_type="bpe",
        vocab_size=PIECES,
        byte_fallback=True,
        normalization_rule_name="identity",
        add_dummy_prefix=not as_is,
        remove_extra_whitespaces=False,
        user_defined_symbols=["  ", "    "] if as_is else [],
        control_symbols=list(control),
        character_coverage=0.98,
        minloglevel=2,
        **spec,
    )
    (folder / "tokenizer.vocab").unlink()
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))


def write_pieces_json(folder: Path, pieces: Any, as_is: bool, added: Sequence[str] = ()) -> None:
    """Writes the tokenizer.json that lies beside a tokenizer.model; `added` are tokens that only it has."""
    kinds = [
        (pieces.IsUnknown, UNKNOWN),
        (pieces.IsControl, CONTROL),
        (pieces.IsByte, BYTE),
        (pieces.IsUnused, UNUSED),
    ]
    size = pieces.vocab_size()
    tokens = [pieces.IdToPiece(index) for index in range(size)]
    types = [next((kind for test, kind in kinds if test(index)), NORMAL) for index in range(size)]
    types = [
        USER_DEFINED if tokens[index].strip("▁") == "" and len(tokens[index]) > 1 else types[index]
        for index in range(size)
    ]
    vocabulary = Vocabulary(
        model="llama",
        pre="default",
        tokens=tokens,
        types=types,
        scores=[pieces.GetScore(index) for index in range(size)],
        merges=[],
        bos=pieces.bos_id(),
        eos=pieces.eos_id(),
        unknown=pieces.unk_id(),
        padding=None,
        ends=[],
        add_bos=False,
        add_space_prefix=not as_is,
        strips_after_control=False,
    )
    special = [index for index in range(size) if types[index] in (CONTROL, UNKNOWN)]
    named = {index: tokens[index] for index in special} | {size + index: token for index, token in enumerate(added)}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": index, "content": token, **_AS_IT_STANDS} for index, token in named.items()],
        **pieces_tokenizer(None, vocabulary),  # type: ignore[arg-type]
        "post_processor": None,
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    if added:
        (folder / "added_tokens.json").write_text(
            json.dumps({token: size + index for index, token in enumerate(added)})
        )


_AS_IT_STANDS = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}

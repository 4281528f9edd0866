"""Rebuilds a SentencePiece tokenizer, as Llama 2, Mistral, Gemma and Phi-3 have: merges by score, unknown letters as bytes."""

from typing import Any

from trainer.gguf.file import GgufFile
from trainer.gguf.refusals import unsupported
from trainer.gguf.vocabulary import BYTE, NORMAL, USER_DEFINED, Vocabulary

SPACE = "\u2581"


def pieces_tokenizer(file: GgufFile, vocabulary: Vocabulary) -> dict[str, Any]:
    """Returns what goes into tokenizer.json."""
    ids = {token: index for index, token in enumerate(vocabulary.tokens) if not vocabulary.is_padding(index)}
    if sum(kind == BYTE for kind in vocabulary.types) != 256:
        raise unsupported(file, "its vocabulary does not have a token for each byte")
    unknown = vocabulary.unknown if vocabulary.unknown is not None else 0
    prefix = vocabulary.add_space_prefix
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
    decoders: list[dict[str, Any]] = [
        {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
        {"type": "ByteFallback"},
        {"type": "Fuse"},
    ]
    return {
        "normalizer": _sequence("normalizers", [{"type": "Prepend", "prepend": SPACE}, replace]) if prefix else replace,
        "pre_tokenizer": None,
        "decoder": _sequence(
            "decoders", [*decoders, *([{"type": "Strip", "content": " ", "start": 1, "stop": 0}] if prefix else [])]
        ),
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": vocabulary.tokens[unknown],
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "ignore_merges": False,
            "vocab": ids,
            "merges": _merges(vocabulary),
        },
    }


def _merges(vocabulary: Vocabulary) -> list[list[str]]:
    """SentencePiece joins the neighbours whose joined piece has the highest score. A merge list says the same by its order."""
    mergeable = {
        token: index
        for index, token in enumerate(vocabulary.tokens)
        if vocabulary.types[index] in (NORMAL, USER_DEFINED)
    }
    found: list[tuple[float, int, int, str, str]] = []
    for token, index in mergeable.items():
        if vocabulary.types[index] != NORMAL:
            continue
        for cut in range(1, len(token)):
            left, right = token[:cut], token[cut:]
            if left in mergeable and right in mergeable:
                found.append((-vocabulary.scores[index], mergeable[left], mergeable[right], left, right))
    found.sort(key=lambda merge: merge[:3])
    return [[left, right] for _, _, _, left, right in found]


def _sequence(name: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "Sequence", name: steps}

"""Rebuilds a byte-level BPE tokenizer, as GPT-2, Llama 3 and Qwen have."""

from typing import Any

from trainer.gguf.cuts import normalizer, pre_tokenizer, takes_whole_words
from trainer.gguf.file import GgufFile
from trainer.gguf.refusals import unsupported
from trainer.gguf.vocabulary import Vocabulary

_DECODER = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}


def byte_level_tokenizer(file: GgufFile, vocabulary: Vocabulary) -> dict[str, Any]:
    """Returns what goes into tokenizer.json."""
    cut = pre_tokenizer(vocabulary.pre)
    if cut is None:
        raise unsupported(
            file,
            f"temper does not know for sure how its tokenizer cuts words (tokenizer.ggml.pre is {vocabulary.pre[:40]!r})",
        )
    ids = {token: index for index, token in enumerate(vocabulary.tokens) if not vocabulary.is_padding(index)}
    merges = []
    for merge in vocabulary.merges:
        # A token may begin with the space that divides the two.
        begin, space, right = merge[1:].partition(" ")
        left = merge[:1] + begin
        if not space or left not in ids or right not in ids or left + right not in ids:
            raise unsupported(file, f"its merge {merge[:60]!r} makes no token of its vocabulary")
        merges.append([left, right])
    if not merges:
        raise unsupported(file, "its tokenizer has no merges")
    return {
        "normalizer": normalizer(vocabulary.pre),
        "pre_tokenizer": cut,
        "decoder": _DECODER,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": takes_whole_words(vocabulary.pre),
            "vocab": ids,
            "merges": merges,
        },
    }

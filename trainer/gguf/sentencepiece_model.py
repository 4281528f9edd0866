"""Writes tokenizer.model, the protocol buffer of SentencePiece: converters read Gemma and Phi-3 only with it."""

import struct
from pathlib import Path

from trainer.gguf.pieces import SPACE
from trainer.gguf.vocabulary import USER_DEFINED, Vocabulary

_BPE = 2


def write_sentencepiece_model(path: Path, vocabulary: Vocabulary) -> None:
    """The types of GGUF are those of SentencePiece."""
    last = max(index for index in range(len(vocabulary.tokens)) if not vocabulary.is_padding(index))
    model = bytearray()
    for index, token in enumerate(vocabulary.tokens[: last + 1]):
        kind = vocabulary.types[index]
        text = token.replace(" ", SPACE) if kind == USER_DEFINED else token
        piece = _bytes(1, text.encode()) + _float(2, vocabulary.scores[index]) + _whole(3, kind)
        model += _bytes(1, piece)
    model += _bytes(2, _training(vocabulary, last + 1))
    # Identity, since what the GGUF's tokenizer reads is not normalized. A prefix space, no removal of spaces, spaces escaped.
    prefix = int(vocabulary.add_space_prefix)
    model += _bytes(3, _bytes(1, b"identity") + _whole(3, prefix) + _whole(4, 0) + _whole(5, 1))
    path.write_bytes(model)


def _training(vocabulary: Vocabulary, size: int) -> bytes:
    special = {40: vocabulary.unknown or 0, 41: vocabulary.bos, 42: vocabulary.eos, 43: vocabulary.padding}
    spec = _whole(3, _BPE) + _whole(4, size) + _whole(35, 1)
    for field, index in special.items():
        spec += _whole(field, -1 if index is None else index)
    return spec


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _whole(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value

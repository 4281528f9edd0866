"""The vocabulary of a GGUF file: texts and types of its tokens, and which of them mean something of their own."""

from dataclasses import dataclass

from trainer.gguf.cuts import adds_bos_by_default
from trainer.gguf.file import GgufFile
from trainer.gguf.refusals import unsupported

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
# Tokens with which llama.cpp ends an answer, whatever the file says, if they are in the vocabulary.
_ENDS = (
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eom_id|>",
    "<EOT>",
    "< EOT >",
    "_<EOT>",
    "<｜end▁of▁sentence｜>",
)


@dataclass(frozen=True)
class Vocabulary:
    # `gpt2` for byte-level BPE, `llama` for SentencePiece.
    model: str
    # How words are cut; only for byte-level BPE.
    pre: str
    tokens: list[str]
    types: list[int]
    scores: list[float]
    merges: list[str]
    bos: int | None
    eos: int | None
    unknown: int | None
    padding: int | None
    # Tokens that end an answer, besides the one that the template writes.
    ends: list[int]
    add_bos: bool
    add_space_prefix: bool
    # White space after a control token belongs to it.
    strips_after_control: bool

    def is_padding(self, index: int) -> bool:
        """Whether the converter has filled a gap in the vocabulary with this token."""
        return self.types[index] == UNUSED and self.tokens[index].startswith("[PAD")


def vocabulary_of(file: GgufFile) -> Vocabulary:
    model, pre = file.text("tokenizer.ggml.model") or "", file.text("tokenizer.ggml.pre") or "default"
    if model not in ("gpt2", "llama"):
        raise unsupported(file, f"its tokenizer is of the kind {model[:40]!r}; temper reads gpt2 and llama")
    tokens, types = file.array("tokenizer.ggml.tokens"), file.array("tokenizer.ggml.token_type")
    scores = file.array("tokenizer.ggml.scores")
    if not tokens or len(types) != len(tokens) or (model == "llama" and len(scores) != len(tokens)):
        raise unsupported(file, "it does not say what its tokens are")
    if len(set(tokens)) != len(tokens):
        raise unsupported(file, "two of its tokens have the same text")
    _check_texts(file, tokens)
    bos, eos = _token(file, tokens, "bos"), _token(file, tokens, "eos")
    if model == "llama":
        # What SentencePiece models have where the file says nothing.
        bos, eos = 1 if bos is None else bos, 2 if eos is None else eos
    named = [_token(file, tokens, name) for name in ("eos", "eot", "eom")]
    known = [index for index, token in enumerate(tokens) if types[index] in (CONTROL, USER_DEFINED) and token in _ENDS]
    add_bos = file.metadata.get("tokenizer.ggml.add_bos_token")
    prefix = file.metadata.get("tokenizer.ggml.add_space_prefix")
    return Vocabulary(
        model,
        pre,
        tokens,
        types,
        scores,
        file.array("tokenizer.ggml.merges"),
        bos,
        eos,
        _token(file, tokens, "unknown"),
        _token(file, tokens, "padding"),
        list(dict.fromkeys(index for index in [*named, *known] if index is not None)),
        bos is not None and (bool(add_bos) if add_bos is not None else model == "llama" or adds_bos_by_default(pre)),
        model == "llama" and prefix is not False,
        # llama.cpp goes by the name of the model.
        any(word in (file.text("general.name") or "").lower() for word in ("phi-3", "phi3")),
    )


def _token(file: GgufFile, tokens: list[str], name: str) -> int | None:
    index = file.number(f"tokenizer.ggml.{name}_token_id")
    if index is not None and not 0 <= index < len(tokens):
        raise unsupported(file, f"its token for {name} is none of its vocabulary")
    return index


def _check_texts(file: GgufFile, tokens: list[str]) -> None:
    for token in tokens:
        if not isinstance(token, str) or any("\udc80" <= letter <= "\udcff" for letter in token):
            raise unsupported(file, "one of its tokens is no text")

# needs: python, llama.cpp
"""The names of pre-tokenizers: each is what llama.cpp's source says about it, and given only where the whole file fits."""

import hashlib
from typing import Any

import pytest

import tiny_model
from llama_source import Runner, find_source, runners
from trainer.export.pretokenizers import _GPT2, _NAMES, _NUMBER, _NUMBERS, Cut, in_runners_notation, read_cut

SPLIT = {"type": "Split", "pattern": {"Regex": tiny_model.QWEN2_PATTERN}, "behavior": "Isolated", "invert": False}
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}
WORDS, DIGITS = {**BYTES, "use_regex": True}, {"type": "Digits", "individual_digits": True}


def in_turn(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "pretokenizers": list(steps)}


@pytest.mark.parametrize(
    "cut, name",
    [
        (in_turn(SPLIT, BYTES), "qwen2"),
        (in_turn({"type": "Digits", "individual_digits": False}, SPLIT, BYTES), None),
        (in_turn(SPLIT, WORDS), None),
        (in_turn({**SPLIT, "behavior": "Removed"}, BYTES), None),
        (in_turn({**SPLIT, "pattern": {"String": " "}}, BYTES), None),
        (in_turn(SPLIT), None),
        (in_turn(SPLIT, BYTES, {"type": "Novel"}), None),
        (WORDS, "gpt-2"),
        # Phi-2 and others: the same in a sequence of one.
        (in_turn(WORDS), "gpt-2"),
        (in_turn({**SPLIT, "pattern": {"Regex": _GPT2}}, BYTES), "gpt-2"),
        ({**WORDS, "add_prefix_space": True}, None),
        # SmolLM, StarCoder, Command R and Granite.
        (in_turn(DIGITS, WORDS), "smollm"),
        (in_turn({**SPLIT, "pattern": {"Regex": r"\p{N}"}}, WORDS), "smollm"),
        (in_turn({**DIGITS, "individual_digits": False}, WORDS), None),
        (None, None),
    ],
)
def test_a_pretokenizer_is_named_only_if_every_part_of_it_is_known(cut: Any, name: str) -> None:
    assert read_cut({"model": {"type": "BPE"}, "pre_tokenizer": cut}) == (Cut("gpt2", name) if name else None)


LLAMA3 = in_turn({**SPLIT, "pattern": {"Regex": tiny_model.QWEN2_PATTERN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")}}, BYTES)


def test_whether_merges_are_ignored_for_whole_words_decides_between_two_names() -> None:
    for ignored, name in ((True, "llama-bpe"), (False, "dbrx")):
        model = {"type": "BPE", "ignore_merges": ignored}
        assert read_cut({"model": model, "pre_tokenizer": LLAMA3}) == Cut("gpt2", name)
    assert read_cut({"model": {"type": "BPE", "ignore_merges": True}, "pre_tokenizer": WORDS}) is None


SPACES = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}


@pytest.mark.parametrize(
    "tokenizer, algorithm",
    [
        ({"model": {"type": "BPE", "byte_fallback": True}, "normalizer": SPACES}, "llama"),
        # Gemma 3.
        (
            {
                "model": {"type": "BPE", "byte_fallback": True},
                "normalizer": SPACES,
                "pre_tokenizer": {**SPLIT, "pattern": {"String": " "}, "behavior": "MergedWithPrevious"},
            },
            "llama",
        ),
        ({"model": {"type": "BPE", "byte_fallback": True}, "pre_tokenizer": {"type": "Metaspace"}}, "llama"),
        ({"model": {"type": "Unigram"}, "pre_tokenizer": {"type": "Metaspace"}}, "t5"),
        ({"model": {"type": "BPE"}, "pre_tokenizer": {"type": "Metaspace"}}, None),
        ({"model": {"type": "WordPiece"}, "pre_tokenizer": {"type": "BertPreTokenizer"}}, None),
        ({"model": [], "pre_tokenizer": "x", "normalizer": 1}, None),
    ],
)
def test_sentencepieces_algorithm_is_told_from_its_fallback_to_bytes(tokenizer: Any, algorithm: str) -> None:
    assert read_cut(tokenizer) == (Cut(algorithm) if algorithm else None)


# In these vocabularies no token joins what only one of the two sides splits: digits of DeepSeek and Falcon.
SPLIT_BY_VOCABULARY = {"deepseek-llm": {5: [_NUMBER]}, "falcon": {2: [_NUMBERS, "[0-9][0-9][0-9]"]}}


def digest_of(name: str, runner: Runner) -> str:
    # Where the runner approximates a pattern, a comment holds the pattern itself.
    patterns = runner.original if name in ("tekken", "gpt-4o", "tiny_aya") else runner.patterns
    patterns = [part for at, each in enumerate(patterns) for part in SPLIT_BY_VOCABULARY.get(name, {}).get(at, [each])]
    # The runner's last alternative is implied: what no pattern matches is a word of its own.
    patterns = [in_runners_notation(each) + (r"|\s+" if each + r"|\s+" == _GPT2 else "") for each in patterns]
    return hashlib.sha256("\n".join(patterns).encode()).hexdigest()


def test_every_name_means_in_the_runners_source_what_it_stands_for_here() -> None:
    known = runners(find_source())
    assert {(digest_of(name, known[name]), known[name].ignore_merges): name for name in _NAMES.values()} == _NAMES

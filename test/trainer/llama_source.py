"""Reads llama.cpp's source: what its runner does with each name of a pre-tokenizer, and the chat templates in it."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_LITERAL = r'"(?:[^"\\]|\\.)*"'
_CASES = re.compile(
    r"((?:case LLAMA_VOCAB_PRE_TYPE_\w+:\s*)+)(?://[^\n]*\s*)*regex_exprs = \{(.*?)\n                \};", re.DOTALL
)
_NAMED = re.compile(r"if \(((?:\s*tokenizer_pre == \"[^\"]+\"\s*(?:\|\|)?)+)\) \{(.*?)\n            \}", re.DOTALL)


@dataclass(frozen=True)
class Runner:
    patterns: list[str]
    # The patterns of the models that it stands for, where the runner writes others.
    original: list[str]
    ignore_merges: bool


def find_source(absent: Literal["skip", "fail"] = "skip") -> Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    folder = Path(os.environ.get("TEMPER_CACHE") or (Path(cache) if cache else Path.home() / ".cache") / "temper")
    found = sorted(folder.glob("llama.cpp/*-source/convert_hf_to_gguf.py"))
    if not found:
        import pytest  # not there outside of tests

        reason = f"llama.cpp's source is not in {folder}; `npm test` brings it there"
        pytest.skip(reason) if absent == "skip" else pytest.fail(reason)
    return found[-1].parent


def runners(source: Path) -> dict[str, Runner]:
    text = (source / "src" / "llama-vocab.cpp").read_text(encoding="utf-8")
    patterns: dict[str, tuple[list[str], list[str]]] = {}
    for case in _CASES.finditer(text):
        written = [line.strip() for line in case[0].splitlines()]
        found = [_literal(line) for line in written if line.startswith('"')]
        # A comment holds the pattern of the tokenizer.json, with or without a title before it.
        original = [
            _literal(quoted[0])
            for line in written
            if line.startswith("//") and (quoted := re.search(_LITERAL, line)) and "{" in quoted[0]
        ]
        for name in re.findall(r"PRE_TYPE_(\w+):", case[1]):
            patterns[name] = found, original
    named = {}
    for block in _NAMED.finditer(text):
        kind = re.search(r"pre_type = LLAMA_VOCAB_PRE_TYPE_(\w+);", block[2])
        if kind and kind[1] in patterns:
            for name in re.findall(r'"([^"]+)"', block[1]):
                named[name] = Runner(*patterns[kind[1]], "ignore_merges = true" in block[2])
    return named


def _literal(line: str) -> str:
    found = re.match(_LITERAL, line)
    assert found, line
    return json.loads(found[0])

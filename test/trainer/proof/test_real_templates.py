# needs: python, llama.cpp
"""What temper does with the chat templates of real models. `templates.json` holds the outcomes; docs/templates.md shows them.

TEMPER_WRITE_TEMPLATES=1 writes the table anew.
"""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from go_renderer import render_in_go
from real_templates import BOS, RenderingTokenizer, real_templates, table_file
from trainer.data.templates.chat_template import Renderer
from trainer.data.templates.template_variant import Thoughts, variant
from trainer.data.templates.thoughts import rejoined
from trainer.proof.probe_chats import probe_chats
from trainer.proof.readings import how_read
from trainer.proof.served_template import ServedTemplate, render_chats, served_template
from trainer.proof.turn_skeleton import Messages
from trainer.runtime.events import Failure


def _chat(*contents: str, system: str | None = None) -> Messages:
    turns = [{"role": ("user", "assistant")[n % 2], "content": content} for n, content in enumerate(contents)]
    return ([] if system is None else [{"role": "system", "content": system}]) + turns


# Families that people tune.
SERVED = re.compile(
    "meta-llama|google-gemma|Qwen|mistralai|Mistral|microsoft-Phi|HuggingFaceTB-SmolLM|ibm-granite|GLM|"
    "deepseek-ai-DeepSeek-R1-Distill"
)

# Chats beyond the probe's, which would cost every import time: what a served model could meet.
BEYOND = {
    "long": _chat("q0", "a0", "q1", "a1", "q2", "a2", "q3", "a3", "q4", system="Be brief."),
    "empty_system": _chat("Hi", system=""),
    "system_edges": _chat("Hi", system="  Be brief.\n"),
    "switches": _chat("Hi /no_think", system="Be brief. /no_think"),
    "marks_in_question": _chat("What do <think> and </think> mean?"),
}


def served(template: str) -> tuple[Renderer, list[dict[str, Any]], dict[str, str], ServedTemplate]:
    renderer = Renderer(RenderingTokenizer(), template)
    chats, left_out = render_chats(probe_chats([])[0], renderer, BOS)
    result = served_template(renderer, chats, BOS)
    codes = {chat.chat: chat.code for chat in left_out}
    codes |= {chat["id"]: chat["unservable"] for chat in chats if chat["unservable"]}
    return renderer, chats, codes, result


def outcome(template: str) -> dict[str, Any]:
    try:
        renderer, _, codes, result = served(template)
    except Failure as failure:
        return {"outcome": "refused", "code": failure.code, **failure.facts}
    if result.go is None or result.skeleton is None:
        return {"outcome": "own renderer", "problem": result.problem, "left_out": codes}
    beyond: dict[str, str] = {}
    for name, messages in BEYOND.items():
        try:
            read: str = how_read(result.skeleton, messages, renderer.text(messages, prompt=True))
        except Exception:
            read = "refused"
        if read != "whole":
            beyond[name] = read
    dated = {"dated": True} if renderer.writes_date() else {}
    return {"outcome": "translated", "left_out": codes, "beyond": beyond, "thoughts": thoughts(template), **dated}


THINKING = _chat("Name a metal.", "<think>\nThe hard ones.\n</think>\n\nIron.")
PLAIN = _chat("Name a metal.", "Iron.")


def thoughts(template: str) -> dict[str, str]:
    """How a row with thoughts and one without are learned: the whole answer behind the very prompt that will be asked, or not."""
    found = {}
    cases: list[tuple[str, Thoughts, Messages]] = [
        ("keep", "keep", THINKING),
        ("drop", "drop", PLAIN),
        ("none", "keep", PLAIN),
    ]
    for name, wish, messages in cases:
        chosen = variant(RenderingTokenizer(), template, wish, rows_think=messages is THINKING)
        renderer, answer = Renderer(RenderingTokenizer(), chosen), messages[-1]["content"]
        prompt, text = renderer.text(messages[:-1], prompt=True), renderer.text(messages)
        text = rejoined(prompt, text, answer) or text
        wanted = "".join(answer.removeprefix("<think>").split())
        is_whole = text.startswith(prompt) and wanted in "".join(text[len(prompt) :].split())
        assert served(chosen)[3].go or served(template)[3].go is None
        found[name] = "refused" if not is_whole else "learned" if chosen == template else "learned by a variant"
    return found


def test_the_outcome_of_every_real_template_is_the_one_in_the_table() -> None:
    found = {name: outcome(template) for name, template in real_templates().items()}
    if os.environ.get("TEMPER_WRITE_TEMPLATES"):
        table_file().write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    table = json.loads(table_file().read_text(encoding="utf-8"))
    assert len(found) > 60
    assert [name for name in found if SERVED.match(name) and found[name]["outcome"] != "translated"] == []
    # Another version of llama.cpp may hold templates that the table does not know.
    assert {name: each for name, each in found.items() if name in table} == {
        name: each for name, each in table.items() if name in found
    }


@pytest.mark.skipif(
    not shutil.which("go"), reason="no Go compiler here; the proof of import compares with Ollama itself"
)
def test_go_renders_every_translated_template_as_training_did(tmp_path: Path) -> None:
    cases, expected = [], []
    for template in real_templates().values():
        try:
            _, chats, _, result = served(template)
        except Failure:
            continue
        for chat in chats:
            if result.go and not chat["unservable"]:
                cases.append((result.go, chat["messages"]))
                expected.append(chat["served_prompt"])
    assert len(cases) > 500
    assert render_in_go(cases, tmp_path) == expected

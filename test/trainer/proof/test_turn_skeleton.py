"""The turns of a chat template, found by rendering, and the Go template that renders the same."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from go_renderer import render_in_go
from trainer.proof.go_template import go_template
from trainer.proof.probe_chats import CHATS
from trainer.proof.turn_skeleton import Underivable, derive

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
DEFAULT = "{% if messages[0].role != 'system' %}<|im_start|>system\nYou are {{ '{{' }}helpful}}.<|im_end|>\n{% endif %}"
# As Llama 3.1: a BOS, and a system turn even without a system message.
ALWAYS = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}"
    "{% set s = messages[0].content %}{% set messages = messages[1:] %}"
    "{% else %}{% set s = '' %}{% endif %}<|h|>system<|e|>\n\nCutting date: 2023\n\n{{ s }}<|eot|>"
    "{% for m in messages %}<|h|>{{ m.role }}<|e|>\n\n{{ m.content }}<|eot|>{% endfor %}"
    "{% if add_generation_prompt %}<|h|>assistant<|e|>\n\n{% endif %}"
)
# As Gemma 3: the system message is inside the first question's turn.
INSIDE = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}"
    "{% set s = messages[0].content + '\n\n' %}{% set messages = messages[1:] %}{% else %}{% set s = '' %}{% endif %}"
    "{% for m in messages %}<turn>{{ 'model' if m.role == 'assistant' else m.role }}\n"
    "{{ (s if loop.first else '') + m.content }}<end>\n{% endfor %}"
    "{% if add_generation_prompt %}<turn>model\n{% endif %}"
)
# As Mistral 7B v0.3: the system message is inside the last question's turn.
LAST = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}"
    "{% set s = messages[0].content %}{% set messages = messages[1:] %}{% endif %}"
    "{% for m in messages %}{% if m.role == 'user' %}[INST] "
    "{% if loop.last and s is defined %}{{ s + '\n\n' }}{% endif %}"
    "{{ m.content }}[/INST]{% else %} {{ m.content }}</s>{% endif %}{% endfor %}"
)
# As Vicuna: plain words, and the first question differs from the later ones.
WORDS = (
    "{% if messages[0].role == 'system' %}{{ messages[0].content }}{% set messages = messages[1:] %}{% else %}A "
    "chat.{% endif %}"
    "{% for m in messages %}{% if m.role == 'user' %}{{ ' ' if loop.first else '\n' }}USER: "
    "{{ m.content }}{% else %} ASSISTANT: {{ m.content }}</s>{% endif %}"
    "{% endfor %}{% if add_generation_prompt %} ASSISTANT:{% endif %}"
)
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHATML
TEMPLATES = {
    "chatml": CHATML,
    "default system": DEFAULT + CHATML,
    "system always": ALWAYS,
    "system inside the first question": INSIDE,
    "system inside the last question": LAST,
    "words": WORDS,
    "no system": NO_SYSTEM,
}
BOS = "<s>"


def rendering(template: str) -> Any:
    def refuse(message: str) -> None:
        raise ValueError(message)

    compiled = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(template)
    return lambda messages, prompt: compiled.render(
        messages=messages, add_generation_prompt=prompt, bos_token=BOS, raise_exception=refuse
    )


def chats(template: str) -> Any:
    return [messages for messages in CHATS.values() if template is not NO_SYSTEM or messages[0]["role"] != "system"]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_skeleton_renders_the_same_as_its_template(template: str) -> None:
    render = rendering(template)
    skeleton = derive(render)
    for messages in chats(template):
        assert skeleton.render(messages) == render(messages, True)


def test_the_parts_of_each_turn_are_found() -> None:
    skeleton = derive(rendering(DEFAULT + CHATML))
    assert (skeleton.user_prefix, skeleton.user_suffix) == ("<|im_start|>user\n", "<|im_end|>\n")
    assert (skeleton.assistant_prefix, skeleton.assistant_suffix) == ("<|im_start|>assistant\n", "<|im_end|>\n")
    assert skeleton.generation_prefix == "<|im_start|>assistant\n"
    assert skeleton.default_system == "You are {{helpful}}."
    assert derive(rendering(CHATML)).default_system is None
    assert derive(rendering(INSIDE)).default_system is None
    assert derive(rendering(NO_SYSTEM)).system is None


@pytest.mark.parametrize(
    "template",
    [
        "{{ messages | length }}" + CHATML,
        "{{ messages[-1].content }}{% if add_generation_prompt %}>{% endif %}",
        CHATML.replace("{{ m.content }}", "{{ m.content | lower }}"),
        CHATML.replace("{{ m.content }}", "{{ m.content }}{{ m.content }}"),
    ],
)
def test_a_template_beyond_fixed_text_around_messages_is_refused(template: str) -> None:
    with pytest.raises(Underivable):
        derive(rendering(template))


@pytest.mark.skipif(
    not shutil.which("go"), reason="no Go compiler here; the proof of import compares with Ollama itself"
)
def test_go_renders_the_go_template_as_jinja_renders_the_original(tmp_path: Path) -> None:
    cases, expected = [], []
    for template in TEMPLATES.values():
        render = rendering(template)
        translated = go_template(derive(render), BOS)
        for messages in chats(template):
            cases.append((translated, messages))
            expected.append(render(messages, True).removeprefix(BOS))
    assert render_in_go(cases, tmp_path) == expected

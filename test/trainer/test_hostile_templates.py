"""The chat template of a model is data: it reaches nothing of this machine, and ends in time."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

import tiny_model
from canaries import probed, refusal
from rig import make_job, run, train

torch = pytest.importorskip("torch")


CHAT = tiny_model.CHAT_TEMPLATE
# A template, and the reason why it is refused.
TEMPLATES = {
    "the classes of Python": ("{{ ''.__class__.__mro__ }}" + CHAT, "unsafe|is undefined"),
    "all classes there are": ("{{ ''.__class__.__base__.__subclasses__() }}" + CHAT, "unsafe|is undefined"),
    "a function's globals": ("{{ raise_exception.__globals__['__builtins__'] }}" + CHAT, "unsafe|is undefined"),
    "the module of a macro": ("{{ cycler.__init__.__globals__.os.system('touch canary') }}" + CHAT, "unsafe|undefined"),
    "the classes by a filter": (
        "{{ ().__class__.__base__ }}{{ ()|attr('__class__')|attr('__base__') }}" + CHAT,
        "unsafe|is undefined|None",
    ),
    "the format of a text": ("{{ '{0.__class__.__mro__}'.format(1) }}" + CHAT, "unsafe|is undefined"),
    "a change of the messages": ("{{ messages.clear() }}" + CHAT, "unsafe|not safely callable"),
    "another file": ("{% include '/etc/passwd' %}" + CHAT, "no loader"),
    "an import": ("{% import '/etc/passwd' as x %}" + CHAT, "no loader"),
    "a macro that calls itself": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}" + CHAT, "recursion"),
    "a range without an end": ("{% for i in range(999999999) %}{% endfor %}" + CHAT, "Range too big"),
    "a product of a text": ("{{ 'x' * 10000000000 }}" + CHAT, "too large"),
    "a product of a list": ("{{ [1] * 10000000000 }}" + CHAT, "too large"),
    "a power": ("{{ 9 ** 9 ** 99999 }}" + CHAT, "too large"),
    "a product that squares itself": (
        "{% set n = namespace(x=9) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}" + CHAT,
        "too large",
    ),
    "a width without an end": ("{{ 'x'|center(99999999999) }}" + CHAT, "more than 1 GB of memory"),
    "a format without an end": ("{{ '%99999999999d'|format(1) }}" + CHAT, "GB of memory|cannot|too"),
    "a loop without an end": (
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}"
        "{% endfor %}" + CHAT,
        "more than 1 s",
    ),
    "a text that doubles": (
        "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}" + CHAT,
        "more than 1 GB of memory|more than 1 s",
    ),
    "syntax that is none": ("{% for %}" + CHAT, "Expected|expected|unexpected"),
}


@pytest.mark.parametrize("template, says", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_a_template_that_reaches_for(
    template: str, says: Any, base: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import re

    from trainer.data.templates import template_bounds
    from trainer.data.templates.chat_template import Renderer
    from trainer.runtime.base_files import load_tokenizer

    monkeypatch.setattr(template_bounds, "SECONDS", 1.0)
    monkeypatch.chdir(tmp_path)
    renderer, began = Renderer(load_tokenizer(base), template), time.process_time()
    failure = refusal(renderer.end_token)
    assert failure.code == "TEMPLATE_FAILED" and re.search(says, str(failure)), str(failure)
    assert time.process_time() - began < 5 and list(tmp_path.iterdir()) == []


def test_a_pause_of_the_machine_does_not_count_for_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.data.templates import template_bounds

    monkeypatch.setattr(template_bounds, "SECONDS", 0.1)
    with template_bounds.bounded():
        time.sleep(0.3)


def test_an_ordinary_template_may_compute(base: Path) -> None:
    from trainer.data.templates.chat_template import Renderer
    from trainer.runtime.base_files import load_tokenizer

    template = "{{ 2 ** 3 * 4 }}{{ '-' * 3 }}{{ [1] * 2 }}{{ 1.5 * 2 }}{{ '%s' % 'x' }}"
    assert Renderer(load_tokenizer(base), template).text([{"role": "user", "content": "x"}]) == "32---[1, 1]3.0x"


def test_training_probe_and_prepare_fail_with_the_reason_on_such_a_template(
    base: Path, rows: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from trainer.data.templates import template_bounds

    monkeypatch.setattr(template_bounds, "SECONDS", 1.0)
    endless, escaping = TEMPLATES["a loop without an end"][0], TEMPLATES["the classes of Python"][0]
    hostile = shutil.copytree(base, tmp_path / "hostile")
    for template in (endless, escaping):
        assert refusal(lambda t=template: train(make_job(tmp_path / "train", base, rows, template=t))).code == (
            "TEMPLATE_FAILED"
        )
        (hostile / "chat_template.jinja").write_text(template)
        assert refusal(lambda: probed(hostile, tmp_path / "probe.json")).code == "TEMPLATE_FAILED"
    (hostile / "chat_template.jinja").write_text(endless)
    (tmp_path / "rows.jsonl").write_text('{"prompt": "a", "completion": "b"}\n' * 9)
    options = {"format": "auto", "shape": "auto", "eval_split": 0, "seed": 1, "on_bad_row": "fail"}
    job: dict[str, Any] = {
        **options,
        "source": str(tmp_path / "rows.jsonl"),
        "out": str(tmp_path / "rows"),
        "tokenizer": str(hostile),
    }
    assert refusal(lambda: run("prepare", **job)).code == "TEMPLATE_FAILED"

"""Fixes what a chat template leaves open, so that whoever renders it later makes the text of the training.

A template may ask the time, the caller's wish to think, or a token that the tokenizer lacks. Ollama answers otherwise than the
training did, and hands the template no wish at all. So the answers are written in front of the template, as its variables.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal

from trainer.data.templates.chat_template import RENDER_DATE, Renderer
from trainer.runtime.events import Failure

Thoughts = Literal["keep", "drop", "refuse"]
# How a prompt ends. `opens`: thoughts have begun. `closes`: thoughts are over. `plain`: neither.
Ending = Literal["opens", "closes", "plain"]

OPEN, CLOSE = "<think>", "</think>"
# The marks with which templates begin and end thoughts where an answer is asked for. Rows have the first pair.
MARKS = ((OPEN, CLOSE), ("<|channel>thought", "<channel|>"), ("<|START_THINKING|>", "<|END_THINKING|>"))
# What templates call the wish to think.
_SWITCHES = ("enable_thinking", "thinking")
_QUESTION = [{"role": "user", "content": "QUESTIONPROBE"}]
_SAMPLES: list[list[dict[str, Any]]] = [
    _QUESTION,
    [*_QUESTION, {"role": "assistant", "content": "ANSWERPROBE"}, *_QUESTION],
]


def ending_of(prompt: str) -> Ending:
    text = prompt.rstrip()
    if text.endswith(tuple(close for _, close in MARKS)):
        return "closes"
    return "opens" if text.endswith(tuple(opening for opening, _ in MARKS)) else "plain"


def variant(tokenizer: Any, template: str, wish: Thoughts, rows_think: bool) -> str:
    """Returns the template with what this training answers for it. `rows_think`: some answer of its rows has thoughts."""
    renderer = Renderer(tokenizer, template)
    try:
        prompt = renderer.text(_QUESTION, prompt=True)
    except Failure:
        raise
    except Exception as error:
        raise renderer.failed("a question", error) from error
    return _pinned(tokenizer, _with_thoughts(tokenizer, template, prompt, wish, rows_think))


def _with_thoughts(tokenizer: Any, template: str, prompt: str, wish: Thoughts, rows_think: bool) -> str:
    ending = ending_of(prompt)
    if ending == "closes" and wish == "drop":
        return template
    if wish == "drop" or (ending == "opens" and not rows_think):
        # Rows without thoughts teach an answer without them, so the model must not be asked for them.
        return _switched(tokenizer, template, "false", lambda end: end == "closes") or template + _closing(prompt)
    if ending == "closes" and rows_think and wish == "keep":
        return _switched(tokenizer, template, "true", lambda end: end != "closes") or template
    return template


def _closing(prompt: str) -> str:
    """Returns what ends the thoughts that the template begins where an answer is asked for, if it begins some."""
    for opening, close in MARKS:
        if prompt.rstrip().endswith(opening):
            return "{% if add_generation_prompt %}{{ '\\n" + close + "\\n\\n' }}{% endif %}"
    return ""


def _switched(tokenizer: Any, template: str, value: str, is_wanted: Callable[[Ending], bool]) -> str | None:
    for switch in _SWITCHES:
        switched = _set(switch, value) + template
        if is_wanted(ending_of(Renderer(tokenizer, switched).text(_QUESTION, prompt=True))):
            return switched
    return None


def _pinned(tokenizer: Any, template: str) -> str:
    """Writes in front of the template what it would otherwise be given where it is served."""
    for fronts in _fronts(tokenizer, template):
        same = (front for front in fronts if _renders_same(tokenizer, front + template, template))
        template = next(same, "") + template
    return template


def _fronts(tokenizer: Any, template: str) -> Iterator[list[str]]:
    """Yields what may have to stand in front of the template. Of each list, the first that does not change the text."""
    renderer = Renderer(tokenizer, template)
    if renderer.writes_date():
        date = _AskedDate()
        for messages in _SAMPLES:
            renderer.text(messages, prompt=True, date=date)
        dates = ", ".join(f"{_quoted(form)}: {_quoted(RENDER_DATE.strftime(form))}" for form in sorted(date.forms))
        yield ["{% macro strftime_now(format) %}{{ {" + dates + "}[format] }}{% endmacro %}"]
    if _depends_on(renderer, date_string="tomorrow"):
        # Llama 3 falls back to the date of the training, which llama.cpp's server never lets it do.
        yield [_set("date_string", _quoted(RENDER_DATE.strftime("%d %b %Y")))]
    if "bos_token" in template and not tokenizer.bos_token:
        # Where a vocabulary has no BOS, some runners take a token of any kind for it.
        yield [_set("bos_token", "''")]
    for switch in _SWITCHES:
        # Some servers wish to think unless they are told otherwise. The training has not said anything.
        if _depends_on(renderer, **{switch: True}):
            yield [_set(switch, "false"), _set(switch, "none")]


def _depends_on(renderer: Renderer, **variables: Any) -> bool:
    return any(renderer.text(each, prompt=True) != renderer.text(each, prompt=True, **variables) for each in _SAMPLES)


def _renders_same(tokenizer: Any, one: str, other: str) -> bool:
    first, second = Renderer(tokenizer, one), Renderer(tokenizer, other)
    return all(first.text(each, prompt=p) == second.text(each, prompt=p) for each in _SAMPLES for p in (False, True))


def _set(name: str, value: str) -> str:
    return "{% set " + name + " = " + value + " %}"


class _AskedDate(datetime):
    """The date of the training, which notes the forms that are asked for."""

    forms: set[str]

    def __new__(cls) -> "_AskedDate":
        self = super().__new__(cls, RENDER_DATE.year, RENDER_DATE.month, RENDER_DATE.day)
        self.forms = set()
        return self

    def strftime(self, format: str) -> str:
        self.forms.add(format)
        return super().strftime(format)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

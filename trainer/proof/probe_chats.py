"""The chats with which a served model is compared with the trained one. Each covers a difference that occurred once."""

from typing import Any

from trainer.data.templates.unicode_forms import Form, in_form

Chat = dict[str, Any]


def _user(content: str) -> dict[str, str]:
    return {"role": "user", "content": content}


def _assistant(content: str) -> dict[str, str]:
    return {"role": "assistant", "content": content}


def _system(content: str) -> dict[str, str]:
    return {"role": "system", "content": content}


CHATS: dict[str, list[dict[str, str]]] = {
    "plain": [_user("What color is snow?")],
    "digits": [_user("What is 7 plus 8? And 12345 minus 678, 3.14159 or 2024-07-26?")],
    "chinese": [_user("请解释 SAR 影像中的斑点噪声，并给出两种抑制方法。")],
    "system": [_system("You answer in one short sentence."), _user("Why is the sky blue?")],
    "turns": [_user("Hello!"), _assistant("Hello, how can I help?"), _user("Name a prime number.")],
    "system_turns": [
        _system("你是一名遥感专家。"),
        _user("什么是 InSAR？"),
        _assistant("InSAR 是合成孔径雷达干涉测量。"),
        _user("它能测什么？"),
        _assistant("地表形变。"),
        _user("精度如何？"),
    ],
    # In composed form (NFC): Ollama keeps decomposed characters, but most tokenizers of transformers compose them.
    "symbols": [_user("👩‍🚀🇨🇳 naïve café – ½ “quoted” ’tis £5 ﬁ 𝒳 \u200b Ⅷ ٣٤")],
    "edges": [
        _user("  two spaces before,\n\n\ta tab\r\nand a line break after \n"),
        _assistant("\n  An indented answer. \n"),
        _user("And now?"),
    ],
    "thoughts": [
        _user("Name a planet."),
        _assistant("<think>\nThe largest one comes to mind.\n</think>\n\nJupiter."),
        _user("And a smaller one?"),
    ],
    "code": [_user("```python\ndef f(x):\n    return {'a': x, \"b\": [1, 2]}  # a & b < c\n```\nWhat does it do?")],
    "template_words": [_user("{{ .Prompt }} {% if x %} {{ messages }} {# no #} <b>&amp;</b> \\n $HOME")],
}
# A template may treat these otherwise than fixed text around messages does, and still be translated.
UNUSUAL = ("edges", "thoughts")
# The chats that are answered greedily: short questions with different tokens and no system message.
GREEDY = ("plain", "digits", "chinese")


def probe_chats(questions: list[str], form: Form | None = None) -> tuple[list[Chat], list[str]]:
    """Returns the chats with their ids, and the ids of the chats to answer. The given questions come first.

    They are in the tokenizer's Unicode form, since Ollama's tokenizers make none. The training's notes tell rows in another.
    """
    own = {f"question_{number}": [_user(in_form(question, form))] for number, question in enumerate(questions, 1)}
    chats = [{"id": name, "messages": messages} for name, messages in {**own, **CHATS}.items()]
    return chats, [*own, *GREEDY][: len(GREEDY)]

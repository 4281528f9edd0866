"""The chat templates of real models that llama.cpp's source holds, and a tokenizer that only renders them."""

from functools import cache
from pathlib import Path
from typing import Any

from llama_source import find_source

BOS = "<BOS>"


def real_templates() -> dict[str, str]:
    folder = find_source() / "models" / "templates"
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.jinja"))}


class RenderingTokenizer:
    """Renders as the tokenizers of transformers do. Its tokens are characters."""

    bos_token = BOS
    special = {"bos_token": BOS, "eos_token": "<EOS>", "unk_token": "<UNK>", "pad_token": "<PAD>"}

    def apply_chat_template(
        self,
        messages: Any,
        chat_template: str,
        tokenize: bool,
        add_generation_prompt: bool = False,
        tools: Any = None,
        **variables: Any,
    ) -> str:
        assert not tokenize
        return _compiled(chat_template).render(
            messages=messages,
            tools=tools,
            documents=None,
            add_generation_prompt=add_generation_prompt,
            **self.special,
            **variables,
        )

    def __call__(self, texts: list[str], add_special_tokens: bool) -> dict[str, list[list[int]]]:
        assert not add_special_tokens
        return {"input_ids": [[ord(character) for character in text] for text in texts]}


@cache
def _compiled(template: str) -> Any:
    from transformers.utils.chat_template_utils import _compile_jinja_template

    return _compile_jinja_template(template)


def table_file() -> Path:
    return Path(__file__).parent / "proof" / "templates.json"

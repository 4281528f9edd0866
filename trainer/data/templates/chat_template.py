"""Finds and renders the chat template of a training, and finds the token with which it ends an answer."""

from datetime import datetime
from pathlib import Path
from typing import Any

from trainer.data.templates.template_bounds import bound_arithmetic, bounded
from trainer.runtime.base_files import read_json
from trainer.runtime.events import Failure

# Some templates (Llama 3.2) write today's date into the prompt. A training that is resumed on the next day must see the
# same tokens, so the date is fixed. Llama 3.1's own template falls back to this date.
RENDER_DATE = datetime(2024, 7, 26)
_PROBE = "ANSWERPROBE"


def effective_template(base: Path, given: str | None) -> str:
    """Returns the given template, or the base model's. Reads it from the files, before any library is loaded."""
    template = given or _template_of(base)
    if not template or not template.strip():
        raise Failure(
            "NO_TEMPLATE",
            f"{base.name} has no chat template. The instruction-tuned model of the same family usually has one.",
        )
    return template


def _template_of(base: Path) -> str | None:
    # In the library's order: chat_template.jinja comes before the tokenizer's settings.
    file = base / "chat_template.jinja"
    if file.is_file():
        try:
            return file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise Failure("TEMPLATE_FAILED", f"{base.name}/{file.name} is not UTF-8.") from None
    settings = base / "tokenizer_config.json"
    template = read_json(settings).get("chat_template") if settings.is_file() else None
    if isinstance(template, list):
        named = [each for each in template if isinstance(each, dict) and each.get("name") == "default"]
        template = named[0].get("template") if named else None
    return template if isinstance(template, str) else None


class Renderer:
    def __init__(self, tokenizer: Any, template: str):
        self._tokenizer = tokenizer
        self._template = template
        bound_arithmetic()

    def text(
        self, messages: list[dict[str, Any]], prompt: bool = False, date: datetime = RENDER_DATE, **variables: Any
    ) -> str:
        """Renders messages. With `prompt` the text ends with the start of the assistant's turn, as at inference."""
        with bounded():
            return self._tokenizer.apply_chat_template(
                messages,
                chat_template=self._template,
                tokenize=False,
                add_generation_prompt=prompt,
                strftime_now=date.strftime,
                **variables,
            )

    def ids(self, texts: list[str]) -> list[list[int]]:
        """Tokenizes rendered texts. The template writes the special tokens, so the tokenizer adds none: a second BOS harms."""
        return self._tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []

    def writes_date(self) -> bool:
        chat = [{"role": "user", "content": _PROBE}]
        return self.text(chat) != self.text(chat, date=RENDER_DATE.replace(year=RENDER_DATE.year + 1))

    def special_tokens(self) -> list[str]:
        """Returns the texts that the tokenizer turns into control tokens, wherever they stand."""
        added = [token.content for token in self._tokenizer.added_tokens_decoder.values() if token.special]
        return sorted({text for text in [*self._tokenizer.all_special_tokens, *added] if text.strip()}, key=len)[::-1]

    def failed(self, what: str, error: Exception) -> Failure:
        try:
            self._tokenizer.apply_chat_template(
                [{"role": "user", "content": _PROBE}], chat_template=self._template, tokenize=False, tools=[]
            )
        except Exception:
            return Failure("TEMPLATE_FAILED", f"The chat template cannot render {what}: {error}.")
        return Failure(
            "TEMPLATE_FAILED",
            f"The chat template cannot render {what} without a list of tools: {error}. It is written for calls of tools. "
            "The model most likely has a plain template too.",
            needs_tools=True,
        )

    def end_token(self) -> int | None:
        """Returns the token with which the template ends an answer, or None if it ends with plain text or nothing."""
        try:
            text = self.text([{"role": "user", "content": "question"}, {"role": "assistant", "content": _PROBE}])
            tail = text[text.rindex(_PROBE) + len(_PROBE) :]
        except Failure:
            raise
        except Exception as error:
            raise self.failed("a question with its answer", error) from error
        special = set(self._tokenizer.all_special_ids)
        special |= {index for index, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        return next((token for token in self.ids([tail])[0] if token in special), None)

"""The chat template a training uses, and how it ends an assistant's turn."""

from datetime import datetime
from pathlib import Path
from typing import Any

from trainer.data.template_bounds import bound_arithmetic, bounded
from trainer.runtime.base_files import read_json
from trainer.runtime.events import Failure

# Some templates (Llama 3.2) write today's date into the prompt. A training that runs over midnight, or is resumed the
# next day, must not see other tokens, so the date is that which Llama 3.1's own template falls back to.
RENDER_DATE = datetime(2024, 7, 26)
_PROBE = "ANSWERPROBE"


def effective_template(base: Path, given: str | None) -> str:
    """The given one, or the base's; read from its files, so that it is known before any library is loaded."""
    template = given or _template_of(base)
    if not template or not template.strip():
        raise Failure(
            "NO_TEMPLATE",
            f"{base.name} has no chat template. The instruction-tuned model of the same family usually has one.",
        )
    return template


def _template_of(base: Path) -> str | None:
    # The library's own order: the file of its own wins over the tokenizer's settings.
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

    def text(self, messages: list[dict[str, Any]], prompt: bool = False) -> str:
        """`prompt` ends with the opening of the assistant's turn, as the model will be asked."""
        with bounded():
            return self._tokenizer.apply_chat_template(
                messages,
                chat_template=self._template,
                tokenize=False,
                add_generation_prompt=prompt,
                strftime_now=RENDER_DATE.strftime,
            )

    def ids(self, texts: list[str]) -> list[list[int]]:
        """The template writes its own special tokens, so the tokenizer must add none (a second BOS harms)."""
        return self._tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []

    def end_token(self) -> int | None:
        """The token by which the template closes an answer; None where it closes with plain text or with nothing."""
        try:
            text = self.text([{"role": "user", "content": "question"}, {"role": "assistant", "content": _PROBE}])
            tail = text[text.rindex(_PROBE) + len(_PROBE) :]
        except Failure:
            raise
        except Exception as error:
            raise Failure(
                "TEMPLATE_FAILED",
                f"The chat template cannot render a question with its answer: {error}.",
            ) from error
        special = set(self._tokenizer.all_special_ids)
        special |= {index for index, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        return next((token for token in self.ids([tail])[0] if token in special), None)

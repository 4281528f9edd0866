"""The chat template a training uses, and how it ends an assistant's turn."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from trainer.events import Failure

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
            f"{base.name} has no chat template, so there is no form in which to ask it. "
            "Name a Jinja file with the option `template`, or take the instruction-tuned model of the same family.",
        )
    return template


def _template_of(base: Path) -> str | None:
    # The library's own order: the file of its own wins over the tokenizer's settings.
    file = base / "chat_template.jinja"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    try:
        template = json.loads((base / "tokenizer_config.json").read_text(encoding="utf-8")).get("chat_template")
    except (OSError, ValueError):
        return None
    if isinstance(template, list):
        return next((named["template"] for named in template if named.get("name") == "default"), None)
    return template


class Renderer:
    def __init__(self, tokenizer: Any, template: str):
        self._tokenizer = tokenizer
        self._template = template

    def text(self, messages: list[dict[str, Any]], prompt: bool = False) -> str:
        """`prompt` ends with the opening of the assistant's turn, as the model will be asked."""
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
        except Exception as error:
            raise Failure(
                "TEMPLATE_FAILED",
                f"The chat template cannot render a question with its answer: {error}. Check the Jinja file.",
            ) from error
        special = set(self._tokenizer.all_special_ids)
        special |= {index for index, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        return next((token for token in self.ids([tail])[0] if token in special), None)

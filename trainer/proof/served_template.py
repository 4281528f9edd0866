"""Renders the probe chats with the training's template, and translates the template for Ollama as far as they show it."""

from dataclasses import dataclass
from typing import Any, Protocol

from trainer.data.templates.row_notes import quoted
from trainer.data.templates.template_variant import ending_of
from trainer.proof.go_template import go_template
from trainer.proof.probe_chats import UNUSUAL
from trainer.proof.readings import how_read
from trainer.proof.turn_skeleton import Messages, Skeleton, Underivable, derive
from trainer.protocol.outputs import LeftOutChat
from trainer.runtime.events import Failure

_LONGEST_ERROR = 200


class ChatRenderer(Protocol):
    def text(self, messages: Messages, prompt: bool = False, **variables: Any) -> str: ...

    def ids(self, texts: list[str]) -> list[list[int]]: ...

    def failed(self, what: str, error: Exception) -> Failure: ...


@dataclass(frozen=True)
class ServedTemplate:
    skeleton: Skeleton | None
    # In Ollama's template language; None if the template cannot be translated, and why.
    go: str | None
    problem: str | None


def render_chats(
    chats: list[dict[str, Any]], renderer: ChatRenderer, bos: str | None
) -> tuple[list[dict[str, Any]], list[LeftOutChat]]:
    kept, left_out = [], []
    for chat in chats:
        messages: Messages = chat["messages"]
        try:
            prompt = renderer.text(messages, prompt=True)
        except Failure:
            raise
        except Exception as error:
            # A template may refuse a system message or several turns, but not a plain question.
            if len(messages) == 1:
                raise renderer.failed("a question", error) from error
            left_out.append(LeftOutChat(chat=chat["id"], code="refused", detail=_shortened(str(error))))
            continue
        lost = [message for message in messages if message["content"].strip() not in prompt]
        if any(message["role"] == "user" for message in lost[-1:]):
            raise Failure(
                "TEMPLATE_DROPS_CONTENT",
                f"The chat template leaves out the question {quoted(lost[-1]['content'])}, or changes its text.",
            )
        kept.append(
            {
                **chat,
                # As in training, the template writes the special tokens and the tokenizer adds none.
                "prompt": prompt,
                "token_ids": renderer.ids([prompt])[0],
                # The text that Ollama renders. Ollama's tokenizer adds the BOS.
                "served_prompt": prompt.removeprefix(bos or ""),
                # Set by the comparison with the Go template.
                "unservable": None,
            }
        )
    return kept, left_out


def _shortened(error: str) -> str:
    return error if len(error) <= _LONGEST_ERROR else error[:_LONGEST_ERROR] + "…"


def served_template(renderer: ChatRenderer, chats: list[dict[str, Any]], bos: str | None) -> ServedTemplate:
    """Translates the template, and sets `unservable` of each chat that the translation renders otherwise."""
    try:
        skeleton = derive(lambda messages, prompt: renderer.text(messages, prompt=prompt))
    except Underivable as reason:
        return ServedTemplate(None, None, f"The chat template is more than fixed text around messages: {reason}.")
    for chat in chats:
        code = how_read(skeleton, chat["messages"], chat["prompt"])
        if code == "rewritten" and chat["id"] not in UNUSUAL:
            problem = f"The chat template makes of the message {quoted(chat['messages'][-1]['content'])} more than fixed text around it."
            return ServedTemplate(skeleton, None, problem)
        chat["unservable"] = None if code == "whole" else code
    ending = ending_of(skeleton.generation_prefix)
    # Whether answers begin with thoughts: the template asks for them, or knows them where they stand in earlier answers.
    knows = any(chat["unservable"] in ("thoughts", "rewritten") for chat in chats if chat["id"] == "thoughts")
    thinks = ending == "opens" or (ending == "plain" and knows)
    return ServedTemplate(skeleton, go_template(skeleton, bos or "", thinks), None)

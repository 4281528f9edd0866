"""Chats with tools, with which the served model is compared where the chat template writes tools, calls and results."""

from typing import Any

from trainer.data.templates.tool_rows import unseen
from trainer.proof.served_template import ChatRenderer
from trainer.runtime.events import Failure

Chat = dict[str, Any]

# In the order of keys in which Ollama writes them; rows are put into it, too.
TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": 'The weather of a place, as <name> & "id".',
            "parameters": {
                "type": "object",
                "required": ["city"],
                "properties": {
                    "days": {"type": "integer", "description": "未来几天"},
                    "city": {"type": "string", "enum": ["西安", "Oslo"]},
                },
            },
        },
    }
]
_ASKED: list[dict[str, Any]] = [{"role": "user", "content": "Will it rain in Xi'an?"}]
_CALLED: list[dict[str, Any]] = [
    *_ASKED,
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "call00001",
                "type": "function",
                "function": {"name": "get_weather", "arguments": {"city": "西安", "days": 3}},
            }
        ],
    },
    # Templates call it `name`, Ollama `tool_name`.
    {
        "role": "tool",
        "tool_call_id": "call00001",
        "name": "get_weather",
        "tool_name": "get_weather",
        "content": '{"rain": "84 %"}',
    },
]
TOOL_CHATS = {"tools": _ASKED, "tool_result": _CALLED}


def render_tool_chats(renderer: ChatRenderer, bos: str | None) -> list[Chat]:
    """Returns the chats as `render_chats` does; none of a template that drops tools, whose rows the training refuses."""
    chats: list[Chat] = []
    for name, messages in TOOL_CHATS.items():
        try:
            prompt = renderer.text(messages, prompt=True, tools=TOOLS)
        except Failure:
            raise
        except Exception:
            # Some templates take tools in a form of their own. A training with such rows says so.
            return []
        if any(unseen(prompt, messages, TOOLS)):
            return []
        chats.append(
            {
                "id": name,
                "messages": messages,
                "tools": TOOLS,
                "prompt": prompt,
                "token_ids": renderer.ids([prompt])[0],
                "served_prompt": prompt.removeprefix(bos or ""),
                # Told where Ollama writes them otherwise: most models are served without tools.
                "unservable": "tools",
            }
        )
    return chats

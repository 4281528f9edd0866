"""Reads a file that `prepare` wrote."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from trainer.runtime.events import Failure


class PreparedRow(NamedTuple):
    number: int
    messages: list[dict[str, Any]]
    # Those that the assistant may call.
    tools: list[dict[str, Any]]


def read_prepared(path: Path) -> Iterator[PreparedRow]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                messages, tools = row["messages"], row.get("tools", [])
                sound = messages[-1]["role"] == "assistant" and all(
                    isinstance(message["role"], str) and isinstance(message["content"], str) for message in messages
                )
            except (ValueError, KeyError, TypeError, IndexError):
                sound = False
            if not sound:
                raise Failure(
                    "BAD_DATA",
                    f"{path.name}:{number} is not a row of messages that ends with the assistant's answer. "
                    "The trainer reads only files that `prepare` wrote.",
                    line=number,
                )
            yield PreparedRow(number, messages, tools)

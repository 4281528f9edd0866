"""Reads a file that `prepare` wrote."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainer.runtime.events import Failure


def read_messages_of(path: Path) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                messages = json.loads(line)["messages"]
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
            yield number, messages

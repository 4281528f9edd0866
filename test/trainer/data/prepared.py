"""Carries out `prepare` on rows that a test writes."""

import io
import json
from pathlib import Path
from typing import Any

from rig import USUAL, run

OPTIONS = USUAL["prepare"]


class Prepared:
    def __init__(self, folder: Path, content: bytes | str, name: str = "rows.jsonl", **options: Any) -> None:
        source = folder / name
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.out = folder / "out"
        self._stream = io.StringIO()
        self.outputs = run("prepare", self._stream, source=str(source), out=str(self.out), **options)

    @property
    def bad_rows(self) -> list[dict[str, Any]]:
        events = [json.loads(line) for line in self._stream.getvalue().splitlines()]
        return [event for event in events if event["event"] == "bad_row"]

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.out / "summary.json").read_text())

    def rows(self, side: str = "train") -> list[list[dict[str, Any]]]:
        path = self.out / f"{side}.jsonl"
        return [json.loads(line)["messages"] for line in path.read_text().splitlines()] if path.exists() else []

    def texts(self, side: str = "train") -> list[list[tuple[str, str]]]:
        return [[(message["role"], message["content"]) for message in row] for row in self.rows(side)]


def lines(*rows: Any) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)


def pair(number: int) -> dict[str, Any]:
    return {"prompt": f"question {number}", "completion": f"answer {number}"}

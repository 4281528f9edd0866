"""Refuses a file of which no row has a question: its keys have other names, and a list of bad rows would not say so."""

from pathlib import Path

from trainer.data.files.foreign_files import fill
from trainer.data.rows.bad_row import BadRow, NoShape
from trainer.runtime.events import Failure

EXAMPLES = {
    "instruction": '{"instruction": "…", "input": "…", "output": "…"}',
    "prompt": '{"prompt": "…", "completion": "…"}',
    "messages": '{"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}',
    "sharegpt": '{"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]}',
}
_ROWS_LOOKED_AT = 100


class UnknownShapes:
    """Sees the bad rows before the first good one."""

    def __init__(self, source: Path, format: str):
        self._source, self._is_table = source, format == "csv"
        self._keys: dict[str, None] = {}
        self._hint = ""
        self._rows = 0
        self._ended = False

    def add(self, bad: BadRow) -> None:
        """Raises BAD_DATA once the first rows all have unknown keys. A row that cannot be parsed says nothing about keys."""
        if self._ended:
            return
        if isinstance(bad, NoShape):
            self._keys.update(dict.fromkeys(bad.keys[:100]))
            self._hint = self._hint or bad.hint
            self._rows += 1
            if self._rows >= _ROWS_LOOKED_AT:
                self.judge()
        elif bad.has_shape:
            self.end()

    def end(self) -> None:
        self._ended = True

    def judge(self) -> None:
        if self._ended or not self._keys:
            return
        known = "\n".join(f"  {example}" for example in EXAMPLES.values())
        hint = fill(self._hint, self._source)
        if self._is_table and not hint:
            hint = "the first line of a table names its columns, for example `instruction,output`"
        raise Failure(
            "BAD_DATA",
            f"{self._source.name}: no row has a known shape. Its fields are: {', '.join(sorted(self._keys)[:20])}. "
            f"{hint[:1].upper()}{hint[1:]}{'. ' if hint else ''}The known shapes are:\n{known}\n"
            "Or write which fields they are in `prepare`: `map: { user: …, assistant: … }`.",
            fields=sorted(self._keys)[:100],
        )

"""Collects what the chat template made of rows: differences that fail a training, and changes that are told."""

from trainer.data.templates.rendered_row import Messages, Seen
from trainer.protocol.outputs import RowNote
from trainer.runtime.events import Failure

DIFFERENCES = ("dropped", "changed", "moved", "other_prompt", "no_end")
_PLACES_NAMED, _ROWS_NAMED, _LONGEST_TEXT = 5, 10, 80
# What a sentence about one row says, by code.
_SAID = {
    "dropped": "the template leaves out",
    "changed": "the template changes",
    "moved": "the template moves",
    "other_prompt": "the training teaches the answer after",
    "no_end": "the template writes no end token after",
}


class RowNotes:
    """The notes about the rows of a training, from one or several files."""

    def __init__(self) -> None:
        self._file = ""
        self._total = 0
        self._rows: dict[str, list[str]] = {}
        self._details: dict[str, str] = {}
        self._different: dict[str, str] = {}

    def begin(self, file: str) -> None:
        self._file = file

    def read(self, rows: int) -> None:
        self._total += rows

    def add(self, code: str, row: int, detail: str) -> None:
        rows = self._rows.setdefault(code, [])
        self._details.setdefault(code, detail)
        where = f"{self._file}:{row}"
        if rows and rows[-1] == where:
            return
        rows.append(where)
        if code in DIFFERENCES:
            self._different.setdefault(where, f"{where}: {_SAID[code]} {detail}")

    def see(self, row: int, messages: Messages, seen: list[Seen], learned: set[int]) -> None:
        """Notes the messages that a rendered text does not show as the row has them. `learned`: the answers taught by it."""
        for index, (message, found) in enumerate(zip(messages, seen, strict=True)):
            code: str = found.state
            if code == "thoughts":
                code = "changed" if index in learned else "earlier_thoughts"
            elif code == "moved" and message["role"] == "system":
                code = "moved_system"
            if code != "whole":
                self.add(code, row, described(message))

    def every(self, code: str, rows: int, detail: str) -> None:
        """Adds a note about the template that concerns `rows` rows."""
        if rows:
            self._rows.setdefault(code, []).extend([""] * rows)
            self._details[code] = detail

    def places(self, code: str) -> list[str]:
        return self._rows.get(code, [])

    def found(self) -> list[RowNote]:
        return [
            RowNote(code=code, rows=len(rows), where=[row for row in rows[:_PLACES_NAMED] if row], detail=detail)
            for (code, rows), detail in zip(self._rows.items(), self._details.values(), strict=True)
        ]

    def refuse_differences(self) -> None:
        if not self._different:
            return
        lines = list(self._different.values())
        listed = "\n".join(f"  {line}" for line in lines[:_ROWS_NAMED])
        more = f"\n  … and {len(lines) - _ROWS_NAMED} more" if len(lines) > _ROWS_NAMED else ""
        raise Failure(
            "TEMPLATE_DROPS_CONTENT",
            f"The chat template does not show the model {len(lines)} of {self._total} rows as they are:\n{listed}{more}",
            rows=len(lines),
            of=self._total,
            counts={code: len(rows) for code, rows in self._rows.items() if code in DIFFERENCES},
        )


def described(message: dict[str, str]) -> str:
    return f"the {message['role']}'s message {quoted(message['content'])}"


def quoted(text: str) -> str:
    shown = text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
    return '"' + shown.replace("\n", "⏎") + '"'

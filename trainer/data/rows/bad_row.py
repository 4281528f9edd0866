"""Why a row cannot be used, and the words for values that its reasons name."""

from typing import Any

from trainer.data.files.row import Bad


class BadRow(Exception):
    """The reason is the end of a sentence that begins with the row; `detail` differs from row to row."""

    # Whether its keys could be looked at, and some are known.
    has_shape = True

    def __init__(self, reason: str, detail: str = "", remedy: str = "", row_map: dict[str, str] | None = None):
        self.why = Bad(reason, detail, remedy)
        # The map with which the row might be read: its parts with the keys of the row.
        self.row_map = row_map or {}
        super().__init__(str(self.why))


class Unread(BadRow):
    """The row is no object."""

    has_shape = False


class NoShape(BadRow):
    """No key of the row names a question or a conversation."""

    has_shape = False

    def __init__(self, keys: list[str], hint: str, row_map: dict[str, str]):
        named = ", ".join(keys[:20]) or "nothing"
        super().__init__(
            f'has none of "prompt", "instruction" and "messages"; it has: {named}',
            f"; {hint}" if hint else "",
            row_map=row_map,
        )
        self.hint = hint
        self.keys = keys


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "something else")

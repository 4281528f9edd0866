"""Compares names of files with patterns as the Hub writes them: `*` stays within a folder, `**` does not."""

import re

_MARKS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_PIECE = re.compile(r"\*\*/|\*\*|\*|\?")


def is_match(pattern: str, name: str) -> bool:
    """A pattern that names a folder means all files in it."""
    plain = pattern.removeprefix("./").rstrip("/")
    at, regex = 0, ""
    for piece in _PIECE.finditer(plain):
        regex += re.escape(plain[at : piece.start()]) + _MARKS[piece.group()]
        at = piece.end()
    regex += re.escape(plain[at:])
    return re.fullmatch(regex if at else f"{regex}(?:/.*)?", name) is not None

"""Cuts a stream of JSON at the marks outside its strings, without parsing it."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from trainer.data.files.row import CHUNK

OPENING, CLOSING = (b"[", b"{"), (b"]", b"}")
_OUTSIDE = re.compile(rb'["\[\]{},]')
_INSIDE = re.compile(rb'["\\]')


def pieces(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yields the text up to each mark outside a string, with the mark. The mark is empty at the end of a chunk."""
    inside = escaped = False
    while chunk := file.read(CHUNK):
        kept, at, escaped = 0, int(escaped), False
        while found := (_INSIDE if inside else _OUTSIDE).search(chunk, at):
            mark, at = found.group(), found.end()
            if mark == b"\\":
                escaped = at == len(chunk)
                at += 1
            elif mark == b'"':
                inside = not inside
            else:
                yield chunk[kept : at - 1], mark
                kept = at
        yield chunk[kept:], b""

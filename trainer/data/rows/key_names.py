"""Finds what a key means in the table of keys."""

import unicodedata
from functools import lru_cache

from trainer.protocol.rows import (
    HARMLESS,
    HARMLESS_BEGINNINGS,
    HARMLESS_ENDS,
    NEAR_ROW_NAMES,
    ROW_PARTS,
    RULE_OF,
)

_HARMLESS = frozenset(HARMLESS)


@lru_cache(4096)
def normalized(key: str) -> str:
    text = unicodedata.normalize("NFKC", key[:200]).strip().lower()
    return text.replace(" ", "_").replace("-", "_").removeprefix("\ufeff")


def names_a_part(key: str) -> bool:
    """Says whether a column of this name shows that a line is the header of rows."""
    name = normalized(key)
    return name in ROW_PARTS or name in NEAR_ROW_NAMES or RULE_OF.get(name) == "preference"


def is_harmless(key: str) -> bool:
    name = normalized(key)
    return (
        name in _HARMLESS
        or name == ""
        or name.startswith(("__", "unnamed:", *HARMLESS_BEGINNINGS))
        or name.endswith(HARMLESS_ENDS)
    )

"""Counts the keys that are not read, by name."""

from collections import Counter
from collections.abc import Iterable

from trainer.data.files.row import shown

_NAMES_COUNTED = 100


def count_keys(counts: Counter[str], keys: Iterable[str]) -> None:
    """Counts each key once per row. Beyond 100 names the rest is one: keys can be as many as rows."""
    for key in dict.fromkeys(shown(key, 60) for key in keys):
        counts[key if key in counts or len(counts) < _NAMES_COUNTED else "other keys"] += 1

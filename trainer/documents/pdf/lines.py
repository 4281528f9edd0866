"""From words with their places to lines in reading order, in one column or two."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from trainer.documents.blocks import CJK, usual

_NOT_CJK = re.compile(f"[^{CJK}]")
# Parts of the type size.
_SMALL, _RAISED, _WIDE_GAP, _WORD_GAP = 0.87, 0.1, 0.75, 0.15
# A gap that so many lines leave free in the middle of a page parts two columns.
_LEAST_LINES_OF_COLUMN = 8


@dataclass
class Word:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass
class Line:
    # Complete before anything else is asked of the line.
    words: list[Word]

    @cached_property
    def x0(self) -> float:
        return min(word.x0 for word in self.words)

    @cached_property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @cached_property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    @cached_property
    def size(self) -> float:
        """The size of most of its characters."""
        sizes: dict[float, int] = {}
        for word in self.words:
            rounded = round(word.size * 2) / 2
            sizes[rounded] = sizes.get(rounded, 0) + len(word.text)
        return max(sizes, key=lambda size: (sizes[size], size))

    @cached_property
    def bold(self) -> bool:
        return all(word.bold for word in self.words)

    @cached_property
    def text(self) -> str:
        """With superscripts and subscripts as `^{2}` and `_{i}`, without which a formula reads as another one."""
        size = self.size
        full = [word for word in self.words if word.size >= _SMALL * size] or self.words
        middle = sum(word.middle for word in full) / len(full)
        parts: list[str] = []
        before: Word | None = None
        for word in self.words:
            text = word.text
            if word.size < _SMALL * size and abs(word.middle - middle) > _RAISED * size and before is not None:
                # The mark of a reference is no power.
                is_mark = re.fullmatch(r"[\[［]\d[\d,，\-–]*[\]］]|[①-⑳*†‡]+", text)
                text = text if is_mark else f"{'^' if word.middle < middle else '_'}{{{text}}}"
            parts.append((_space(before, word) if before else "") + text)
            before = word
        return usual("".join(parts)).strip()


def _space(left: Word, right: Word) -> str:
    gap = right.x0 - left.x1
    size = max(left.size, right.size)
    is_chinese = not _NOT_CJK.search(left.text[-1] + right.text[0])
    return " " if gap > (_WIDE_GAP if is_chinese else _WORD_GAP) * size else ""


def lines_of(words: list[Word]) -> list[Line]:
    """Words that stand beside each other are a line; small ones above and below it are part of it."""
    lines: list[Line] = []
    # Full words first, so that a superscript finds the line it belongs to.
    for word in sorted(words, key=lambda each: (-each.size, each.top)):
        best = max(lines, key=lambda line: _overlap(line, word), default=None)
        if best is not None and _overlap(best, word) > 0.45:
            best.words.append(word)
        else:
            lines.append(Line([word]))
    for line in lines:
        line.words.sort(key=lambda word: word.x0)
    return sorted(lines, key=lambda line: line.top)


def _overlap(line: Line, word: Word) -> float:
    """The share of a word's height that lies within the first, and so largest, word of a line."""
    first = line.words[0]
    return (min(first.bottom, word.bottom) - max(first.top, word.top)) / max(0.1, word.bottom - word.top)


def in_reading_order(lines: list[Line], width: float) -> list[Line]:
    """Parts the lines of two columns and puts the left column before the right one, between lines that go across."""
    middle = _gutter(lines, width)
    if middle is None:
        return lines
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        if any(word.x0 < middle < word.x1 for word in line.words):
            ordered += [*left, *right, line]
            left, right = [], []
            continue
        for column, words in (
            (left, [word for word in line.words if word.x1 <= middle]),
            (right, [word for word in line.words if word.x0 >= middle]),
        ):
            if words:
                column.append(Line(words))
    return [*ordered, *left, *right]


def _gutter(lines: list[Line], width: float) -> float | None:
    best: tuple[int, float] | None = None
    for step in range(40, 61):
        x = width * step / 100
        both = sum(
            1
            for line in lines
            if not any(word.x0 - 2 < x < word.x1 + 2 for word in line.words) and line.x0 < x < line.x1
        )
        if best is None or both > best[0]:
            best = (both, x)
    return best[1] if best and best[0] >= max(_LEAST_LINES_OF_COLUMN, 0.5 * len(lines)) else None


def body_size(lines: list[Line]) -> float:
    """The size of most characters."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def usual_gap(pages: list[list[Line]]) -> float:
    """From the top of a line to that of the next one."""
    gaps = [
        after.top - before.top
        for lines in pages
        for before, after in zip(lines, lines[1:], strict=False)
        if after.top > before.top
    ]
    return median(gaps) if gaps else 0.0

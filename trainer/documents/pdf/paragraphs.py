"""From lines to paragraphs and headings, over the ends of pages."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from trainer.documents.blocks import CJK, Block
from trainer.documents.headings import CONTENTS_LINE, numbered_level, plain_number
from trainer.documents.pdf.lines import Line, body_size, usual_gap

_ENDS = re.compile(r"[。！？!?；;：:.]['\"”’」』)）\]]*$")
_ITEM = re.compile(r"^(?:[•●○▪■◆·–-]\s|[（(]?\d{1,2}[）)]|\[\d+\]|\d{1,2}[.、]\s)")
# Parts of the body's type size.
_LARGER, _INDENT, _SHORT = 1.12, 1.2, 3.0
_MOST_OF_HEADING = 80


@dataclass
class Placed:
    """A line or a table on its page."""

    page: int
    line: Line | None = None
    table: str | None = None


@dataclass
class Outline:
    """An entry of the PDF's own table of contents."""

    level: int
    title: str
    page: int


def blocks_of(placed: list[Placed], outline: list[Outline]) -> tuple[list[Block], int]:
    """The blocks in reading order, and the number of lines that were a table of contents."""
    lines = [each.line for each in placed if each.line is not None]
    contents = sum(1 for line in lines if CONTENTS_LINE.search(line.text))
    pages = [
        [each.line for each in on_page if each.line is not None]
        for _, on_page in groupby(placed, lambda each: each.page)
    ]
    body = body_size(lines)
    right, gap = _right_edge(lines), usual_gap(pages)
    levels = _Levels(lines, body, outline)
    blocks: list[Block] = []
    before: Placed | None = None
    for each in placed:
        if each.table is not None:
            blocks.append(Block("table", each.table, page=each.page, last_page=each.page))
            before = None
            continue
        line = each.line
        if line is None or not line.text or CONTENTS_LINE.search(line.text):
            continue
        level = levels.of(each)
        last = blocks[-1] if blocks else None
        if level is not None:
            if last and last.kind == "heading" and before and _continues_heading(before, each, last, level):
                last.text = joined(last.text, line.text)
            else:
                blocks.append(Block("heading", _spaced(line.text), level, each.page, each.page))
        elif last and last.kind == "text" and before and _continues(before, each, right, gap):
            last.text = joined(last.text, line.text)
            last.last_page = each.page
        else:
            blocks.append(Block("text", line.text, page=each.page, last_page=each.page))
        before = each
    return blocks, contents


def joined(left: str, right: str) -> str:
    """One text of two lines: without a space between Chinese characters, without the hyphen of a parted word."""
    if re.search(r"[A-Za-z]-$", left) and re.match(r"[a-z]", right):
        return left[:-1] + right
    between = "" if re.search(f"[{CJK}]$", left) and re.match(f"[{CJK}]", right) else " "
    return left + between + right


def _spaced(heading: str) -> str:
    """A narrow space in a PDF is a gap that says nothing; after the number of a chapter there is always one."""
    return re.sub(r"^(第\s*\w{1,4}\s*[章节篇编])(?=[^\s])", r"\1 ", heading)


def _right_edge(lines: list[Line]) -> float:
    ends = sorted(line.x1 for line in lines)
    return ends[int(0.9 * (len(ends) - 1))] if ends else 0.0


def _continues(before: Placed, after: Placed, right: float, gap: float) -> bool:
    left, line = before.line, after.line
    if left is None or line is None or abs(left.size - line.size) > 0.6:
        return False
    if _ITEM.match(line.text):
        return False
    size = line.size
    is_next_column = line.top < left.top and after.page == before.page
    # In another column or on another page, edges say less than the end of the sentence.
    if after.page != before.page or is_next_column:
        return not _ENDS.search(left.text)
    if line.top - left.top > 1.6 * gap or line.x0 - left.x0 > _INDENT * size:
        return False
    # The first line is indented, so the second begins left of it.
    return left.x1 > right - _SHORT * size or not _ENDS.search(left.text)


def _continues_heading(before: Placed, after: Placed, last: Block, level: int) -> bool:
    left, line = before.line, after.line
    if left is None or line is None or before.page != after.page or last.level != level:
        return False
    is_new = numbered_level(line.text) is not None or plain_number(line.text)
    return not is_new and abs(left.size - line.size) < 0.6 and line.top - left.top < 2.2 * line.size


class _Levels:
    """The level of each heading: by the outline, by its number, or by its size among the headings."""

    def __init__(self, lines: list[Line], body: float, outline: list[Outline]):
        self._body = body
        self._outline: dict[tuple[int, str], int] = {(each.page, _bare(each.title)): each.level for each in outline}
        larger = [line for line in lines if self._is_larger(line)]
        by_number: dict[float, Counter[int]] = {}
        for line in larger:
            if (level := numbered_level(line.text)) is not None:
                by_number.setdefault(line.size, Counter())[level] += 1
        sizes = sorted({line.size for line in larger}, reverse=True)
        self._by_size = {
            size: by_number[size].most_common(1)[0][0] if size in by_number else rank + 1
            for rank, size in enumerate(sizes)
        }

    def _is_larger(self, line: Line) -> bool:
        text = line.text
        return line.size >= _LARGER * self._body and len(text) <= _MOST_OF_HEADING and any(map(str.isalpha, text))

    def of(self, placed: Placed) -> int | None:
        line = placed.line
        if line is None:
            return None
        level = self._outline.get((placed.page, _bare(line.text)))
        if level is not None:
            return level
        numbered = numbered_level(line.text)
        if self._is_larger(line):
            return numbered or self._by_size[line.size]
        if numbered is not None:
            # Text that is numbered and no larger: the items of a list look so, if they are not set apart by their weight.
            return numbered if line.bold or not _is_list_item(line.text) else None
        return 1 if line.bold and plain_number(line.text) and len(line.text) <= 40 else None


def _is_list_item(text: str) -> bool:
    return bool(re.match(r"^[（(]?[一二三四五六七八九十]+[）)、]", text))


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()

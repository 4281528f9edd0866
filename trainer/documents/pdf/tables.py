"""Tables: those with lines around their cells, and those of books, which have three lines across and none down."""

from typing import Any

from trainer.documents.blocks import markdown_table
from trainer.documents.pdf.lines import Word, lines_of

Box = tuple[float, float, float, float]  # x0, top, x1, bottom
_LEAST_WIDTH = 90.0


def tables_of(page: Any, words: list[Word]) -> list[tuple[Box, str]]:
    """The box of each table and its text in Markdown."""
    found: list[tuple[Box, str]] = []
    for table in page.find_tables():
        rows = [[cell or "" for cell in row] for row in table.extract()]
        filled = [row for row in rows if any(cell.strip() for cell in row)]
        if len(filled) >= 2 and max(len(row) for row in filled) >= 2:
            found.append((tuple(table.bbox), markdown_table(filled)))
    inside = [box for box, _ in found]
    found += [
        (box, markdown_table(rows)) for box in _ruled_regions(page, inside, words) if (rows := _open_rows(box, words))
    ]
    return found


def within(word: Word, box: Box) -> bool:
    x0, top, x1, bottom = box
    return x0 - 2 <= (word.x0 + word.x1) / 2 <= x1 + 2 and top - 1 <= word.middle <= bottom + 1


def _ruled_regions(page: Any, inside: list[Box], words: list[Word]) -> list[Box]:
    """Where at least three lines of one width stand below each other, with columns between them: around the head, and at the end."""
    rules = sorted(
        (float(edge["top"]), float(edge["x0"]), float(edge["x1"]))
        for edge in page.edges
        if edge["orientation"] == "h"
        and edge["x1"] - edge["x0"] >= _LEAST_WIDTH
        and not any(top - 2 <= edge["top"] <= bottom + 2 for _, top, _, bottom in inside)
    )
    groups: list[list[tuple[float, float, float]]] = []
    for top, x0, x1 in rules:
        for group in reversed(groups):
            last_top, last_x0, last_x1 = group[-1]
            if abs(last_x0 - x0) > 4 or abs(last_x1 - x1) > 4:
                continue
            if top - last_top <= 3:
                break  # the two edges of one thick line
            if len(_columns([word for word in words if within(word, (x0, last_top, x1, top))])) >= 2:
                group.append((top, x0, x1))
                break
        else:
            groups.append([(top, x0, x1)])
    return [(group[0][1], group[0][0], group[0][2], group[-1][0]) for group in groups if len(group) >= 3]


def _columns(words: list[Word]) -> list[list[float]]:
    """Where words stand, from left to right, parted by the white bands that go through all of their lines."""
    spans: list[list[float]] = []
    for word in sorted(words, key=lambda each: each.x0):
        if spans and word.x0 - spans[-1][1] < 0.6 * word.size:
            spans[-1][1] = max(spans[-1][1], word.x1)
        else:
            spans.append([word.x0, word.x1])
    return spans


def _open_rows(box: Box, words: list[Word]) -> list[list[str]]:
    inside = [word for word in words if within(word, box)]
    spans = _columns(inside)
    if len(spans) < 2:
        return []
    rows = []
    for line in lines_of(inside):
        cells = [[word for word in line.words if x0 - 1 <= (word.x0 + word.x1) / 2 <= x1 + 1] for x0, x1 in spans]
        rows.append([" ".join(word.text for word in cell) for cell in cells])
    return rows if len(rows) >= 2 else []

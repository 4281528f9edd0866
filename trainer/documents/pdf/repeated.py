"""Headers, footers and page numbers: lines that repeat at the edges of pages and belong to none of them."""

import re
from collections import Counter

from trainer.documents.pdf.lines import Line, usual_gap

# Of the page's height, at its top and at its bottom.
_EDGE = 0.13
_LEAST_PAGES, _MOST_LINES = 3, 3
_PAGE_NUMBER = re.compile(
    r"^[-–—~·\s]*(?:\d{1,4}|[ivxlcIVXLC]{1,7})[-–—~·\s]*$|^第\s*[\d一二三四五六七八九十百]+\s*页.*$"
    r"|^(?:page|p\.)\s*\d+(?:\s*(?:of|/)\s*\d+)?$|^\d+\s*/\s*\d+$",
    re.IGNORECASE,
)


def without_repeated(pages: list[tuple[float, list[Line]]]) -> tuple[list[list[Line]], int]:
    """The lines of each page (its height and its lines) without those that repeat, and how many there were."""
    all_lines = [lines for _, lines in pages]
    gap = usual_gap(all_lines)
    edges = [_edge_lines(lines, height, gap) for height, lines in pages]
    places = Counter(
        place
        for page, ((height, _), lines) in enumerate(zip(pages, edges, strict=True))
        for place in {place for line in lines for place in _places(line, height, page)}
    )
    kept: list[list[Line]] = []
    left_out = 0
    for page, ((height, lines), at_edge) in enumerate(zip(pages, edges, strict=True)):
        gone = {id(line) for line in at_edge if _repeats(line, height, page, places)}
        kept.append([line for line in lines if id(line) not in gone])
        left_out += len(gone)
    return kept, left_out


def _edge_lines(lines: list[Line], height: float, gap: float) -> list[Line]:
    """The outermost lines, up to the first that is set apart from the next one by a gap or by its size."""
    by_place = sorted(lines, key=lambda line: line.top)
    found: list[Line] = []
    for inwards, is_top in ((by_place, True), (by_place[::-1], False)):
        group: list[Line] = []
        for at, line in enumerate(inwards[:_MOST_LINES]):
            if not (line.bottom < _EDGE * height if is_top else line.top > (1 - _EDGE) * height):
                break
            group.append(line)
            after = inwards[at + 1] if at + 1 < len(inwards) else None
            if after is None or abs(after.top - line.top) > 1.5 * gap or abs(line.size - after.size) > 0.6:
                found += group
                break
    return found


_Place = tuple[str, int | None, int]


def _places(line: Line, height: float, page: int) -> list[_Place]:
    """What repeats: a text in its place. A number in it may be that of the page, and then it grows with the pages."""
    at = round(line.top / height * 100)
    counted: list[_Place] = [
        (f"{line.text[: found.start()]}#{line.text[found.end() :]}", int(found.group()) - page, at)
        for found in re.finditer(r"\d{1,5}", line.text)
    ]
    return [(line.text, None, at), *counted]


def _repeats(line: Line, height: float, page: int, places: "Counter[_Place]") -> bool:
    # A line moves by a hair between pages, and its place with it.
    counts = [
        sum(places[(text, offset, near)] for near in (at - 1, at, at + 1))
        for text, offset, at in _places(line, height, page)
    ]
    return max(counts) >= _LEAST_PAGES or bool(_PAGE_NUMBER.match(line.text))

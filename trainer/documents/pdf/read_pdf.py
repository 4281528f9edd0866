"""Reads a PDF: its words, tables and outline, page by page."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.pdfdocument import PDFPasswordIncorrect

from trainer.documents.blocks import ReadDocument
from trainer.documents.pdf.lines import Line, Word, in_reading_order, lines_of
from trainer.documents.pdf.paragraphs import Outline, Placed, blocks_of
from trainer.documents.pdf.repeated import without_repeated
from trainer.documents.pdf.tables import Box, tables_of, within
from trainer.documents.unreadable import Unreadable

# It complains about every font that lacks something nobody needs.
logging.getLogger("pdfminer").setLevel(logging.ERROR)
_MOST_PAGES = 5_000
_MOST_WORDS_OF_PAGE = 50_000
# A picture over this share of a page, and fewer characters than these, make a scanned page.
_PICTURE, _FEW = 0.3, 20


def read_pdf(path: Path, tell: Callable[[int], None] = lambda page: None) -> ReadDocument:
    """Raises Unreadable where the file is locked or broken, with the page if it is known."""
    outline = _outline_of(path)
    page_number = 0
    try:
        with pdfplumber.open(path) as document:
            if len(document.pages) > _MOST_PAGES:
                raise Unreadable(f"has {len(document.pages)} pages, and {_MOST_PAGES} are read at most; split it")
            lines: list[tuple[float, list[Line]]] = []
            tables: list[list[tuple[Box, str]]] = []
            scanned: list[int] = []
            for page in document.pages:
                page_number = page.page_number
                tell(page_number)
                height, found, on_page = _read_page(page)
                if _is_scanned(page, found, on_page):
                    scanned.append(page_number)
                lines.append((height, found))
                tables.append(on_page)
                page.close()
    except Unreadable:
        raise
    except PDFPasswordIncorrect:
        raise Unreadable("is encrypted; save a copy without a password") from None
    except Exception as error:  # a broken file may raise anything from the library
        if _is_locked(error):
            raise Unreadable("is encrypted; save a copy without a password") from None
        where = f"page {page_number} of it" if page_number else "it"
        raise Unreadable(f"is broken: {where} cannot be read ({type(error).__name__}: {error})"[:300]) from error
    kept, repeated = without_repeated(lines)
    blocks, contents = blocks_of(_placed(kept, tables), outline)
    return ReadDocument(blocks, len(lines), scanned, repeated, contents)


def _is_locked(error: BaseException) -> bool:
    return any(isinstance(each, PDFPasswordIncorrect) for each in (*error.args, error.__cause__, error.__context__))


def _outline_of(path: Path) -> list[Outline]:
    """Without one, headings are found by their numbers and sizes; so a broken one is no failure."""
    try:
        document = pypdfium2.PdfDocument(path)
        try:
            entries = []
            for entry in document.get_toc():
                place = entry.get_dest()
                index = place.get_index() if place else None
                if index is not None:
                    entries.append(Outline(entry.level + 1, entry.get_title(), index + 1))
            return entries
        finally:
            document.close()
    except Exception:  # whatever is wrong, the pages tell it
        return []


def _read_page(page: Any) -> tuple[float, list[Line], list[tuple[Box, str]]]:
    raw = page.extract_words(extra_attrs=["size", "fontname"], use_text_flow=False, keep_blank_chars=False)
    if len(raw) > _MOST_WORDS_OF_PAGE:
        raise Unreadable(f"has more than {_MOST_WORDS_OF_PAGE} words on page {page.page_number}; it is no text to read")
    words = [
        Word(
            each["text"],
            float(each["x0"]),
            float(each["x1"]),
            float(each["top"]),
            float(each["bottom"]),
            float(each["size"]),
            _is_bold(str(each["fontname"])),
        )
        for each in raw
    ]
    tables = tables_of(page, words) if words else []
    outside = [word for word in words if not any(within(word, box) for box, _ in tables)]
    return float(page.height), in_reading_order(lines_of(outside), float(page.width)), tables


def _is_bold(font: str) -> bool:
    name = font.lower()
    return any(mark in name for mark in ("bold", "black", "heavy", "semibold", "simhei", "heiti"))


def _is_scanned(page: Any, lines: list[Line], tables: list[tuple[Box, str]]) -> bool:
    if tables or sum(len(line.text) for line in lines) >= _FEW:
        return False
    area = float(page.width) * float(page.height)
    return any(
        (float(each["x1"]) - float(each["x0"])) * (float(each["bottom"]) - float(each["top"])) >= _PICTURE * area
        for each in page.images
    )


def _placed(pages: list[list[Line]], tables: list[list[tuple[Box, str]]]) -> list[Placed]:
    placed: list[Placed] = []
    for number, (lines, on_page) in enumerate(zip(pages, tables, strict=True), 1):
        waiting = sorted(on_page, key=lambda each: each[0][1])
        for line in lines:
            # In two columns lines go up again, and a table then stands before the line that is below it.
            while waiting and waiting[0][0][1] < line.top and waiting[0][0][0] < line.x1:
                placed.append(Placed(number, table=waiting.pop(0)[1]))
            placed.append(Placed(number, line=line))
        placed += [Placed(number, table=text) for _, text in waiting]
    return placed

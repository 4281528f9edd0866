"""Reads a Word file: styles tell its headings."""

import re
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from trainer.documents.blocks import Block, ReadDocument, markdown_table, usual
from trainer.documents.files.archives import check_archive
from trainer.documents.files.formulas import latex_of
from trainer.documents.headings import CONTENTS_LINE, numbered_level
from trainer.documents.unreadable import Unreadable

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MOST_LEVELS = 9


def read_docx(path: Path) -> ReadDocument:
    check_archive(path)
    try:
        document = docx.Document(str(path))
        return _Reader(document).read()
    except Unreadable:
        raise
    except Exception as error:  # a broken file may raise anything from the library
        raise Unreadable(f"is no Word file that can be read ({type(error).__name__}: {error})"[:300]) from error


class _Reader:
    def __init__(self, document: Any):
        self._body = document.element.body
        self._levels = {style.style_id: _level_of(style) for style in document.styles if hasattr(style, "base_style")}
        # Word notes where pages began when it last laid the text out; other programs do not.
        self._page = 1 if next(self._body.iter(qn("w:lastRenderedPageBreak")), None) is not None else None
        self._blocks: list[Block] = []
        self._contents = 0

    def read(self) -> ReadDocument:
        self._read_all(self._body)
        if not any(block.kind == "heading" for block in self._blocks):
            self._take_numbers()
        return ReadDocument(self._blocks, pages=self._page, contents=self._contents)

    def _read_all(self, parent: Any) -> None:
        for child in parent:
            if child.tag == qn("w:p"):
                self._read_paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._read_table(child)
            elif child.tag == qn("w:sdt"):
                if (content := child.find(qn("w:sdtContent"))) is not None:
                    self._read_all(content)

    def _read_paragraph(self, paragraph: Any) -> None:
        first = self._page
        text = usual(self._text(paragraph)).strip()
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style_id = "" if style is None else str(style.get(qn("w:val")))
        if re.match(r"(?i)toc\s*\d|目录", style_id) or CONTENTS_LINE.search(text):
            self._contents += 1
            return
        if not text:
            return
        level = _outline_level(paragraph.find(qn("w:pPr"))) or self._levels.get(style_id)
        self._blocks.append(Block("heading" if level else "text", text, level, first, self._page))

    def _read_table(self, table: Any) -> None:
        first = self._page
        rows = []
        for row in table.iter(qn("w:tr")):
            cells = [cell for cell in row.iter(qn("w:tc"))]
            rows.append(["\n".join(self._text(each).strip() for each in cell.iter(qn("w:p"))) for cell in cells])
        if any(cell.strip() for row in rows for cell in row):
            self._blocks.append(Block("table", markdown_table(rows), page=first, last_page=self._page))

    def _text(self, element: Any) -> str:
        """Also what was inserted with changes tracked, and nothing that was deleted."""
        parts: list[str] = []
        for child in element:
            tag = child.tag
            if tag == qn("w:t"):
                parts.append(child.text or "")
            elif tag in (qn("w:tab"), qn("w:cr")) or (tag == qn("w:br") and child.get(qn("w:type")) != "page"):
                parts.append(" ")
            elif tag == qn("w:lastRenderedPageBreak"):
                self._page = (self._page or 1) + 1
            elif tag == f"{_M}oMath":
                parts.append(f"${latex_of(child)}$")
            elif tag not in (qn("w:del"), qn("w:pPr"), qn("w:rPr"), qn("w:instrText"), qn("w:pict"), qn("w:drawing")):
                text = self._text(child)
                raised = child.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}") if tag == qn("w:r") else None
                mark = {"superscript": "^", "subscript": "_"}.get(
                    str(raised.get(qn("w:val"))) if raised is not None else ""
                )
                parts.append(f"{mark}{{{text}}}" if mark and text.strip() and not text.startswith("[") else text)
        return "".join(parts)

    def _take_numbers(self) -> None:
        """Somebody wrote headings as plain text; their numbers are left."""
        for block in self._blocks:
            if block.kind == "text" and (level := numbered_level(block.text)) is not None:
                block.kind, block.level = "heading", level


def _level_of(style: Any) -> int | None:
    """By the outline level of a style or of one that it is based on, whatever its name in the person's language."""
    seen = 0
    while style is not None and seen < 20:
        if level := _outline_level(style.element.find(qn("w:pPr"))):
            return level
        if found := re.match(r"(?i)^(?:heading|标题)\s*(\d)$", style.name or ""):
            return int(found.group(1))
        if re.match(r"(?i)^(?:title|标题)$", style.name or ""):
            return 1
        style, seen = style.base_style if hasattr(style, "base_style") else None, seen + 1
    return None


def _outline_level(properties: Any) -> int | None:
    level = None if properties is None else properties.find(qn("w:outlineLvl"))
    value = int(level.get(qn("w:val"), "9")) if level is not None else 9
    return value + 1 if value < _MOST_LEVELS else None

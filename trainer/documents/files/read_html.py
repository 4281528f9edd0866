"""Reads HTML: the text of the page without its menus, scripts and styles."""

import re
import warnings
from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag, XMLParsedAsHTMLWarning
from bs4.element import CData, PreformattedString

from trainer.documents.blocks import Block, ReadDocument, markdown_table, usual
from trainer.documents.unreadable import Unreadable

_LEFT_OUT = [
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "iframe",
    "svg",
    "head",
]
_BLOCKS = re.compile(
    r"^(?:p|div|section|article|main|body|html|ul|ol|li|dl|dt|dd|blockquote|figure|figcaption|address|details|summary|center|hr)$"
)
_MOST_DEEP = 400


def read_html(data: bytes | str) -> ReadDocument:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        # `html.parser` fetches nothing and knows no entities but those of HTML.
        soup = BeautifulSoup(data, "html.parser")
    for each in soup(_LEFT_OUT):
        each.decompose()
    reader = _Reader()
    reader.read(soup.find("main") or soup, 0)
    reader.end_text()
    return ReadDocument(reader.blocks)


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._text: list[str] = []

    def read(self, element: Any, depth: int) -> None:
        if depth > _MOST_DEEP:
            raise Unreadable(f"has elements within elements more than {_MOST_DEEP} deep; it is no text to read")
        for child in element.children:
            if isinstance(child, NavigableString):
                if not isinstance(child, PreformattedString) or isinstance(child, CData):
                    self._text.append(str(child))
            elif isinstance(child, Tag):
                self._read_tag(child, depth)

    def _read_tag(self, tag: Tag, depth: int) -> None:
        name = tag.name.lower().rpartition(":")[2]
        if re.fullmatch(r"h[1-6]", name):
            self._add("heading", _words(tag), int(name[1]))
        elif name == "table":
            self._add("table", _table(tag))
        elif name == "pre":
            self._add("code", tag.get_text())
        elif name == "br":
            self._text.append("\n")
        elif name == "math":
            self._text.append(f"${_formula(tag)}$")
        elif name in ("sup", "sub") and re.fullmatch(r"[\w+\-−]{1,6}", inside := _words(tag)):
            self._text.append(f"{'^' if name == 'sup' else '_'}{{{inside}}}")
        elif _BLOCKS.match(name):
            self.end_text()
            if name == "li":
                self._text.append("- ")
            self.read(tag, depth + 1)
            self.end_text()
        else:
            self.read(tag, depth + 1)

    def _add(self, kind: Any, text: str, level: int | None = None) -> None:
        self.end_text()
        if text.strip():
            self.blocks.append(Block(kind, text.strip("\n") if kind == "code" else text.strip(), level))

    def end_text(self) -> None:
        text = usual(re.sub(r"\s+", " ", "".join(self._text))).strip()
        self._text = []
        if text and text != "-":
            self.blocks.append(Block("text", text))


def _words(tag: Tag) -> str:
    return usual(re.sub(r"\s+", " ", tag.get_text())).strip()


def _table(tag: Tag) -> str:
    rows = [[_words(cell) for cell in row.find_all(["th", "td"])] for row in tag.find_all("tr")]
    return markdown_table([row for row in rows if any(row)])


def _formula(tag: Tag) -> str:
    """LaTeX, where the page brings it along; else the characters of the formula, with its fractions and powers."""
    written = tag.find("annotation", attrs={"encoding": re.compile("tex", re.IGNORECASE)})
    return written.get_text().strip() if written else _mathml(tag)


def _mathml(tag: Any) -> str:
    parts = [_mathml(child) if isinstance(child, Tag) else str(child).strip() for child in tag.children]
    inner = [part for part in parts if part]
    name = tag.name.lower().rpartition(":")[2]
    if name == "mfrac" and len(inner) == 2:
        return f"\\frac{{{inner[0]}}}{{{inner[1]}}}"
    if name in ("msup", "mover") and len(inner) == 2:
        return f"{inner[0]}^{{{inner[1]}}}"
    if name in ("msub", "munder") and len(inner) == 2:
        return f"{inner[0]}_{{{inner[1]}}}"
    if name in ("msubsup", "munderover") and len(inner) == 3:
        return f"{inner[0]}_{{{inner[1]}}}^{{{inner[2]}}}"
    if name == "msqrt":
        return f"\\sqrt{{{''.join(inner)}}}"
    return "".join(inner)

"""Reads Markdown, whose headings are marked, and plain text, whose headings are numbered."""

import codecs
import re
from pathlib import Path

from markdown_it import MarkdownIt

from trainer.data.files.guess_encoding import guess_encoding
from trainer.documents.blocks import Block, ReadDocument, usual
from trainer.documents.headings import CONTENTS_LINE, numbered_level
from trainer.documents.pdf.paragraphs import joined
from trainer.documents.unreadable import Unreadable

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)


def decoded(data: bytes) -> str:
    """Raises Unreadable for text that is not UTF-8 or UTF-16 with its mark: a wrong guess would teach wrong characters."""
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        guess = guess_encoding(data)
        how = f"; it seems to be {guess}: `iconv -f {guess} -t UTF-8`" if guess else ""
        raise Unreadable(f"is not UTF-8, line {line}{how}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_markdown(path: Path) -> ReadDocument:
    text = _FRONT_MATTER.sub("", decoded(path.read_bytes()), count=1)
    lines = text.split("\n")
    blocks: list[Block] = []
    depth = 0
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if depth == 0 and token.map and token.nesting >= 0:
            written = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
            if token.type == "heading_open":
                title = re.sub(r"^\s*#{1,6}\s*|\s+#+\s*$|\n\s*[=-]+\s*$", "", written.strip())
                blocks.append(Block("heading", usual(title).strip(), int(token.tag[1])))
            elif token.type in ("fence", "code_block"):
                blocks.append(Block("code", written))
            elif token.type == "table_open":
                blocks.append(Block("table", usual(written).strip()))
            elif token.type not in ("hr", "html_block") and written.strip():
                blocks.append(Block("text", written))
        depth += token.nesting
    return ReadDocument([block for block in blocks if block.text])


def read_text(path: Path) -> ReadDocument:
    """A paragraph ends at an empty line. A file without any has one in each line, as Chinese text mostly has."""
    text = decoded(path.read_bytes())
    lines = [usual(line).strip() for line in text.split("\n")]
    contents = sum(1 for line in lines if CONTENTS_LINE.search(line))
    lines = [line for line in lines if not CONTENTS_LINE.search(line)]
    written = [line for line in lines if line]
    has_gaps = len(lines) - len(written) > 1 and len(written) > 1.5 * (len(lines) - len(written))
    blocks: list[Block] = []
    is_open = False
    for line in lines:
        level = numbered_level(line)
        if level is not None:
            blocks.append(Block("heading", line, level))
        elif line and is_open and has_gaps:
            blocks[-1].text = joined(blocks[-1].text, line)
            continue
        elif line:
            blocks.append(Block("text", line))
        is_open = bool(line) and level is None
    return ReadDocument(blocks, contents=contents)

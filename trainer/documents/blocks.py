"""What every reader makes of a document: its blocks in reading order."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal["heading", "text", "table", "code"]


@dataclass
class Block:
    kind: BlockKind
    text: str
    # Of a heading, from 1.
    level: int | None = None
    # The first and the last page that it stands on, from 1; None where the format has no pages.
    page: int | None = None
    last_page: int | None = None


@dataclass
class ReadDocument:
    blocks: list[Block]
    pages: int | None = None
    # Pages that hold a picture and no text, from 1.
    scanned: list[int] = field(default_factory=list)
    # Lines left out because they repeat on the pages: headers, footers, page numbers; and lines of a table of contents.
    repeated: int = 0
    contents: int = 0


# Kangxi radicals, other radicals, compatibility ideographs and ligatures. Programs that print PDF write them in place of
# the usual characters, which look the same; a model knows only the usual ones.
_FORMS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06]")
# Radicals for which Unicode names no usual character.
_RADICALS = str.maketrans(
    "⺁⺈⺌⺍⺟⺠⺫⺮⺶⺷⺾⻁⻂⻄⻅⻆⻉⻋⻌⻑⻒⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻰⻳",
    "厂刀小小母民目竹羊羊艹虎衣西见角贝车辶長長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齊齐齿龙龟",
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
_SPACES = re.compile("[ \t\u00a0\u2002-\u200a\u202f\u3000]+")
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"


def usual(text: str) -> str:
    """The characters of a text in their usual form, with single spaces."""
    text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text).translate(_RADICALS)
    return _SPACES.sub(" ", _INVISIBLE.sub("", text))


def markdown_table(rows: list[list[str]]) -> str:
    """A table as Markdown has it, which chat models read; the first row is its head."""
    width = max((len(row) for row in rows), default=0)
    cells = [[_cell(text) for text in row] + [""] * (width - len(row)) for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]) if lines else ""


def _cell(text: str) -> str:
    return usual(re.sub(rf"(?<=[{CJK}])\s*\n\s*(?=[{CJK}])", "", text).replace("\n", " ")).strip().replace("|", "\\|")

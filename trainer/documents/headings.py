"""Which line is a heading, by the way in which headings are numbered."""

import re

_NUMBER = "[一二三四五六七八九十百零〇两\\d]+"
_MOST_CHARACTERS = 60
# A sentence is no heading, however it begins.
_SENTENCE = re.compile(r"[。；;，,：:、]$|[。；;!！]|[^.\d]\.$")
_FIRST = re.compile(
    rf"^(?:第\s*{_NUMBER}\s*[章篇编部]|附\s*录\s*[A-Z一二三四五六七八九十\d]|(?:chapter|part|appendix)\s+(?:[ivxlc]+|\d+|[a-z])\b)",
    re.IGNORECASE,
)
_SECOND = re.compile(rf"^第\s*{_NUMBER}\s*节")
_DECIMAL = re.compile(r"^(\d{1,2}(?:[.．]\d{1,2}){0,4})(?P<end>[.．、]?)(?P<space>\s*)(?=[^\s\d.%℃°）)\]])")
_CHINESE = re.compile(r"^[一二三四五六七八九十]{1,3}、")
_CHINESE_INNER = re.compile(r"^[（(][一二三四五六七八九十]{1,3}[）)]")
# Headings that have no number in most theses and papers.
_KNOWN = re.compile(
    r"^(?:摘\s*要|abstract|目\s*录|contents|table of contents|绪\s*论|引\s*言|前\s*言|结\s*论|结\s*语|总结与展望|参\s*考\s*文\s*献"
    r"|致\s*谢|附\s*录|introduction|conclusions?|references|bibliography|acknowledge?ments?|summary|discussion|methods?|results)$",
    re.IGNORECASE,
)
CONTENTS_LINE = re.compile(
    r"(?:\.{4,}|(?:\. ){4,}|…{2,}|·{4,}|(?:· ){4,}|_{5,})\s*(?:\d+|[ivxlc]+)?\s*$", re.IGNORECASE
)


def numbered_level(line: str) -> int | None:
    """The level of a line that is numbered as a heading or is one of the usual ones; None for any other line."""
    text = line.strip()
    if not text or len(text) > _MOST_CHARACTERS or CONTENTS_LINE.search(text):
        return None
    if _KNOWN.match(text):
        return 1
    if _SENTENCE.search(text):
        return None
    if _FIRST.match(text):
        return 1
    if _SECOND.match(text):
        return 2
    if found := _DECIMAL.match(text):
        depth = len(re.split("[.．]", found.group(1)))
        # `3 methods were tried` and `2 km` have one number and no point; `1.` also counts the items of a list.
        return depth if depth > 1 and (found.group("space") or not text[found.end()].isascii()) else None
    if _CHINESE.match(text):
        return 2
    return 3 if _CHINESE_INNER.match(text) and len(text) <= 30 else None


def plain_number(line: str) -> bool:
    """`1 Introduction`: a heading only where something else says so, such as its size."""
    return bool(re.match(r"^\d{1,2}[.．、]?\s+\S", line.strip()))

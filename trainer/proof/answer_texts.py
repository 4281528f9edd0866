"""The forms of texts in which answers are compared with references."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
# A token is a word, or one character in scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese).
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_UNSPACED_START = re.compile(rf"[{_UNSPACED}]")
# Marks around an answer. Not signs that change a value, such as - and %.
_MARKS = r"[\s*_`\"'“”‘’«».,;:!?…。，；：！？、(){}\[\]]+"
_ENDS = re.compile(f"^{_MARKS}|{_MARKS}$")


def plain(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def folded(text: str) -> str:
    return plain(text).casefold()


class Words:
    """Tokenizes every script. The library's own tokenizer keeps only a–z and 0–9, so all Chinese answers would be empty."""

    def tokenize(self, text: str) -> list[str]:
        return _TOKEN.findall(folded(text))


def differs_by_marks(answer: str, references: list[str]) -> bool:
    """Whether `exact` fails only by marks at the ends: a full stop, quotes, Markdown's asterisks."""
    text, texts = folded(answer), [folded(each) for each in references]
    return text not in texts and _bare(text) != "" and _bare(text) in map(_bare, texts)


def is_inside_words(answer: str, references: list[str]) -> bool:
    """Whether `contains` holds only because a reference is a part of a longer word or number, such as 7 in 17."""
    whole, found = folded(answer), False
    for text in map(folded, references):
        start = r"(?<![^\W" + _UNSPACED + "])" if _TOKEN.match(text) and not _UNSPACED_START.match(text) else ""
        end = r"(?![^\W" + _UNSPACED + "])" if _TOKEN.match(text[-1]) and not _UNSPACED_START.match(text[-1]) else ""
        if re.search(start + re.escape(text) + end, whole):
            return False
        found = found or text in whole
    return found


def _bare(text: str) -> str:
    return _ENDS.sub("", text)

"""Guesses the encoding of text that is not UTF-8, for a hint. A guess is never used to read a row."""

import re

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# Letters of Polish, Czech and Hungarian where Western Europe has signs that no letter precedes.
_CENTRAL = re.compile(rb"[A-Za-z][\xb3\xb9\xbe\xbf\x9a\x9e\x9f]")
_KANA, _HANGUL = (0x3040, 0x30FF), (0xAC00, 0xD7A3)
_SAMPLE = 1 << 17


def guess_encoding(text: bytes) -> str | None:
    """Returns a name that `iconv` knows, or None if no encoding fits well."""
    text = text[:_SAMPLE]
    runs = _HIGH_RUN.findall(text)
    high = b"".join(runs)
    if not high:
        return None
    if len(high) < 1.6 * len(runs):
        return "WINDOWS-1250" if _CENTRAL.search(text) else "WINDOWS-1252"
    if len(high) > 2 * len(runs) and sum(byte >= 0xC0 for byte in high) > 0.97 * len(high):
        return "WINDOWS-1251"
    # The share of characters that are usual in the language; each is rare when another encoding's bytes are read as it.
    scores = {
        "SHIFT_JIS": _share_within(text, "cp932", _KANA) * 2,
        "EUC-JP": _share_within(text, "euc_jp", _KANA) * 2,
        # A few Chinese characters may all look Korean.
        "EUC-KR": _share_within(text, "euc_kr", _HANGUL) ** 4 if len(high) >= 12 else 0.0,
        "GBK": _share_of_pairs(text, "gb18030", 0xB0, 0xD7, 0xA1),
        "BIG5": _share_of_pairs(text, "big5", 0xA4, 0xC6, 0x40) * 0.95,
    }
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 0.6 else None


def _letters(text: bytes, encoding: str) -> str:
    """The decoded text without ASCII and punctuation; nothing if it cannot be decoded."""
    for cut in range(4):  # the sample may end inside a character
        try:
            decoded = text[: len(text) - cut].decode(encoding)
        except UnicodeDecodeError as error:
            if error.end < len(text) - cut:
                return ""
        else:
            return "".join(sign for sign in decoded if ord(sign) > 0x7F and not _is_punctuation(ord(sign)))
    return ""


def _is_punctuation(code: int) -> bool:
    return 0x2000 <= code <= 0x206F or 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFFEF


def _share_within(text: bytes, encoding: str, block: tuple[int, int]) -> float:
    letters = _letters(text, encoding)
    return sum(block[0] <= ord(sign) <= block[1] for sign in letters) / len(letters) if letters else 0.0


def _share_of_pairs(text: bytes, encoding: str, low: int, top: int, second: int) -> float:
    """The share of two-byte characters in the block of the most frequent ones, by their first byte and the least second one."""
    pairs = [sign.encode(encoding) for sign in _letters(text, encoding)]
    return sum(low <= pair[0] <= top and pair[-1] >= second for pair in pairs) / len(pairs) if pairs else 0.0

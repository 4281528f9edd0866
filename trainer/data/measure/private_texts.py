"""Finds secrets and personal data in text: what a model must not learn by heart. Returns kinds, never the text itself.

Secrets are found by the forms that their issuers gave them so that scanners find them, and by names such as `password =`
before a value that is no word. Personal data is found where its form can be checked: by check digits, dates and digit
counts. Names and addresses are not found: that takes a model, which would read each row for longer than it is trained on.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Found(NamedTuple):
    code: str
    kind: str
    # Who issued a secret, where its form tells.
    issuer: str | None = None


# Letters are those of ASCII: a Chinese text has no blanks around a number.
# Issuer → form. Each begins or ends with what no other text has.
_TOKENS = {
    "AWS": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36,255}|\bgithub_pat_[A-Za-z0-9_]{60,}",
    "GitLab": r"\bglpat-[\w-]{20,}",
    "Slack": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w+",
    "Google": r"\bAIza[\w-]{35}",
    "Anthropic": r"\bsk-ant-[\w-]{24,}",
    "OpenAI": r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}",
    "Hugging_Face": r"\bhf_[A-Za-z0-9]{34,}",
    "npm": r"\bnpm_[A-Za-z0-9]{36}",
    "PyPI": r"\bpypi-AgEI[\w-]{50,}",
    "Stripe": r"\b[sr]k_live_[A-Za-z0-9]{20,}",
    "SendGrid": r"\bSG\.[\w-]{22}\.[\w-]{43}",
    "Telegram": r"\b\d{8,10}:AA[\w-]{33}",
    "Azure": r"\bAccountKey=[A-Za-z0-9+/]{86}==",
    "Alibaba": r"\bLTAI[A-Za-z0-9]{12,20}\b",
    "Tencent": r"\bAKID[A-Za-z0-9]{32}\b",
}
_TOKEN = re.compile("|".join(f"(?P<{issuer}>{form})" for issuer, form in _TOKENS.items()), re.A)
# A search for words is a hundred times faster than these forms, and most texts have none of them.
_HINTS = tuple(
    "AKIA ASIA ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- xox hooks.slack AIza sk- hf_ npm_ pypi- k_live_ SG. :AA AccountKey= "
    "LTAI AKID".split()
)
_NAMES = ("pass", "pwd", "secret", "key", "token", "密码", "口令", "密钥")
_DIGIT = re.compile(r"\d")
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----")
_JWT = re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}", re.A)
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,64}:(?P<value>[^\s/@]{4,128})@", re.A)
_NAMED = re.compile(
    r"(?i)(?:passw(?:or)?d|pwd|secret|api[_-]?key|access[_-]?(?:key|token)|auth[_-]?token|密码|口令|密钥)"
    r"[\"']?\s*(?:(?:是|为)?\s*[:=：]|是|为)\s*[\"'“]?(?P<value>[A-Za-z0-9+/_.!@#%^&*~-]{8,128})"
)
# What documentation writes where a secret would be.
_PLACEHOLDER = re.compile(
    r"(?i)your|xxx|example|sample|changeme|placeholder|dummy|redacted|\*\*\*|<|\{|\$|\.\.\.|1234|password"
)
_MIN_BITS = 2.8

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,24}\b", re.A)
_NO_ONE = re.compile(r"(?i)@(?:[\w.-]+\.)?(?:example|test|invalid|localhost)\b|^(?:git|noreply|no-reply)@")
_CHINESE_MOBILE = re.compile(r"(?<![\w.+-])(?:\+?86[ -]?)?1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4})(?![\w.]\d|\d)", re.A)
_INTERNATIONAL = re.compile(r"(?<![\w+])\+[1-9](?:[ .()-]{0,2}\d){8,14}(?!\d)", re.A)
_CHINESE_ID = re.compile(r"(?<!\w)[1-9]\d{5}(?P<date>(?:19|20)\d{6})\d{3}[\dXx](?!\w)", re.A)
_US_NUMBER = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])", re.A)
_CARD = re.compile(r"(?<![\w.-])(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|3[47]\d{2}|62\d{2})(?:[ -]?\d){9,15}(?![\w-])", re.A)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.A)


def find_private(text: str) -> Iterator[Found]:
    """Yields each kind once."""
    if "-----BEGIN" in text and _PRIVATE_KEY.search(text):
        yield Found("secret", "private_key")
    for match in _first_of_each(_TOKEN, text) if _has_any(text, _HINTS) else ():
        yield Found("secret", "token", str(match.lastgroup).replace("_", " "))
    if "eyJ" in text and _JWT.search(text):
        yield Found("secret", "jwt")
    if "://" in text and any(_is_secret(match["value"], 0) for match in _ADDRESS.finditer(text)):
        yield Found("secret", "address_with_password")
    has_digits = _DIGIT.search(text) is not None
    is_named = has_digits and _has_any(text.lower(), _NAMES)
    if is_named and any(_is_secret(match["value"], _MIN_BITS) for match in _NAMED.finditer(text)):
        yield Found("secret", "password")
    if "@" in text and any(not _NO_ONE.search(match[0]) for match in _EMAIL.finditer(_ADDRESS.sub(" ", text))):
        yield Found("personal", "email")
    for kind, form, is_one in _NUMBERS if has_digits else ():
        if any(is_one(match) for match in form.finditer(text)):
            yield Found("personal", kind)


def _has_any(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _first_of_each(form: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    seen: set[str | None] = set()
    for match in form.finditer(text):
        if match.lastgroup not in seen and not _PLACEHOLDER.search(match[0]):
            seen.add(match.lastgroup)
            yield match


def _is_secret(value: str, bits: float) -> bool:
    if _PLACEHOLDER.search(value):
        return False
    if bits and not (any(map(str.isdigit, value)) and any(map(str.isalpha, value))):
        return False
    return _bits(value) >= bits


def _bits(text: str) -> float:
    """Shannon's entropy per character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _digits(match: re.Match[str]) -> list[int]:
    return [int(each) for each in match[0] if each.isdigit() and each.isascii()]


def _is_card(match: re.Match[str]) -> bool:
    """The check digit of Luhn; a card has 13 to 19 digits, which are not all one."""
    digits = _digits(match)
    doubled = [sum(divmod(2 * each, 10)) if at % 2 else each for at, each in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _is_chinese_id(match: re.Match[str]) -> bool:
    """ISO 7064 MOD 11-2, as GB 11643 has it, and a day that exists."""
    month, day = int(match["date"][4:6]), int(match["date"][6:])
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(each) * weight for each, weight in zip(match[0], weights, strict=False))
    return 1 <= month <= 12 and 1 <= day <= 31 and "10X98765432"[total % 11] == match[0][-1].upper()


def _is_iban(match: re.Match[str]) -> bool:
    """ISO 7064 MOD 97-10."""
    text = match[0].replace(" ", "")
    return 15 <= len(text) <= 34 and int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 == 1


def _always(match: re.Match[str]) -> bool:
    return True


_NUMBERS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    ("phone", _CHINESE_MOBILE, _always),
    ("phone_international", _INTERNATIONAL, _always),
    ("chinese_id", _CHINESE_ID, _is_chinese_id),
    ("us_ssn", _US_NUMBER, _always),
    ("card", _CARD, _is_card),
    ("iban", _IBAN, _is_iban),
)

"""Tells the language of a text: by its script, and for Latin letters by its most frequent short words.

It is meant for whole rows, a sentence or more; a word alone may be of any language.
"""

import re
from collections import Counter, defaultdict
from itertools import chain

# The letters of a script, and the language that is written in it by most.
_SCRIPTS = {
    "latin": "A-Za-z\u00aa-\u024f\u1e00-\u1eff",
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7af\u1100-\u11ff",
    "zh": "\u3400-\u9fff\U00020000-\U0002fa1f",
    "ru": "\u0400-\u04ff",
    "ar": "\u0600-\u06ff",
    "he": "\u0590-\u05ff",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "ta": "\u0b80-\u0bff",
    "th": "\u0e00-\u0e7f",
    "el": "\u0370-\u03ff",
}
_LETTERS = {language: re.compile(f"[{letters}]+") for language, letters in _SCRIPTS.items()}
_DENSE = ("zh", "ja", "ko")
_FREQUENT = {
    "en": "the of and to in is that for it with as are this what how you be on an by from which not",
    "de": "der die das und ist nicht ein eine zu den mit von für auf wie was im dem sich des auch",
    "fr": "le la les et est des un une du que pour dans qui sur pas avec ce au sont par comment",
    "es": "el la los las y es de que en un una por para con del se no como qué al más su",
    "pt": "o os e é de que em um uma para com do da não no na por mais como ao se os",
    "it": "il di che è e la un una per non in con del della sono si come gli le da cosa",
    "nl": "de het een en van is dat niet in op te voor met zijn aan wat hoe er die om",
    "pl": "i w nie na się jest to z że do co jak dla od są po czy przez oraz",
    "tr": "ve bir bu için ne ile da de mi nasıl olarak en çok daha gibi var değil",
    "vi": "là và của không có cho một các được với trong những này để khi người như",
    "id": "yang dan di itu untuk dengan dari ini ada tidak adalah apa pada dalam ke saya",
    "sv": "och att det som en är på för med av till den inte har om ett vad jag",
}
_LANGUAGES_OF: dict[str, list[str]] = defaultdict(list)
for _language, _words in _FREQUENT.items():
    for _each in dict.fromkeys(_words.split()):
        _LANGUAGES_OF[_each].append(_language)
_WORD = re.compile(r"[^\W\d_]+")
# Characters of a text that are looked at.
_LOOKED_AT = 2000


def language_of(text: str) -> str:
    """Returns a code of ISO 639-1, `latin` or `other` for letters of an unknown language, `none` for a text without letters."""
    text = text[:_LOOKED_AT]
    scripts = _scripts(text)
    if not scripts:
        return "none"
    # A Chinese or Japanese text holds names and terms in Latin letters, each of many characters.
    for language, weight in (("ja", 4), ("ko", 3), ("zh", 3)):
        others = sum(scripts.values()) - scripts[language] - (scripts["zh"] if language == "ja" else 0)
        if (
            scripts[language]
            and weight * scripts[language] >= others
            and (language != "ja" or 8 * scripts["ja"] >= scripts["zh"])
        ):
            return language
    script = scripts.most_common(1)[0][0]
    return _latin(text) if script == "latin" else script


def is_dense(text: str) -> bool:
    """Says whether at least half of the letters are of a script whose characters are syllables or words."""
    scripts = _scripts(text)
    return 2 * sum(scripts[each] for each in _DENSE) >= sum(scripts.values()) > 0


def _scripts(text: str) -> Counter[str]:
    scripts = ("latin",) if text.isascii() else tuple(_LETTERS)
    found = Counter({language: sum(map(len, _LETTERS[language].findall(text))) for language in scripts})
    if not +found and any(map(str.isalpha, text)):
        found["other"] = 1
    return +found


def _latin(text: str) -> str:
    words = filter(_LANGUAGES_OF.__contains__, _WORD.findall(text.casefold()))
    hits = Counter(chain.from_iterable(map(_LANGUAGES_OF.__getitem__, words)))
    return hits.most_common(1)[0][0] if hits else "latin"

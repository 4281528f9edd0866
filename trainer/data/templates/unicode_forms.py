"""The Unicode form into which a tokenizer puts a text before it cuts it into tokens.

Ollama and llama.cpp read these tokenizers without that step, so a text in another form is other tokens there. What else a
normalizer does, such as writing marks for blanks, both sides do.
"""

import unicodedata
from typing import Any, Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

_COMPOSED, _DECOMPOSED = "\u00e9", "e\u0301"
_LIGATURE, _LETTERS = "\ufb01", "fi"


def unicode_form(tokenizer: Any) -> Form | None:
    """Returns None for a tokenizer that keeps every form, as most do; Qwen's make NFC.

    Asks the normalizer itself: a table of SentencePiece makes a form, too, and names none.
    """
    normalizer = getattr(getattr(tokenizer, "backend_tokenizer", None), "normalizer", None)
    if normalizer is None:
        return None
    compatible = _LETTERS in normalizer.normalize_str(_LIGATURE)
    if _COMPOSED in normalizer.normalize_str(_DECOMPOSED):
        return "NFKC" if compatible else "NFC"
    if _DECOMPOSED in normalizer.normalize_str(_COMPOSED):
        return "NFKD" if compatible else "NFD"
    return None


def in_form(text: str, form: Form | None) -> str:
    return unicodedata.normalize(form, text) if form else text

"""The Unicode form that a tokenizer makes: found in its normalizer, whatever else that does."""

from types import SimpleNamespace
from typing import Any

import pytest

from trainer.data.templates.unicode_forms import in_form, unicode_form

tokenizers = pytest.importorskip("tokenizers")
from tokenizers import normalizers as steps  # noqa: E402

BLANKS = steps.Replace(" ", "▁")
FORMS = [
    (None, None),
    (BLANKS, None),
    (steps.Lowercase(), None),
    (steps.NFC(), "NFC"),
    (steps.NFD(), "NFD"),
    (steps.NFKD(), "NFKD"),
    (steps.Sequence([steps.Prepend("▁"), BLANKS]), None),
    (steps.Sequence([steps.NFKC(), BLANKS]), "NFKC"),
    (steps.Sequence([BLANKS, steps.Sequence([steps.NFD(), steps.NFC()])]), "NFC"),
]


@pytest.mark.parametrize(("normalizer", "form"), FORMS)
def test_the_form_is_known_whatever_else_the_normalizer_does(normalizer: Any, form: str | None) -> None:
    backend = tokenizers.Tokenizer(tokenizers.models.BPE())
    if normalizer is not None:
        backend.normalizer = normalizer
    assert unicode_form(SimpleNamespace(backend_tokenizer=backend)) == form


def test_a_tokenizer_without_a_backend_makes_no_form() -> None:
    assert unicode_form(SimpleNamespace()) is None


def test_a_text_is_put_into_the_form_or_kept() -> None:
    assert in_form("cafe\u0301 ﬁ", "NFC") == "café ﬁ"
    assert in_form("cafe\u0301 ﬁ", "NFKC") == "café fi"
    assert in_form("cafe\u0301 ﬁ", None) == "cafe\u0301 ﬁ"

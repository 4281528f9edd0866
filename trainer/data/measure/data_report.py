"""What a person should know of rows before they are learned: languages, lengths, what repeats, and what should not be there."""

from collections import Counter
from collections.abc import Sequence
from heapq import nlargest
from typing import Any

from trainer.data.measure.languages import language_of
from trainer.data.measure.near_questions import Sketches, asked
from trainer.data.measure.private_texts import find_private
from trainer.data.measure.row_lengths import Lengths
from trainer.data.measure.special_texts import special_form
from trainer.data.rows.messages import Message
from trainer.protocol.outputs import RowFinding

# Rows that are compared with each other, which takes 10 s on one core where they are long.
_COMPARED = 20_000
_NAMED = 20


class DataReport:
    def __init__(self, tokenizer: str | None, max_length: int | None):
        self.lengths = Lengths(tokenizer, max_length)
        self._special = special_form(self.lengths.special_tokens)
        self._sketches = Sketches()
        self._compared: list[str] = []
        self._languages: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._named: dict[str, list[RowFinding]] = {}

    def add(self, row: str, messages: Sequence[Message], tools: Sequence[Any] = (), copies: int = 1) -> None:
        self.lengths.add(row, messages, tools, copies)
        said = "\n".join(message["content"] for message in messages if message["role"] != "system")
        self._languages[language_of(said)] += 1
        self._look_for_repetition(row, messages)
        found: list[RowFinding] = []
        for message in messages:
            text, role = message["content"], message["role"]
            found += [
                RowFinding(code=code, row=row, what=kind, issuer=issuer, role=role, like=None, similarity=None)
                for code, kind, issuer in find_private(text)
            ]
            if special := self._special.search(text):
                found.append(
                    RowFinding(
                        code="special_token",
                        row=row,
                        what=special[0],
                        issuer=None,
                        role=role,
                        like=None,
                        similarity=None,
                    )
                )
        for code in dict.fromkeys(each.code for each in found):
            self.counts[code] += 1
        for each in found:
            self._kinds[each.what] += each.code != "special_token"
            named = self._named.setdefault(each.code, [])
            if len(named) < _NAMED:
                named.append(each)

    def _look_for_repetition(self, row: str, messages: Sequence[Message]) -> None:
        if len(self._compared) >= _COMPARED:
            return
        near = self._sketches.nearest(*asked(messages))
        if near:
            self.counts["near_duplicate"] += 1
            like = self._compared[near.number]
            self._named.setdefault("near_duplicate", []).append(
                RowFinding(
                    code="near_duplicate",
                    row=row,
                    what="",
                    issuer=None,
                    role=None,
                    like=like,
                    similarity=round(near.similarity, 3),
                )
            )
        self._compared.append(row)

    def findings(self) -> list[RowFinding]:
        """The first of each kind; of near duplicates the nearest."""
        near = self._named.get("near_duplicate", [])
        nearest = nlargest(_NAMED, near, key=lambda each: each.similarity or 0)
        others = [each for code, named in self._named.items() if code != "near_duplicate" for each in named]
        return [*nearest, *others]

    def summary(self) -> dict[str, Any]:
        return {
            "languages": dict(self._languages.most_common()),
            "compared_rows": len(self._compared),
            "private_kinds": dict(+self._kinds),
            **self.lengths.summary(),
        }

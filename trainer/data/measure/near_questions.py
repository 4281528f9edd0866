"""Finds questions that are nearly the same: Jaccard similarity of the pieces of their texts.

A piece is a run of characters: five, or three where the letters are mostly Chinese, Japanese or Korean, which say more each.
Questions with other numbers are other questions, however alike the rest is. A question of an exam is also found in a turn
that asks it with a few more words. Where most questions of an exam follow one pattern, what differs between them decides.
A word replaced by another of its meaning is not seen: that takes more than letters.
Sources: Broder, On the resemblance and containment of documents, 1997 (pieces and their least hashes); Li, Owen and Zhang,
One Permutation Hashing, 2012, with the empty bins filled as by Shrivastava and Li, 2014.
"""

import re
import unicodedata
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import eq
from typing import Any, NamedTuple

from trainer.data.measure.languages import is_dense
from trainer.data.rows.messages import Message

# Above it two questions are nearly the same. GPT-3's training data was cleaned of copies with MinHash, too; 0.8 is the
# usual threshold of such cleanings (Lee et al., Deduplicating Training Data, 2022).
SIMILAR = 0.8
# The same for a text that holds a question of an exam whole: one word more ("again", "please") is a quarter of a short one.
# Not less, since each word that follows may ask for something else ("What is iron?", "What is iron oxide?").
HOLDING = 0.7
# Characters of a question that are compared, at its beginning and at its end: between them a long one has what it is about,
# and many of one kind begin alike.
_COMPARED = 1000
_SPACE = re.compile(r"[\s\W_]+")
_NUMBER = re.compile(r"\d+")
# A question of few words differs in too many pieces if "is" is written as one letter.
_SHORT_IS = re.compile(r"\b(what|who|where|when|how|why|which|that|there|here|it|he|she)['’]s\b")
# Questions of an exam from which on it may have a pattern, and the share of them that has each piece of it.
_PATTERN_FROM, _PATTERN_SHARE = 20, 0.5
# Bins of a sketch, and the bins of a band. 16 bands of 4 bins find 99.9 % of the pairs at a similarity of 0.8.
_BINS, _BAND = 64, 4
# Equal bins below which two questions are not compared: 0.8 is six standard deviations away.
_MIN_EQUAL = _BINS // 2
# Questions that share a band, of which the first are looked at. Rows made from one pattern would all meet in it.
_LOOKED_AT = 16


@dataclass(frozen=True)
class Question:
    pieces: frozenset[int]
    numbers: tuple[str, ...]


class Near(NamedTuple):
    number: int
    # 1 where the texts are equal but for case, width, marks and white space.
    similarity: float


def asked(messages: Sequence[Message]) -> tuple[str, ...]:
    """The turns of the user, which are what a model is asked."""
    return tuple(message["content"] for message in messages if message["role"] == "user")


def question(*turns: str) -> Question:
    text = "\n".join(turns)
    if len(text) > 2 * _COMPARED:
        text = text[:_COMPARED] + " " + text[-_COMPARED:]
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _SPACE.sub(" ", _SHORT_IS.sub(r"\1 is", text)).strip()
    size = 3 if is_dense(text) else 5
    pieces = [text[at : at + size] for at in range(max(1, len(text) - size + 1))]
    return Question(frozenset(zlib.crc32(piece.encode()) for piece in pieces), tuple(_NUMBER.findall(text)))


class Asked:
    """Holds a few questions, such as those of an exam, and tells which of them a row nearly asks in any of its turns."""

    def __init__(self) -> None:
        self._questions: list[Question] = []
        # The pieces of each that are no part of the pattern; all of them where a question is the pattern itself.
        self._own: list[frozenset[int]] = []
        # The questions that have a piece, by their numbers.
        self._with: dict[tuple[str, ...], dict[int, list[int]]] = {}
        # How many turns the questions have.
        self._lengths: set[int] = set()
        self._pattern: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self._questions)

    def add(self, turns: Sequence[str]) -> None:
        added = question(*turns)
        self._lengths.add(len(turns))
        having = self._with.setdefault(added.numbers, {})
        for piece in added.pieces:
            having.setdefault(piece, []).append(len(self._questions))
        self._questions.append(added)
        self._own.append(added.pieces)

    def find_pattern(self) -> None:
        """Finds the pieces that most questions share. "Explain the word … in one sentence" is near to every other of its kind."""
        if len(self._questions) < _PATTERN_FROM:
            return
        counts = Counter(chain.from_iterable(each.pieces for each in self._questions))
        self._pattern = frozenset(
            piece for piece, count in counts.items() if count >= _PATTERN_SHARE * len(self._questions)
        )
        # No question is found by its pattern alone, and these lists are the longest.
        for having in self._with.values():
            for piece in self._pattern & having.keys():
                del having[piece]
        for index, each in enumerate(self._questions):
            own = each.pieces - self._pattern
            if own:
                self._own[index] = own
                continue
            for piece in each.pieces:
                self._with[each.numbers].setdefault(piece, []).append(index)

    def nearest(self, turns: Sequence[str]) -> Near | None:
        """Returns the most similar question, or None if none is nearly the same.

        What a question of several turns asks depends on those before it, so it is compared with as many turns in a row.
        """
        whole = self.nearest_whole(turns)
        if whole is not None:
            return whole
        runs = {tuple(turns[at : at + length]) for length in self._lengths for at in range(len(turns) - length + 1)}
        return _best(chain.from_iterable(self._near(question(*run)) for run in runs - {tuple(turns)}))

    def nearest_whole(self, turns: Sequence[str]) -> Near | None:
        """Compares all the turns as one question."""
        return _best(self._near(question(*turns)))

    def _near(self, other: Question) -> Iterator[Near]:
        having = self._with.get(other.numbers, {})
        shared = Counter(chain.from_iterable(map(having.__getitem__, other.pieces & having.keys())))
        for index, count in shared.items():
            # Most have too little in common to be compared piece by piece.
            if count >= HOLDING * len(self._own[index]):
                similarity = self._similarity(self._questions[index], self._own[index], other)
                if similarity is not None:
                    yield Near(index, similarity)

    def _similarity(self, this: Question, own: frozenset[int], other: Question) -> float | None:
        shared = len(this.pieces & other.pieces)
        least = HOLDING if shared == len(this.pieces) else SIMILAR
        similarity = _jaccard(this, other, shared)
        if similarity < least:
            return None
        if similarity < 1 and self._pattern:
            its = other.pieces - self._pattern
            if len(own & its) < least * len(own | its):
                return None
        return similarity


def _best(found: Iterable[Near]) -> Near | None:
    return max(found, key=lambda near: (near.similarity, -near.number), default=None)


def near(one: Question, other: Question) -> bool:
    return similarity_of(one, other) >= SIMILAR


def similarity_of(one: Question, other: Question) -> float:
    return _jaccard(one, other, len(one.pieces & other.pieces)) if one.numbers == other.numbers else 0


def _jaccard(one: Question, other: Question, shared: int) -> float:
    return shared / (len(one.pieces) + len(other.pieces) - shared)


class Sketches:
    """Holds very many questions as short sketches, and tells whether one nearly repeats another before it."""

    def __init__(self) -> None:
        self._bands: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        self._known: list[tuple[str, array[int]]] = []

    def repeats(self, *turns: str) -> bool:
        """Says whether the turns ask nearly what was given before, and remembers them."""
        return self.nearest(*turns) is not None

    def nearest(self, *turns: str) -> Near | None:
        """Returns the most similar of the questions that were given before, by its number among them, and remembers this one."""
        text = "\n".join(turns)
        this = question(text)
        sketch = _sketch(this.pieces)
        keys = [(this.numbers, at, *sketch[at : at + _BAND]) for at in range(0, _BINS, _BAND)]
        met = dict.fromkeys(index for key in keys for index in self._bands.get(key, ()))
        found = _best(near for index in met if (near := self._compare(this, sketch, index)))
        for key in keys:
            if len(self._bands[key]) < _LOOKED_AT:
                self._bands[key].append(len(self._known))
        self._known.append((text, sketch))
        return found

    def _compare(self, this: Question, sketch: "array[int]", number: int) -> Near | None:
        text, other = self._known[number]
        if sum(map(eq, sketch, other)) < _MIN_EQUAL:
            return None
        similarity = similarity_of(this, question(text))
        return Near(number, similarity) if similarity >= SIMILAR else None


def _sketch(pieces: frozenset[int]) -> "array[int]":
    """The least hash in each bin; an empty bin takes that of the next one."""
    bins: list[int | None] = [None] * _BINS
    for piece in pieces:
        # The bits of a CRC depend on each other, so they are mixed once more.
        mixed = piece * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        at, value = mixed >> 58, mixed & 0x3FFFFFFFFFFFFFF
        least = bins[at]
        if least is None or value < least:
            bins[at] = value
    after = next(value for value in bins if value is not None)
    for at in reversed(range(_BINS)):
        after = bins[at] = after if bins[at] is None else bins[at]  # type: ignore[assignment]
    return array("Q", bins)  # type: ignore[arg-type]

"""Finds rows that give an exam away: they ask one of its questions, exactly or nearly, or answer as one of its references does."""

from collections.abc import Iterable, Sequence

from trainer.data.measure.near_questions import Asked, asked
from trainer.data.rows.messages import Message
from trainer.protocol.outputs import Leak

# Characters from which an answer says what was asked. "Yes." and "I do not know." answer many questions.
_MIN_ANSWER = 40
# Rows with the reference of one question. A refusal, or a label with its explanation, answers many, too.
_MAX_ROWS_OF_ANSWER = 20


class Exam:
    def __init__(self, questions: Iterable[tuple[str, Sequence[Message], Sequence[str]]]):
        """`questions`: the place, the messages and the references of each."""
        self._questions, self._answers = Asked(), Asked()
        self._places: list[str] = []
        self._places_of_answers: list[str] = []
        for place, messages, references in questions:
            self._questions.add(asked(messages))
            self._places.append(place)
            for reference in references:
                if len(reference.strip()) >= _MIN_ANSWER:
                    self._answers.add([reference])
                    self._places_of_answers.append(place)
        self._questions.find_pattern()
        self._answers.find_pattern()

    def asked_by(self, row: str, messages: Sequence[Message]) -> Leak | None:
        """Returns the question that a row asks in any of its turns."""
        near = self._questions.nearest(asked(messages))
        return near and Leak(row=row, question=self._places[near.number], similarity=round(near.similarity, 3))

    def answered_by(self, row: str, messages: Sequence[Message]) -> Leak | None:
        """Returns the question whose reference a row learns, whatever it asks: most likely the question in other words."""
        for message in messages if len(self._answers) else ():
            if message["role"] != "assistant" or len(message["content"].strip()) < _MIN_ANSWER:
                continue
            if near := self._answers.nearest_whole([message["content"]]):
                place = self._places_of_answers[near.number]
                return Leak(row=row, question=place, similarity=round(near.similarity, 3))
        return None


class Leaks:
    """The leaks of a file of rows: how many there are, and the places of the first."""

    def __init__(self, max_named: int = 100) -> None:
        self.asked = 0
        self.named: list[Leak] = []
        self._answered: list[Leak] = []
        self._rows_of: dict[str, int] = {}
        self._max_named = max_named

    def add_asked(self, leak: Leak) -> None:
        self.asked += 1
        if len(self.named) < self._max_named:
            self.named.append(leak)

    def add_answered(self, leak: Leak) -> None:
        self._rows_of[leak.question] = self._rows_of.get(leak.question, 0) + 1
        if self._rows_of[leak.question] <= _MAX_ROWS_OF_ANSWER:
            self._answered.append(leak)

    @property
    def answered(self) -> list[Leak]:
        """Leaves out references that so many rows have that they tell no question."""
        return [leak for leak in self._answered if self._rows_of[leak.question] <= _MAX_ROWS_OF_ANSWER]

    def lines(self, count: int) -> str:
        more = f"\n  … and {self.asked - count} more" if self.asked > count else ""
        return "\n".join(f"  {leak_line(leak)}" for leak in self.named[:count]) + more


def leak_line(leak: Leak) -> str:
    how = "asks" if leak.similarity == 1 else f"nearly asks ({leak.similarity:.2f})"
    return f"{leak.row} {how} {leak.question}"

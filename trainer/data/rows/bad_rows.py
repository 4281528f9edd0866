"""Collects the rows of a file that cannot be used, and decides whether the file is refused."""

from collections import Counter
from pathlib import Path

from trainer.data.files.foreign_files import fill
from trainer.data.files.row import Bad, Row, shown
from trainer.protocol import events as event
from trainer.runtime.events import Events, Failure

_TOLD, _NAMED, _NAMED_OF_ONE_REASON = 100, 10, 3
_OTHER = "other"


class BadRows:
    def __init__(self, source: Path, events: Events, noun: str = "row"):
        self._source, self._events, self._noun = source, events, noun
        self.total = 0
        self.named: list[str] = []
        self.reasons: Counter[str] = Counter()
        self._remedies: dict[str, None] = {}

    def add(self, row: Row, bad: Bad, name: str | None = None) -> None:
        where, text, reason = row.where(name or self._source.name), shown(str(bad)), shown(bad.reason)
        self.total += 1
        self.reasons[reason if len(self.reasons) < _TOLD or reason in self.reasons else _OTHER] += 1
        if bad.remedy and len(self._remedies) < 3:
            self._remedies[fill(bad.remedy, self._source)] = None
        if self.total <= _TOLD:
            self.named.append(f"{where}: {text}")
            self._events.emit(event.BadRow(where=where, reason=text))

    def judge(self, on_bad_row: str, cap: float, good: int) -> None:
        """Raises BAD_DATA when too many rows are bad; `cap` is a share of all rows."""
        rows = good + self.total
        allowed = 0 if on_bad_row == "fail" else cap * rows
        if self.total == 0 or (self.total <= allowed and good):
            return
        if on_bad_row == "skip" and good:
            limit = f"`max_bad_rows: {cap}` allows {int(allowed)}."
        elif on_bad_row == "skip":
            limit = "No row is left."
        else:
            limit = "`on_bad_row: fail` allows none."
        raise self.failure(f"{self.total} of {rows} rows of {self._source.name} cannot be used. {limit}", rows, good)

    def failure(self, begin: str, rows: int, good: int) -> Failure:
        """A file whose rows all have the same fault has one fault, so few of its lines are listed."""
        is_one = good == 0 and len(self.reasons) == 1 and _OTHER not in self.reasons
        count = _NAMED_OF_ONE_REASON if is_one else _NAMED
        listed = "".join(f"\n  {line}" for line in self.named[:count])
        same = " with the same reason" if is_one else ""
        more = f"\n  … and {self.total - count} more{same}" if self.total > count else ""
        remedies = "".join(f"\n{remedy}" for remedy in self._remedies)
        return Failure("BAD_DATA", f"{begin}{listed}{more}{remedies}", bad_rows=self.total, rows=rows)

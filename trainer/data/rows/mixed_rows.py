"""Reads rows from several files, one after another, each with its weight."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trainer.data.rows.read_row import Read
from trainer.data.rows.usable_rows import UsableRows
from trainer.protocol.jobs import PrepareJob
from trainer.runtime.events import Events

# The name of the step's own file among those of `mix`.
OWN = "source"


@dataclass
class SourceCounts:
    # Rows that can be used, before duplicates are dropped.
    rows: int = 0
    # Those that were drawn and kept, and how often they are learned in an epoch.
    kept: int = 0
    learned: int = 0


@dataclass
class MixedRows:
    """The rows of all files of a step. `where` and `name` say where the one that was read last stands, and in which file."""

    job: PrepareJob
    events: Events
    where: str = ""
    name: str = OWN
    counts: dict[str, SourceCounts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        job, ignored = self.job, self.job.ignore_keys or ()
        own = UsableRows(
            Path(job.source), self.events, job.format, job.shape, job.system, ignored, job.map, job.learn, job.parts
        )
        self.own = own
        self.files = {OWN: own}
        self._weights = {OWN: 1.0}
        for name, each in sorted((job.mix or {}).items()):
            # A file may be named as the step's own one.
            key = f"mix.{name}" if name == OWN else name
            self.files[key] = UsableRows(
                Path(each.source),
                self.events,
                each.format,
                each.shape,
                job.system,
                ignored,
                each.map,
                job.learn,
                each.parts,
            )
            self._weights[key] = each.weight

    def __iter__(self) -> Iterator[Read]:
        for name, rows in self.files.items():
            self.name = name
            self.counts[name] = SourceCounts()
            for read in rows:
                self.where = rows.where
                self.counts[name].rows += 1
                yield read

    def judge(self) -> None:
        for rows in self.files.values():
            rows.judge(self.job.on_bad_row, self.job.max_bad_rows)

    def copies(self, content: bytes) -> int:
        """
        How often the row that was read last is learned in an epoch: the whole part of the weight, and once more for the share
        of the rows that its fraction is. The content decides, so that other rows change nothing.
        """
        whole, fraction = divmod(self._weights[self.name], 1)
        if not fraction:
            return int(whole)
        drawn = hashlib.sha256(f"mix\0{self.job.seed}\0".encode() + content).digest()
        return int(whole) + (int.from_bytes(drawn[:8], "big") < fraction * 2**64)

    def keep(self, copies: int) -> None:
        self.counts[self.name].kept += 1
        self.counts[self.name].learned += copies

    def bad_total(self) -> int:
        return sum(rows.bad.total for rows in self.files.values())

    def bad_named(self) -> list[str]:
        return [named for rows in self.files.values() for named in rows.bad.named]

    def total(self, part: str) -> Counter[str]:
        """`part`: `shapes`, `unused` or `reasons`."""
        counted: Counter[str] = Counter()
        for rows in self.files.values():
            counted.update(rows.bad.reasons if part == "reasons" else getattr(rows, part))
        return counted

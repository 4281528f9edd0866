"""Reads the rows of a file that can be used, and counts the others with their reasons."""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from trainer.data.files.open_file import open_file
from trainer.data.files.row import Row
from trainer.data.files.source_rows import detect_format, read_rows
from trainer.data.rows.bad_row import BadRow, Unread
from trainer.data.rows.bad_rows import BadRows
from trainer.data.rows.read_row import Read, training_row
from trainer.data.rows.unknown_shapes import EXAMPLES, UnknownShapes
from trainer.data.rows.unused_keys import count_keys
from trainer.protocol import events as event
from trainer.protocol.jobs import RowMap
from trainer.runtime.events import Events, Failure

_SECONDS_BETWEEN_PROGRESS = 1.0


class UsableRows:
    """The rows of a file, or of several, in their order. After the last one `judge` decides whether the file is refused."""

    def __init__(
        self,
        source: Path,
        events: Events,
        format: str = "auto",
        shape: str = "auto",
        system: str | None = None,
        ignore_keys: Collection[str] = (),
        row_map: RowMap | None = None,
        learn: str | None = None,
        parts: Sequence[str] | None = None,
    ):
        opened = [open_file(source / part) for part in parts] if parts else [open_file(source)]
        self._files = [(file, detect_format(file, format)) for file in opened]
        self.format = self._files[0][1]
        # Of several files the first one stands for all in what is told of the whole.
        source = opened[0].path
        self.name = source.name if len(opened) == 1 else f"{source.name} and {len(opened) - 1} more"
        self._events, self._shape, self._system, self._ignored = events, shape, system, ignore_keys
        self._source = source
        self._map, self._learn = row_map, learn
        self._unknown = UnknownShapes(source, self.format)
        self.bad = BadRows(source, events)
        self.count = 0
        # The place of the row that was read last.
        self.where = ""
        self.shapes: Counter[str] = Counter()
        self.unused: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Read]:
        shown_at = time.monotonic()
        for number, (name, row) in enumerate(self._rows(), 1):
            if time.monotonic() - shown_at >= _SECONDS_BETWEEN_PROGRESS:
                shown_at = time.monotonic()
                self._events.emit(event.Reading(rows=number))
            try:
                read = self._read(row)
            except BadRow as reason:
                self._unknown.add(reason)
                self.bad.add(row, reason.why, name)
                continue
            self._unknown.end()
            self.count += 1
            self.where = row.where(name)
            self.shapes[read.shape] += 1
            count_keys(self.unused, read.unused)
            yield read

    def _rows(self) -> Iterator[tuple[str, Row]]:
        for file, format in self._files:
            for row in read_rows(file, format):
                yield file.path.name, row

    def judge(self, on_bad_row: str, max_bad_rows: float) -> None:
        """Raises BAD_DATA for a file without rows or with too many bad ones; `max_bad_rows` is a share of all rows."""
        self._unknown.judge()
        self.bad.judge(on_bad_row, max_bad_rows, self.count)
        if not self.count:
            raise Failure(
                "BAD_DATA", f"{self._source.name} has no rows. A row is, for example: {EXAMPLES['instruction']}"
            )

    def _read(self, row: Row) -> Read:
        if row.bad is not None:
            raise Unread(row.bad.reason, row.bad.detail, row.bad.remedy)
        return training_row(row.value, self._shape, self._system, self._ignored, self._map, self._learn)

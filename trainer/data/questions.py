"""The verb `questions`: reads the questions of an exam and writes one canonical question per line.

It reads files and rows as `prepare` does. The answer may be missing, or be the key `reference`;
there may be several; and a row may have a pattern or a schema of the answer.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from trainer.data.files.open_file import open_file
from trainer.data.files.row import Row
from trainer.data.files.source_rows import detect_format, read_rows
from trainer.data.rows.bad_row import BadRow, Unread
from trainer.data.rows.bad_rows import BadRows
from trainer.data.rows.exam_row import Asked, exam_question
from trainer.data.rows.unused_keys import count_keys
from trainer.protocol.jobs import QuestionsJob
from trainer.protocol.outputs import QuestionsOutputs
from trainer.runtime.events import Events, Failure

# Several models answer each question, so a larger file is probably not a file of questions.
_LARGEST_BYTES = 64_000_000


def main(job: QuestionsJob, events: Events) -> QuestionsOutputs:
    """Raises BAD_DATA with all questions that cannot be used. The message lists the first ten."""
    count = 0
    unused: Counter[str] = Counter()
    with Path(job.out).open("w", encoding="utf-8") as written:
        for at, read in read_questions(Path(job.source), events):
            count += 1
            count_keys(unused, read.unused)
            line = {
                "at": at,
                "messages": read.messages,
                "references": read.references,
                "pattern": read.pattern,
                "schema": read.schema,
            }
            written.write(json.dumps(line, ensure_ascii=False) + "\n")
    return QuestionsOutputs(questions=count, unused_keys=dict(unused.most_common()))


def read_questions(source: Path, events: Events) -> Iterator[tuple[str, Asked]]:
    """Yields each question with its place. Raises BAD_DATA after the last one if some cannot be used, or if there is none."""
    file = open_file(source)
    size = source.stat().st_size
    if size > _LARGEST_BYTES:
        raise Failure(
            "BAD_DATA",
            f"{source} has {size / 1e6:.0f} MB. A file of questions may have {_LARGEST_BYTES / 1e6:.0f} MB.",
        )
    count, bad = 0, BadRows(source, events)
    for row in read_rows(file, detect_format(file, "auto")):
        try:
            read = _read(row)
        except BadRow as reason:
            bad.add(row, reason.why)
            continue
        count += 1
        yield row.where(source.name), read
    if bad.total:
        noun = "question" if bad.total == 1 else "questions"
        raise bad.failure(f"{bad.total} {noun} of {source} cannot be used:", count + bad.total, count)
    if not count:
        raise Failure("BAD_DATA", f"{source} holds no question.")


def _read(row: Row) -> Asked:
    if row.bad is not None:
        raise Unread(row.bad.reason, row.bad.detail, row.bad.remedy)
    return exam_question(row.value)

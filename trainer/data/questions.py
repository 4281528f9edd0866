"""The verb `questions`: reads the questions of an exam and writes one canonical question per line.

It shares the file reader (`source_rows`) and the row helpers (`row_shapes`) with `prepare`. Two rules differ: a training
file has one shape for all rows, while each question is read by its own keys; and a question needs no answer.
"""

import json
from pathlib import Path

from trainer.data.row import Row, shown
from trainer.data.row_shapes import BadRow, Question, question_of
from trainer.data.source_rows import detect_format, read_rows
from trainer.protocol import events as event
from trainer.protocol.jobs import QuestionsJob
from trainer.protocol.outputs import QuestionsOutputs
from trainer.runtime.events import Events, Failure

# Several models answer each question, so a larger file is probably not a file of questions.
_LARGEST_BYTES = 64_000_000
_PROBLEMS_NAMED = 10
_PROBLEMS_REPORTED = 100


def main(job: QuestionsJob, events: Events) -> QuestionsOutputs:
    """Raises BAD_DATA with all questions that cannot be used. The message lists the first ten."""
    source = Path(job.source)
    if not source.is_file():
        raise Failure("FILE_NOT_FOUND", f"{source} is not a file. `prompts` names a JSONL, JSON or CSV file.")
    size = source.stat().st_size
    if size > _LARGEST_BYTES:
        raise Failure(
            "BAD_DATA",
            f"{source} has {size / 1e6:.0f} MB. A file of questions may have {_LARGEST_BYTES / 1e6:.0f} MB.",
        )
    count, problems = 0, []
    with Path(job.out).open("w", encoding="utf-8") as file:
        for row in read_rows(source, detect_format(source, "auto")):
            at = row.where(source.name)
            question = _read(row)
            if isinstance(question, str):
                problems.append(f"{at}: {shown(question)}")
                if len(problems) <= _PROBLEMS_REPORTED:
                    events.emit(event.BadRow(where=at, reason=shown(question)))
                continue
            count += 1
            line = {"at": at, "messages": question.messages, "reference": question.reference}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems[:_PROBLEMS_NAMED])
        more = f"\n  … and {len(problems) - _PROBLEMS_NAMED} more" if len(problems) > _PROBLEMS_NAMED else ""
        noun = "question" if len(problems) == 1 else "questions"
        raise Failure("BAD_DATA", f"{len(problems)} {noun} of {source} cannot be used:\n{listed}{more}")
    if not count:
        raise Failure("BAD_DATA", f"{source} holds no question.")
    return QuestionsOutputs(questions=count)


def _read(row: Row) -> Question | str:
    """Returns the question, or the reason why the row is not one."""
    if row.bad is not None:
        return row.bad
    try:
        return question_of(row.value)
    except BadRow as bad:
        return str(bad)

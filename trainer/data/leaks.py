"""The verb `leaks`: tells which questions rows ask, exactly or nearly, in files that `prepare` wrote, perhaps long ago."""

from pathlib import Path

from trainer.data.measure.near_questions import Asked, asked
from trainer.data.rows.prepared_rows import read_prepared
from trainer.protocol.jobs import LeaksJob
from trainer.protocol.outputs import Leak, LeaksOutputs
from trainer.runtime.events import Events


def main(job: LeaksJob, events: Events) -> LeaksOutputs:
    exam = Asked()
    for turns in job.questions:
        exam.add(turns)
    exam.find_pattern()
    found: dict[int, Leak] = {}
    for file in map(Path, job.rows):
        for line, messages, _ in read_prepared(file):
            near = exam.nearest(asked(messages))
            if near and (near.number not in found or near.similarity > found[near.number].similarity):
                found[near.number] = Leak(
                    row=f"{file.name}:{line}", question=str(near.number), similarity=round(near.similarity, 3)
                )
    return LeaksOutputs(found=[found[index] for index in sorted(found)])

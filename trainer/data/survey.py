"""The verb `survey`: says what a file of rows holds, before anything is decided about it, and which rows an exam may ask.

It reads rows as `prepare` does. Tokens are estimates, because no base model, and so no tokenizer, is chosen yet.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from trainer.data.measure.languages import language_of
from trainer.data.measure.near_questions import Asked, Sketches, asked
from trainer.data.measure.row_lengths import estimate
from trainer.data.rows.agreed_map import agreed_map, map_of
from trainer.data.rows.identity import identify
from trainer.data.rows.messages import Message
from trainer.data.rows.usable_rows import UsableRows
from trainer.data.templates.thoughts import thinks
from trainer.protocol.jobs import SurveyJob
from trainer.protocol.outputs import SurveyOutputs, TokenCounts
from trainer.runtime.events import Events

# The share of bad rows that a pipeline may skip; it is the default of `max_bad_rows`.
_MAX_BAD_ROWS = 0.05
# Rows that are compared with each other, which takes 10 s on one core where they are long.
_COMPARED = 20_000
# The share of the rows that one question of the exam may take out of the training.
_MAX_SHARE_NEAR = 0.02


class _Compared(NamedTuple):
    # Decides the order of the candidates, by the content of the row alone: the same rows give the same exam.
    order: bytes
    line: str
    asked: tuple[str, ...]
    tokens: int
    # Whether its last answer is one to learn, and an exam can ask for it: without tools.
    learned: bool


def main(job: SurveyJob, events: Events) -> SurveyOutputs:
    keys = agreed_map(Path(job.source))
    rows = UsableRows(Path(job.source), events, row_map=map_of(keys) if keys else None)
    seen: set[bytes] = set()
    answers: set[bytes] = set()
    languages: Counter[str] = Counter()
    compared: list[_Compared] = []
    row_tokens: list[int] = []
    answer_tokens: list[int] = []
    told: Counter[str] = Counter()
    sketches = Sketches()
    for read in rows:
        messages = read.messages
        identity = identify(messages, 0)
        if identity.content in seen:
            told["duplicates"] += 1
            continue
        seen.add(identity.content)
        answer = messages[-1]["content"]
        answers.add(hashlib.sha256(answer.strip().encode()).digest()[:8])
        row_tokens.append(estimate(messages))
        answer_tokens.append(estimate(messages[-1:]))
        languages[
            language_of("\n".join(message["content"] for message in messages if message["role"] != "system"))
        ] += 1
        told["system"] += messages[0]["role"] == "system"
        told["history"] += len(asked(messages)) > 1
        told["thoughts"] += any(map(thinks, messages))
        if len(compared) < _COMPARED:
            turns = asked(messages)
            told["near"] += sketches.repeats(*turns)
            compared.append(
                _Compared(
                    identity.content,
                    _line(messages),
                    turns,
                    answer_tokens[-1],
                    messages[-1].get("weight", 1) != 0 and not read.tools,
                )
            )
    rows.judge("skip", _MAX_BAD_ROWS)
    return SurveyOutputs(
        rows=len(row_tokens),
        bad_rows=rows.bad.total,
        bad_row=rows.bad.named[0] if rows.bad.named else None,
        duplicates=told["duplicates"],
        near_duplicates=told["near"],
        compared_rows=len(compared),
        format=rows.format,
        shape=rows.shapes.most_common(1)[0][0],
        unused_keys=dict(rows.unused.most_common()),
        map=keys,
        languages=dict(languages.most_common()),
        with_system=told["system"],
        with_history=told["history"],
        with_thoughts=told["thoughts"],
        distinct_answers=len(answers),
        row_tokens=_counts(row_tokens),
        answer_tokens=_counts(answer_tokens),
        candidates=_write_candidates(Path(job.candidates), job.max_candidates, compared),
    )


def _write_candidates(out: Path, count: int, rows: Sequence[_Compared]) -> list[int]:
    """Writes rows that an exam may ask, and returns for each how many rows are nearly the same question, itself included."""
    usual = _counts([row.tokens for row in rows]).p95
    candidates = Asked()
    questions: list[_Compared] = []
    # Twice as many as are wanted: some have too many rows that are nearly the same.
    for row in sorted((row for row in rows if row.learned and row.tokens <= usual), key=lambda row: row.order):
        if len(questions) == 2 * count:
            break
        if candidates.nearest_whole(row.asked) is None:
            candidates.add(row.asked)
            questions.append(row)
    candidates.find_pattern()
    near = Counter(found.number for row in rows if (found := candidates.nearest(row.asked)))
    most = max(2, int(_MAX_SHARE_NEAR * len(rows)))
    kept = sorted(range(len(questions)), key=lambda index: (near[index] > most, index))[:count]
    out.write_text("".join(questions[index].line for index in kept), encoding="utf-8")
    return [near[index] for index in kept]


def _line(messages: Sequence[Message]) -> str:
    """A row as a question with its reference; one of several turns, or with a system message, as its messages."""
    plain = [{"role": message["role"], "content": message["content"]} for message in messages]
    one = len(plain) == 2
    row = {"prompt": plain[0]["content"], "reference": plain[1]["content"]} if one else {"messages": plain}
    return json.dumps(row, ensure_ascii=False) + "\n"


def _counts(numbers: Sequence[int]) -> TokenCounts:
    ordered = sorted(numbers) or [0]
    median, p95, p99 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95, 0.99))
    return TokenCounts(total=sum(ordered), median=median, p95=p95, p99=p99, longest=ordered[-1])

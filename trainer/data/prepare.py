"""The verb `prepare`: checks each row, drops duplicates, and writes canonical JSONL for training and evaluation."""

import json
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.data.measure.data_report import DataReport
from trainer.data.measure.leaks import Exam, Leaks
from trainer.data.questions import read_questions
from trainer.data.rows.identity import RowIdentity, eval_groups, identify
from trainer.data.rows.messages import Message
from trainer.data.rows.mixed_rows import MixedRows
from trainer.protocol.jobs import PrepareJob
from trainer.protocol.outputs import Dropped, PrepareOutputs, SourceRows
from trainer.runtime.events import Events, Failure


def main(job: PrepareJob, events: Events) -> PrepareOutputs:
    out = Path(job.out)
    rows = MixedRows(job, events)
    source = rows.own.name
    exam = _read_exam(Path(job.exclude), events) if job.exclude else None
    leaks = Leaks()
    report = DataReport(job.tokenizer, job.max_length)
    out.mkdir(parents=True, exist_ok=True)
    checked = out / ".rows.jsonl"
    dropped: Counter[str] = Counter()
    # Texts that some templates and models treat as marks.
    marks: Counter[str] = Counter()
    identities: list[RowIdentity] = []
    # How often each row is learned in an epoch.
    repeats = array("B")
    with checked.open("w", encoding="utf-8", newline="\n") as written:
        seen: set[bytes] = set()
        for read in rows:
            for mark in ("<image>", "<think>"):
                marks[mark] += any(mark in message["content"] for message in read.messages)
            identity = identify(read.messages, job.seed, read.tools)
            copies = rows.copies(identity.content)
            if not copies:
                continue
            if job.deduplicate:
                if identity.content in seen:
                    dropped["duplicate"] += 1
                    continue
                seen.add(identity.content)
            if exam is not None:
                if leak := exam.asked_by(rows.where, read.messages):
                    leaks.add_asked(leak)
                    continue
                if leak := exam.answered_by(rows.where, read.messages):
                    leaks.add_answered(leak)
            rows.keep(copies)
            identities.append(identity)
            repeats.append(copies)
            report.add(rows.where, read.messages, read.tools, copies)
            written.write(_canonical(read.messages, read.tools))
    rows.judge()
    if leaks.asked and job.on_leak == "fail":
        raise Failure(
            "TRAINING_ROWS_IN_QUESTIONS",
            f"{leaks.asked} rows of {source} ask a question of {Path(str(job.exclude)).name}, and the step has "
            f"`on_leak: fail`:\n{leaks.lines(10)}",
            rows=leaks.asked,
        )
    if not identities:
        raise Failure(
            "BAD_DATA",
            f"Every row of {source} asks a question of {Path(str(job.exclude)).name}, which `exclude` names, "
            "so nothing is left to train on.",
        )
    counts = _split(checked, out, identities, repeats, job.eval_split)
    checked.unlink()
    outputs = PrepareOutputs(
        rows=counts["train"] + counts["eval"],
        train_rows=counts["train"],
        eval_rows=counts["eval"],
        dropped=Dropped(duplicate=dropped["duplicate"], bad=rows.bad_total(), excluded=leaks.asked),
        unused_keys=dict(rows.total("unused").most_common()),
        leaks=leaks.named,
        same_answers=leaks.answered[:100],
        findings=report.findings(),
        finding_rows=dict(report.counts),
        tokens=report.lengths.tokens,
        sources={name: SourceRows(**asdict(each)) for name, each in rows.counts.items()} if job.mix else {},
        shape=rows.total("shapes").most_common(1)[0][0],
    )
    summary = {
        **asdict(outputs),
        "shapes": dict(rows.total("shapes").most_common()),
        "texts_with": dict(marks.most_common()),
        "format": rows.own.format,
        "shape_detected": job.shape == "auto",
        "source": source,
        "seed": job.seed,
        "eval_split": job.eval_split,
        "bad_rows": rows.bad_named(),
        "bad_reasons": dict(rows.total("reasons").most_common()),
        **report.summary(),
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (Path(job.summary) if job.summary else out / "summary.json").write_text(text, encoding="utf-8")
    return outputs


def _read_exam(path: Path, events: Events) -> Exam:
    return Exam((at, read.messages, read.references) for at, read in read_questions(path, events))


# Many readers also end a line at these characters, for example Python's `splitlines`.
_LINE_ENDS = {0x85: r"\u0085", 0x2028: r"\u2028", 0x2029: r"\u2029"}


def _canonical(messages: list[Message], tools: list[dict[str, Any]]) -> str:
    row = {"messages": messages, **({"tools": tools} if tools else {})}
    return json.dumps(row, ensure_ascii=False).translate(_LINE_ENDS) + "\n"


def _split(
    checked: Path, out: Path, identities: list[RowIdentity], repeats: Sequence[int], share: float
) -> Counter[str]:
    held_out = eval_groups((identity.group for identity in identities), share)
    counts: Counter[str] = Counter()
    paths = {side: out / f"{side}.jsonl" for side in ("train", "eval")}
    with (
        checked.open("rb") as rows,
        paths["train"].open("wb") as train,
        paths["eval"].open("wb") as evaluation,
    ):
        for identity, copies, line in zip(identities, repeats, rows, strict=True):
            side = "eval" if identity.group in held_out else "train"
            # A held-out row is measured once, however often its like are learned.
            (evaluation if side == "eval" else train).write(line if side == "eval" else line * copies)
            counts[side] += 1 if side == "eval" else copies
    if not counts["eval"]:
        paths["eval"].unlink()
    return counts

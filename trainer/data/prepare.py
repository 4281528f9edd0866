"""The verb `prepare`: checks each row, drops duplicates, and writes canonical JSONL for training and evaluation."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from trainer.data.bad_rows import BadRows
from trainer.data.files.open_file import open_file
from trainer.data.files.row import Row
from trainer.data.files.source_rows import detect_format, read_rows
from trainer.data.row_lengths import Lengths
from trainer.data.rows.bad_row import BadRow, Unread
from trainer.data.rows.identity import RowIdentity, eval_groups, identify
from trainer.data.rows.messages import Message
from trainer.data.rows.read_row import Read, training_row
from trainer.data.unknown_shapes import EXAMPLES, UnknownShapes
from trainer.data.unused_keys import count_keys
from trainer.protocol import events as event
from trainer.protocol.jobs import PrepareJob
from trainer.protocol.outputs import Dropped, PrepareOutputs
from trainer.runtime.events import Events, Failure

_SECONDS_BETWEEN_PROGRESS = 1.0


def main(job: PrepareJob, events: Events) -> PrepareOutputs:
    source, out = Path(job.source), Path(job.out)
    file = open_file(source)
    format = detect_format(file, job.format)
    lengths = Lengths(job.tokenizer, job.max_length)
    out.mkdir(parents=True, exist_ok=True)
    checked = out / ".rows.jsonl"
    bad, unknown = BadRows(source, events), UnknownShapes(source, format)
    told = _Told()
    identities: list[RowIdentity] = []
    with checked.open("w", encoding="utf-8", newline="\n") as written:
        seen: set[bytes] = set()
        for row in _with_progress(read_rows(file, format), events):
            try:
                read = _read(row, job)
            except BadRow as reason:
                unknown.add(reason)
                bad.add(row, reason.why)
                continue
            unknown.end()
            told.add(read)
            identity = identify(read.messages, job.seed)
            if job.deduplicate:
                if identity.content in seen:
                    told.duplicates += 1
                    continue
                seen.add(identity.content)
            identities.append(identity)
            written.write(_canonical(read.messages))
    unknown.judge()
    bad.judge(job.on_bad_row, job.max_bad_rows, told.rows)
    if not identities:
        raise Failure("BAD_DATA", f"{source.name} has no rows. A row is, for example: {EXAMPLES['instruction']}")
    counts = _split(checked, out, identities, job.eval_split, lengths)
    checked.unlink()
    outputs = PrepareOutputs(
        rows=len(identities),
        train_rows=counts["train"],
        eval_rows=counts["eval"],
        dropped=Dropped(duplicate=told.duplicates, bad=bad.total),
        unused_keys=dict(told.unused.most_common()),
        tokens=lengths.tokens,
        shape=told.shapes.most_common(1)[0][0],
    )
    summary = {
        **asdict(outputs),
        "shapes": dict(told.shapes.most_common()),
        "texts_with": dict(told.marks.most_common()),
        "format": format,
        "shape_detected": job.shape == "auto",
        "source": source.name,
        "seed": job.seed,
        "eval_split": job.eval_split,
        "bad_rows": bad.named,
        "bad_reasons": dict(bad.reasons.most_common()),
        **lengths.summary(),
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (Path(job.summary) if job.summary else out / "summary.json").write_text(text, encoding="utf-8")
    return outputs


def _read(row: Row, job: PrepareJob) -> Read:
    if row.bad is not None:
        raise Unread(row.bad.reason, row.bad.detail, row.bad.remedy)
    return training_row(row.value, job.shape, job.system, job.ignore_keys or ())


class _Told:
    """Counts what the summary tells about good rows."""

    def __init__(self) -> None:
        self.rows = self.duplicates = 0
        self.shapes: Counter[str] = Counter()
        self.unused: Counter[str] = Counter()
        # Texts that some templates and models treat as marks.
        self.marks: Counter[str] = Counter()

    def add(self, read: Read) -> None:
        self.rows += 1
        self.shapes[read.shape] += 1
        count_keys(self.unused, read.unused)
        for mark in ("<image>", "<think>"):
            self.marks[mark] += any(mark in message["content"] for message in read.messages)


# Many readers also end a line at these characters, for example Python's `splitlines`.
_LINE_ENDS = {0x85: r"\u0085", 0x2028: r"\u2028", 0x2029: r"\u2029"}


def _canonical(messages: list[Message]) -> str:
    return json.dumps({"messages": messages}, ensure_ascii=False).translate(_LINE_ENDS) + "\n"


def _with_progress(rows: Iterator[Row], events: Events) -> Iterator[Row]:
    shown_at = time.monotonic()
    for count, row in enumerate(rows, 1):
        if time.monotonic() - shown_at >= _SECONDS_BETWEEN_PROGRESS:
            shown_at = time.monotonic()
            events.emit(event.Reading(rows=count))
        yield row


def _split(checked: Path, out: Path, identities: list[RowIdentity], share: float, lengths: Lengths) -> Counter[str]:
    held_out = eval_groups((identity.group for identity in identities), share)
    counts: Counter[str] = Counter()
    paths = {side: out / f"{side}.jsonl" for side in ("train", "eval")}
    with (
        checked.open("rb") as rows,
        paths["train"].open("wb") as train,
        paths["eval"].open("wb") as evaluation,
    ):
        for identity, line in zip(identities, rows, strict=True):
            side = "eval" if identity.group in held_out else "train"
            (evaluation if side == "eval" else train).write(line)
            lengths.add(json.loads(line)["messages"])
            counts[side] += 1
    if not counts["eval"]:
        paths["eval"].unlink()
    return counts

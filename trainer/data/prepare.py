"""The verb `prepare`: checks each row, drops duplicates, and writes canonical JSONL for training and evaluation."""

import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from trainer.data.row import Row, shown
from trainer.data.row_lengths import Lengths
from trainer.data.row_shapes import BadRow, Message, messages_of, shape_of
from trainer.data.row_split import RowIdentity, eval_groups, identify
from trainer.data.source_rows import detect_format, read_rows
from trainer.protocol import events as event
from trainer.protocol.jobs import PrepareJob
from trainer.protocol.outputs import Dropped, PrepareOutputs
from trainer.runtime.events import Events, Failure

_BAD_ROWS_TOLD, _BAD_ROWS_NAMED = 100, 10
_ROWS_LOOKED_AT = _KEYS_LOOKED_AT = 100
_SECONDS_BETWEEN_PROGRESS = 1.0


def main(job: PrepareJob, events: Events) -> PrepareOutputs:
    source, out = Path(job.source), Path(job.out)
    if not source.is_file():
        raise Failure("FILE_NOT_FOUND", f"{source} is not a file. `source` names a JSONL, JSON or CSV file.")
    format = detect_format(source, job.format)
    shape = job.shape if job.shape != "auto" else _detected(source, format)
    lengths = Lengths(job.tokenizer, job.max_length)
    out.mkdir(parents=True, exist_ok=True)
    checked = out / ".rows.jsonl"
    bad = _BadRows(source.name, events)
    dropped: Counter[str] = Counter()
    identities: list[RowIdentity] = []
    with checked.open("w", encoding="utf-8", newline="\n") as file:
        seen: set[bytes] = set()
        for row in _with_progress(read_rows(source, format), events):
            messages = bad.check(row, shape, job.system)
            if messages is None:
                continue
            identity = identify(messages, job.seed)
            if job.deduplicate:
                if identity.content in seen:
                    dropped["duplicate"] += 1
                    continue
                seen.add(identity.content)
            identities.append(identity)
            file.write(_canonical(messages))
    bad.judge(job.on_bad_row, job.max_bad_rows, len(identities) + sum(dropped.values()))
    if not identities:
        raise Failure("BAD_DATA", f"{source.name} has no rows. A row is, for example: {_EXAMPLES['instruction']}")
    counts = _split(checked, out, identities, job.eval_split, lengths)
    checked.unlink()
    outputs = PrepareOutputs(
        rows=len(identities),
        train_rows=counts["train"],
        eval_rows=counts["eval"],
        dropped=Dropped(duplicate=dropped["duplicate"], bad=bad.total),
        tokens=lengths.tokens,
        shape=shape,
    )
    summary = {
        **asdict(outputs),
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
    (out / "summary.json").write_text(text, encoding="utf-8")
    return outputs


def _detected(source: Path, format: str) -> str:
    """The shape that most of the first rows have. They are not kept: each may be as large as a row can be."""
    found: Counter[str] = Counter()
    keys: set[str] = set()
    for row in itertools.islice(read_rows(source, format), _ROWS_LOOKED_AT):
        if shape := shape_of(row.value):
            found[shape] += 1
        elif isinstance(row.value, dict):
            keys.update(shown(str(key), 60) for key in itertools.islice(row.value, _KEYS_LOOKED_AT))
    if found:
        return found.most_common(1)[0][0]
    # No row could be read, so the shape does not matter: each row reports its own fault.
    if not keys:
        return "messages"
    known = "\n".join(f"  {example}" for example in _EXAMPLES.values())
    raise Failure(
        "BAD_DATA",
        f"{source.name}: no row has a known shape. Its fields are: {', '.join(sorted(keys)[:20])}. "
        f"The known shapes are:\n{known}",
        fields=sorted(keys)[:100],
    )


_EXAMPLES = {
    "instruction": '{"instruction": "…", "input": "…", "output": "…"}',
    "prompt": '{"prompt": "…", "completion": "…"}',
    "messages": '{"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}',
    "sharegpt": '{"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]}',
}


class _BadRows:
    def __init__(self, name: str, events: Events):
        self._name, self._events = name, events
        self.total = 0
        self.named: list[str] = []
        self.reasons: Counter[str] = Counter()

    def check(self, row: Row, shape: str, system: str | None) -> list[Message] | None:
        reason = row.bad
        if reason is None:
            try:
                return messages_of(row.value, shape, system)
            except BadRow as bad:
                reason = str(bad)
        reason = shown(reason)
        where = row.where(self._name)
        self.total += 1
        self.reasons[reason if len(self.reasons) < _BAD_ROWS_TOLD or reason in self.reasons else "other"] += 1
        if self.total <= _BAD_ROWS_TOLD:
            self.named.append(f"{where}: {reason}")
            self._events.emit(event.BadRow(where=where, reason=reason))
        return None

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
        listed = "\n".join(f"  {line}" for line in self.named[:_BAD_ROWS_NAMED])
        more = f"\n  … and {self.total - _BAD_ROWS_NAMED} more" if self.total > _BAD_ROWS_NAMED else ""
        raise Failure(
            "BAD_DATA",
            f"{self.total} of {rows} rows of {self._name} cannot be used. {limit}\n{listed}{more}",
            bad_rows=self.total,
            rows=rows,
        )


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

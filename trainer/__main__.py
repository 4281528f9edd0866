"""Run as: python -m trainer VERB JOB.json

Exit codes: 0 done, 1 failed (the last event says why), 3 interrupted on request after saving.
"""

import importlib
import json
import sys
from pathlib import Path

# The module of each verb.
VERBS = {
    "prepare": "data.prepare",
    "fetch": "runtime.fetch",
    "train": "train.train",
    "adapter": "export.adapter",
    "merge": "export.merge",
    "probe": "proof.probe",
    "convert": "export.convert",
    "score": "proof.score",
}


def main(argv: list[str]) -> int:
    if len(argv) != 2 or argv[0] not in VERBS:
        print(__doc__, "Verbs:", ", ".join(VERBS), file=sys.stderr)
        return 2
    from trainer.runtime import supervision
    from trainer.runtime.events import Failure, Interrupted, open_events

    events = open_events()
    supervision.die_with_parent()
    try:
        job = json.loads(Path(argv[1]).read_text(encoding="utf-8"))
        options = job.get("options") or {}
        if not any(options.get(name) for name in ("load_in_4bit", "load_in_8bit")):
            # peft imports it, and half of torch's compiler with it, wherever it is installed: a second of each start.
            sys.modules.setdefault("bitsandbytes", None)
        outputs = importlib.import_module(f"trainer.{VERBS[argv[0]]}").main(job, events)
    except Interrupted as stop:
        events.emit("interrupted", step=stop.step)
        return 3
    except Failure as failure:
        events.emit("failed", code=failure.code, message=str(failure), facts=failure.facts)
        return 1
    except Exception as error:  # the last line must tell the reason, whatever it is
        failure = Failure.of(error)
        import traceback

        traceback.print_exc(file=sys.stderr)
        events.emit("failed", code=failure.code, message=str(failure), facts=failure.facts)
        return 1
    events.emit("done", outputs=outputs or {})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

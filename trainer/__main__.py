"""Run as: python -m trainer VERB JOB.json

Exit codes: 0 done, 1 failed (the last event says why), 3 interrupted on request after saving.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from trainer.protocol.outputs import Outputs
    from trainer.runtime.events import Events

# The module of each verb.
VERBS = {
    "prepare": "data.prepare",
    "leaks": "data.leaks",
    "survey": "data.survey",
    "questions": "data.questions",
    "extract": "documents.extract",
    "fetch": "runtime.fetch",
    "fetch_rows": "data.hub.fetch_rows",
    "modelscope": "runtime.modelscope",
    "train": "train.train",
    "track": "track.track",
    "adapter": "export.adapter",
    "merge": "export.merge",
    "probe": "proof.probe",
    "shell": "proof.shell",
    "convert": "export.convert",
    "convert_adapter": "export.convert_adapter",
    "dequantize": "gguf.dequantize",
    "drift": "quantization.drift",
    "importance": "quantization.importance",
    "score": "proof.score",
}


def main(argv: list[str]) -> int:
    if len(argv) != 2 or argv[0] not in VERBS:
        print(__doc__, "Verbs:", ", ".join(VERBS), file=sys.stderr)
        return 2
    from trainer.protocol import events as event
    from trainer.runtime import supervision
    from trainer.runtime.events import Failure, Interrupted, open_events

    events = open_events()
    supervision.die_with_parent()
    try:
        job = json.loads(Path(argv[1]).read_text(encoding="utf-8"))
        options = job.get("options") or {}
        if not any(options.get(name) for name in ("load_in_4bit", "load_in_8bit")):
            # peft imports bitsandbytes if it is installed, and with it half of torch's compiler. That takes 1 s of each start.
            sys.modules.setdefault("bitsandbytes", cast(Any, None))
        outputs = run_verb(argv[0], job, events)
    except Interrupted as stop:
        events.emit(event.Interrupted(step=stop.step))
        return 3
    except Failure as failure:
        events.emit(event.Failed(code=failure.code, message=str(failure), facts=failure.facts))
        return 1
    except Exception as error:  # for every error, the last event must say why
        named = Failure.of(error)
        import traceback

        traceback.print_exc(file=sys.stderr)
        events.emit(event.Failed(code=named.code, message=str(named), facts=named.facts))
        return 1
    events.emit(event.Done(outputs=outputs))
    return 0


def run_verb(verb: str, data: dict[str, Any], events: "Events") -> "Outputs":
    """Reads the job and runs the verb. Raises Failure or Interrupted."""
    from trainer.protocol.jobs import JOBS
    from trainer.runtime.job_reader import read_job

    job: Any = read_job(JOBS[verb], data)
    return cast("Outputs", importlib.import_module(f"trainer.{VERBS[verb]}").main(job, events))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

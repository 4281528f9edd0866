"""Runs the trainer and signals it at an exact moment. A signal from outside would come late on a busy machine.

Run as: SIGNAL_AT="EVENT STEP NUMBER" python signalled.py train JOB.json
EVENT is an event of the trainer, or `save`: between the files of a checkpoint. STEP is the first step that counts.
"""

import os
import re
import runpy
import sys
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parents[2])

from trainer.protocol.events import Event  # noqa: E402
from trainer.runtime.events import Events  # noqa: E402

name, first, number = os.environ.pop("SIGNAL_AT").split()
emit, fsync = Events.emit, os.fsync
sent: list[int] = []


def signal_once(moment: str, step: int) -> None:
    if moment == name and step >= int(first) and not sent:
        sent.append(step)
        os.kill(os.getpid(), int(number))


def emit_and_signal(self: Events, event: Event) -> None:
    emit(self, event)
    signal_once(event.event, getattr(event, "step", 0))


def fsync_and_signal(handle: Any) -> None:
    fsync(handle)
    number = handle if isinstance(handle, int) else handle.fileno()
    if staged := re.search(r"/\.staging-\d+-(\d+)/", os.readlink(f"/proc/self/fd/{number}")):
        signal_once("save", int(staged[1]))


Events.emit, os.fsync = emit_and_signal, fsync_and_signal  # type: ignore[method-assign, assignment]
runpy.run_module("trainer", run_name="__main__", alter_sys=True)

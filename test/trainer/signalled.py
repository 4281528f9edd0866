"""Signals a trainer at an exact moment. A signal from outside would come late on a busy machine.

Run as: SIGNAL_AT="EVENT STEP NUMBER" python signalled.py train JOB.json
EVENT is an event of the trainer, or `save`: between the files of a checkpoint. STEP is the first step that counts.
"""

import os
import re
import runpy
import sys
from pathlib import Path
from typing import Any


def signal_at(name: str, first: int, number: int) -> None:
    """Makes this process signal itself, once, when it runs the trainer."""
    from trainer.protocol.events import Event
    from trainer.runtime.events import Events

    emit, fsync = Events.emit, os.fsync
    sent: list[int] = []

    def signal_once(moment: str, step: int) -> None:
        if moment == name and step >= first and not sent:
            sent.append(step)
            os.kill(os.getpid(), number)

    def emit_and_signal(self: Events, event: Event) -> None:
        emit(self, event)
        signal_once(event.event, getattr(event, "step", 0))

    def fsync_and_signal(handle: Any) -> None:
        fsync(handle)
        number = handle if isinstance(handle, int) else handle.fileno()
        if staged := re.search(r"/\.staging-\d+-(\d+)/", os.readlink(f"/proc/self/fd/{number}")):
            signal_once("save", int(staged[1]))

    Events.emit, os.fsync = emit_and_signal, fsync_and_signal  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[2])
    moment, step, number = os.environ.pop("SIGNAL_AT").split()
    signal_at(moment, int(step), int(number))
    runpy.run_module("trainer", run_name="__main__", alter_sys=True)

"""Trains as the job says. Before the save of step 8, forks are killed at seeded bytes of that save.

Run as: LD_PRELOAD=kill_at_byte.so python die_while_saving.py JOB.json SEED POINTS
Prints the file of each write to stderr, and at the end the findings as JSON to stdout.
"""

import ctypes
import json
import random
import signal
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from file_faults import in_a_child  # noqa: E402
from rig import train  # noqa: E402
from trainer.train import checkpoint  # noqa: E402
from trainer.train.session import Session  # noqa: E402

job, seed, points = json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2]), int(sys.argv[3])
checkpoints = Path(job["workdir"], "checkpoints")
shim = ctypes.CDLL(None)
save = Session.save
killed: list[int] = []


def names() -> list[str]:
    return sorted(path.name for path in checkpoints.iterdir())


def save_and_die(self: Session, step: int, write: Any) -> None:
    if step == 8:
        before, pick = names(), random.Random(seed)
        whole = [path for path in (checkpoints / "checkpoint-4").iterdir() if path.is_file()]
        size = sum(path.stat().st_size for path in whole)

        for at in [pick.randrange(size * 9 // 10) for _ in range(points)]:

            def die(at: Any = at) -> None:
                shim.arm(ctypes.c_long(at))
                save(self, step, write)

            assert in_a_child(die) == -signal.SIGKILL
            left = [name for name in names() if name not in before]
            assert len(left) == 1 and left[0].startswith(".staging-"), left
            checkpoint.verify(checkpoints / "checkpoint-4")
            checkpoint.clear_leftovers(checkpoints)
            assert names() == before
            killed.append(at)
    save(self, step, write)


Session.save = save_and_die  # type: ignore[method-assign]
outputs, _ = train(job)
print(json.dumps({"killed": killed, "final_step": outputs["final_step"]}))

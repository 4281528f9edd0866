"""The libraries that a trainer loads at its start, because each start waits for them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rig import ROOT


@pytest.mark.parametrize("asked, found", [({}, False), ({"load_in_4bit": True}, True), ({"load_in_8bit": True}, True)])
def test_bitsandbytes_is_there_only_for_a_training_that_asks_for_it(asked: Any, found: Any, tmp_path: Path) -> None:
    # The job is refused because it is incomplete. The imports are decided before that.
    job = tmp_path / "job.json"
    job.write_text(json.dumps({"options": asked}))
    script = (
        "import sys; from importlib.util import find_spec; from trainer.__main__ import main\n"
        f"main(['train', {str(job)!r}]); print(find_spec('bitsandbytes') is not None, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert json.loads(ended.stdout)["code"] == "BAD_JOB", ended.stdout
    assert ended.stderr.splitlines()[-1] == str(found), ended.stderr

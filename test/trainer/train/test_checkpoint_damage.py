"""Each file of a real checkpoint is removed, cut or changed by one bit. The trainer finds it and takes an older checkpoint."""

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from rig import Seen, adapter_digest, flip_a_bit, make_job, steps, train
from trainer.runtime.events import Events, Failure
from trainer.train import resume

HARMS = {
    "removed": lambda path: path.unlink(),
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "one bit flipped": flip_a_bit,
}


def find(workdir: Path, expected: Any) -> Any:
    seen = Seen()
    found = resume.find_checkpoint(workdir, None, expected, False, Events(seen))
    return found, seen.events


def test_damage_to_any_file_is_found_and_the_older_checkpoint_is_taken(stopped: Any, tmp_path: Path) -> None:
    expected = json.loads((stopped / "checkpoints/checkpoint-7/manifest.json").read_text())["fingerprints"]
    newest = stopped / "checkpoints/checkpoint-7"
    names = sorted(path.relative_to(newest).as_posix() for path in newest.rglob("*") if path.is_file())
    assert {"manifest.json", "adapter_model.safetensors", "optimizer.pt", "rng_state.pth", "progress.json"} <= {*names}
    points = 0
    for name in names:
        for harm in HARMS:
            workdir = shutil.copytree(stopped, tmp_path / str(points))
            HARMS[harm](workdir / "checkpoints/checkpoint-7" / name)
            found, events = find(workdir, expected)
            points += 1
            assert found and found.step == 4, (name, harm)
            assert [event["event"] for event in events] == ["quarantined"], (name, harm)
            assert ("manifest" if name == "manifest.json" else name) in events[0]["reason"], (name, harm)
            assert Path(events[0]["path"]).parent == workdir / "quarantine" and Path(events[0]["path"]).is_dir()
            assert steps(workdir) == [4]
            shutil.rmtree(workdir)
    print(f"{points} points: {len(names)} files")


@pytest.mark.parametrize("name", ["manifest.json", "optimizer.pt"])
def test_an_unreadable_checkpoint_is_kept_and_no_older_one_is_taken(
    name: str, stopped: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network disk that is away does not show that its files are damaged."""
    expected = json.loads((stopped / "checkpoints/checkpoint-7/manifest.json").read_text())["fingerprints"]
    workdir = shutil.copytree(stopped, tmp_path / "work")
    opened = Path.open

    def away(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path == workdir / "checkpoints/checkpoint-7" / name:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(path))
        return opened(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", away)
        with pytest.raises(Failure, match="checkpoint-7 cannot be read at the moment .*[Ss]tale"):
            find(workdir, expected)
    assert steps(workdir) == [4, 7]
    found, events = find(workdir, expected)
    assert found and found.step == 7 and events == []


def test_with_every_checkpoint_damaged_it_restarts_at_0_and_ends_with_the_same_bits(
    stopped: Any, base: Path, rows: Path, held_out: Path, tmp_path: Path
) -> None:
    whole, _ = train(make_job(tmp_path / "whole", base, rows, held_out))
    workdir = shutil.copytree(stopped, tmp_path / "broken")
    for step, name in ((4, "rng_state.pth"), (7, "adapter_model.safetensors")):
        flip_a_bit(workdir / f"checkpoints/checkpoint-{step}/{name}")
    outputs, events = train(make_job(workdir, base, rows, held_out, attempt=2))
    told = [event["reason"].split(":")[0] for event in events if event["event"] == "quarantined"]
    assert told == ["checkpoint-7", "checkpoint-4"]
    assert [event["step"] for event in events if event["event"] in ("resumed", "started")] == [0]
    assert outputs["resumed_from"] == []
    last = whole["final_step"]
    assert adapter_digest(workdir, last) == adapter_digest(tmp_path / "whole", last)

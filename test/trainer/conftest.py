import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Threads that wait for each other make a tiny model slower, by tens of seconds on a busy machine.
os.environ["OMP_NUM_THREADS"] = "1"

# `trainer` must be the package beside `test`, from whatever folder pytest is started.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest  # noqa: E402

import tiny_model  # noqa: E402
from rig import make_job, steps, stop_at, train  # noqa: E402
from trainer.runtime.events import Interrupted  # noqa: E402


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny_model.make_tiny_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny_model.write_rows(tmp_path_factory.mktemp("rows") / "train.jsonl", rows=38)


@pytest.fixture(scope="session")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny_model.write_rows(tmp_path_factory.mktemp("eval") / "eval.jsonl", rows=5)


@pytest.fixture
def hub(base: Path) -> Iterator[Any]:
    """A Hub with a model whose files are safetensors, and beside them files that nobody needs."""
    from hub import Hub

    files = {path.name: path.read_bytes() for path in base.iterdir()}
    others = {
        "pytorch_model.bin": b"pickle",
        "original/model.safetensors": b"again",
        "consolidated.safetensors": b"again",
        "README.md": b"#",
    }
    hub = Hub({**files, **others})
    yield hub
    hub.close()


# One for each module: refused trainings leave their lock in it.
@pytest.fixture(scope="module")
def stopped(base: Path, rows: Path, held_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A training with checkpoints of steps 4 and 7 that can be resumed."""
    workdir = tmp_path_factory.mktemp("stopped")
    with pytest.raises(Interrupted):
        train(make_job(workdir, base, rows, held_out), on=stop_at(6))
    assert steps(workdir) == [4, 7]
    return workdir


@pytest.fixture
def nest(tmp_path: Path) -> Any:
    """The folder where a canary appears for each file that was run as a program."""
    from canaries import Nest

    return Nest(tmp_path / "canaries")

"""Pickles in a checkpoint: only those that the training library writes, and only with numbers in them."""

from pathlib import Path

from trainer.runtime.base_files import PICKLES
from trainer.train.checkpoint import Corrupt

_STATES = ("optimizer.pt", "scheduler.pt", "rng_state.pth", "scaler.pt")


def refuse_code(directory: Path) -> None:
    """Raises Corrupt. Nothing is loaded: the names that a pickle would call are read from its instructions.

    The library itself refuses such a file as well, but it would end the training where an older checkpoint could be
    taken.
    """
    import torch
    from transformers.trainer_pt_utils import safe_globals

    for path in sorted(directory.rglob("*")):
        if path.suffix not in PICKLES:
            continue
        if path.name not in _STATES or path.parent != directory:
            raise Corrupt(f"{path.name} is a pickle that no training of temper writes")
        try:
            with safe_globals():
                called = torch.serialization.get_unsafe_globals_in_checkpoint(path)
        except Exception as error:
            raise Corrupt(f"{path.name} cannot be read as numbers ({type(error).__name__})") from None
        if called:
            raise Corrupt(f"{path.name} is a pickle that would call {', '.join(sorted(called)[:3])}")

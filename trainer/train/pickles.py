"""Refuses pickles in a checkpoint, except the four that the training library writes, with only numbers in them."""

from pathlib import Path

from trainer.runtime.base_files import PICKLES
from trainer.train.checkpoint import Corrupt

_STATES = ("optimizer.pt", "scheduler.pt", "rng_state.pth", "scaler.pt")


def refuse_code(directory: Path) -> None:
    """Raises Corrupt if a pickle would call a function. Reads the names from its instructions and loads nothing.

    The library refuses such a file too, but by then it is too late to take an older checkpoint.
    """
    import torch
    from transformers.trainer_pt_utils import safe_globals

    for path in sorted(directory.rglob("*")):
        if path.suffix not in PICKLES:
            continue
        if path.name not in _STATES or path.parent != directory:
            raise Corrupt(f"{path.name} is a pickle that temper does not write")
        try:
            with safe_globals():
                called = torch.serialization.get_unsafe_globals_in_checkpoint(path)
        except Exception as error:
            raise Corrupt(f"{path.name} cannot be read as numbers ({type(error).__name__})") from None
        if called:
            raise Corrupt(f"{path.name} is a pickle that would call {', '.join(sorted(called)[:3])}")

"""Refuses a GGUF file that cannot be turned back into a base model with certainty."""

from trainer.gguf.file import GgufFile
from trainer.runtime.events import Failure


def unsupported(file: GgufFile, reason: str) -> Failure:
    return Failure("GGUF_UNSUPPORTED", f"{file.path.name} cannot become a base model: {reason}.")

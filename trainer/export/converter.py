"""Runs llama.cpp's converter in this process, and says what it does not say itself."""

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from trainer.export.pretokenizers import cut_of
from trainer.protocol import events as event
from trainer.runtime.events import Events, Failure

_SECONDS_BETWEEN_PROGRESS = 0.5
# The files that it reads a vocabulary from, in one way or another for each architecture.
_VOCABULARIES = (
    "tokenizer.model",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
    "merges.txt",
    "spiece.model",
)


def run_converter(model: Path, out: Path, type: str, source: Path, events: Events) -> None:
    """Raises UNSUPPORTED_ARCHITECTURE, UNKNOWN_PRETOKENIZER or CONVERSION_FAILED; a failure of the machine keeps its own code."""
    open_source(source, "convert_hf_to_gguf.py")
    import convert_hf_to_gguf
    from conversion import ModelBase, ModelType, get_model_architecture, get_model_class

    architecture = get_model_architecture(ModelBase.load_hparams(model, False), ModelType.TEXT)
    try:
        get_model_class(architecture, mmproj=False)
    except NotImplementedError:
        raise Failure("UNSUPPORTED_ARCHITECTURE", f"llama.cpp's converter does not know {architecture}.") from None
    refuse_code()
    _teach_pretokenizer(model)
    _set_bos(model)
    _report_progress(events)
    options = [str(model), "--outfile", str(out), "--outtype", type, "--model-name", "model"]
    arguments, sys.argv = sys.argv, ["convert_hf_to_gguf.py", *options]
    try:
        convert_hf_to_gguf.main()
    except SystemExit as end:
        if end.code:
            raise Failure(
                "CONVERSION_FAILED",
                f"llama.cpp's converter failed on {architecture}. Its output is in the log of the step.",
            ) from end
    except Failure:
        raise
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        raise failure_of(error, architecture, model) from error
    finally:
        sys.argv = arguments


def open_source(source: Path, script: str) -> Path:
    """Lets this process import llama.cpp's converters, without a network. Returns the path of the script, or raises TOOL_MISSING."""
    path = source / script
    if not path.is_file():
        raise Failure("TOOL_MISSING", f"{source} holds no {script}. temper fetches this folder again if it is removed.")
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    sys.path.insert(0, str(source))
    return path


def failure_of(error: Exception, architecture: str, model: Path) -> Failure:
    """Names what the converter cannot convert, which it tells by exceptions of any class."""
    named = Failure.of(error)
    text = f"{type(error).__name__}: {error}"
    # A package that the converter wants for some models and temper's environment has not is no damage of the environment.
    if named.code != "UNKNOWN" and not isinstance(error, ModuleNotFoundError):
        return named
    if missing := next((name for name in _VOCABULARIES if name in text and not (model / name).is_file()), None):
        return Failure(
            "CONVERSION_FAILED",
            f"llama.cpp's converter reads the vocabulary of {architecture} from {missing}, and the base model has no such file. "
            f"Copy {missing} from the original model into the folder of the base, beside its config.json.",
            missing=missing,
        )
    said = text.replace(f"{model}{os.sep}", "")[:600]
    return Failure("CONVERSION_FAILED", f"llama.cpp's converter cannot convert this {architecture}: {said}")


def refuse_code() -> None:
    """Makes transformers refuse the code of a model. The converter loads tokenizers with trust_remote_code."""
    from transformers import dynamic_module_utils

    def refuse(name: str, *_: Any, **__: Any) -> Any:
        raise Failure("BASE_UNREADABLE", f"The model asks for its own code ({name}), which temper never runs.")

    dynamic_module_utils.get_class_in_module = refuse


def _teach_pretokenizer(model: Path) -> None:
    from conversion.base import TextModel

    recognise = TextModel.get_vocab_base_pre

    def by_text_or_pattern(self: Any, tokenizer: Any) -> str:
        try:
            return recognise(self, tokenizer)
        except NotImplementedError:
            if (cut := cut_of(model)) and cut.pre:
                return cut.pre
            raise Failure(
                "UNKNOWN_PRETOKENIZER",
                "llama.cpp does not know how this tokenizer splits text, so the model would read other tokens than in its training.",
            ) from None

    TextModel.get_vocab_base_pre = by_text_or_pattern


def _set_bos(model: Path) -> None:
    """Takes add_bos_token from the tokenizer's settings, as the training did.

    The converter would ask the post-processor, and for Llama models guess from the size of the vocabulary, which Granite
    and SmolLM share.
    """
    import gguf

    settings = model / "tokenizer_config.json"
    said = json.loads(settings.read_text(encoding="utf-8")).get("add_bos_token") if settings.is_file() else None
    if said is None:
        return
    read, write = gguf.SpecialVocab._load, gguf.GGUFWriter.add_add_bos_token

    def load(self: Any, path: Any) -> None:
        read(self, path)
        self.add_special_token["bos"] = bool(said)

    gguf.SpecialVocab._load = load
    gguf.GGUFWriter.add_add_bos_token = lambda self, _: write(self, bool(said))


def _report_progress(events: Events) -> None:
    """Replaces tqdm, because the converter reports its progress only to tqdm."""
    import tqdm

    class ProgressBar(tqdm.tqdm):
        shown_at = 0.0

        def __init__(self, *arguments: Any, **options: Any):
            super().__init__(*arguments, **{**options, "disable": True})
            self.total, self.done = options.get("total"), 0.0

        def update(self, n: float | None = 1) -> bool | None:
            self.done += n or 0
            now = time.monotonic()
            if self.total and (self.done >= self.total or now - self.shown_at > _SECONDS_BETWEEN_PROGRESS):
                self.shown_at = now
                events.emit(event.Converting(done=int(self.done), total=int(self.total)))
            return None

    tqdm.tqdm = ProgressBar

"""The verb `convert`: runs llama.cpp's converter in this process to turn a model directory into a GGUF file."""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from trainer.export.pretokenizers import cut_of
from trainer.export.weight_files import read_shards
from trainer.protocol import events as event
from trainer.protocol.jobs import ConvertJob
from trainer.protocol.outputs import ConvertOutputs
from trainer.runtime.base_files import check_base
from trainer.runtime.events import Events, Failure

_BYTES_PER_WEIGHT = {"f16": 2.0, "bf16": 2.0, "f32": 4.0, "q8_0": 1.07}
_SPARE_BYTES = 64_000_000
# SentencePiece's algorithms, as `tokenizer.ggml.model` names them.
_ALGORITHMS = {"llama": "BPE", "t5": "unigram"}
_SECONDS_BETWEEN_PROGRESS = 0.5


def main(job: ConvertJob, events: Events) -> ConvertOutputs:
    model, out, source = Path(job.model).absolute(), Path(job.out).absolute(), Path(job.source)
    check_base(model)
    if job.type not in _BYTES_PER_WEIGHT:
        raise Failure(
            "BAD_OPTIONS",
            f"llama.cpp's converter makes {', '.join(_BYTES_PER_WEIGHT)}, not {job.type}. The other types are quantized from f16.",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    _check_disk(model, out.parent, job.type)
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    # The converter names the model after its directory. A fixed name gives the same bytes for the same model.
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".convert-") as folder:
        named = Path(folder) / "model"
        named.symlink_to(model, target_is_directory=True)
        part = Path(folder) / "model.gguf"
        _convert(named, part, job.type, source, events)
        outputs = _read_back(part, model)
        part.rename(out)
    return outputs


def _check_disk(model: Path, folder: Path, type: str) -> None:
    weights = sum(weight.elements for shard in read_shards(model) for weight in shard.weights)
    needed, free = int(weights * _BYTES_PER_WEIGHT[type]) + _SPARE_BYTES, shutil.disk_usage(folder).free
    if free < needed:
        raise Failure(
            "DISK_FULL",
            f"The {type} file needs {needed / 1e9:.2f} GB and {free / 1e9:.2f} GB are free at {folder}.",
            needed_bytes=needed,
            free_bytes=free,
        )


def _convert(model: Path, out: Path, type: str, source: Path, events: Events) -> None:
    if not (source / "convert_hf_to_gguf.py").is_file():
        raise Failure(
            "TOOL_MISSING",
            f"{source} holds no convert_hf_to_gguf.py. temper fetches this folder again if it is removed.",
        )
    sys.path.insert(0, str(source))
    import convert_hf_to_gguf
    from conversion import ModelBase, ModelType, get_model_architecture, get_model_class

    architecture = get_model_architecture(ModelBase.load_hparams(model, False), ModelType.TEXT)
    try:
        get_model_class(architecture, mmproj=False)
    except NotImplementedError:
        raise Failure("UNSUPPORTED_ARCHITECTURE", f"llama.cpp's converter does not know {architecture}.") from None
    _refuse_code()
    _teach_pretokenizer(model)
    _set_bos(model)
    _report_progress(events)
    arguments, sys.argv = (
        sys.argv,
        ["convert_hf_to_gguf.py", str(model), "--outfile", str(out), "--outtype", type, "--model-name", "model"],
    )
    try:
        convert_hf_to_gguf.main()
    except SystemExit as end:
        if end.code:
            raise Failure(
                "CONVERSION_FAILED",
                f"llama.cpp's converter failed on {architecture}. Its output is in the log of the step.",
            ) from end
    finally:
        sys.argv = arguments


def _refuse_code() -> None:
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


def _read_back(path: Path, model: Path) -> ConvertOutputs:
    from gguf import GGUFReader

    reader = GGUFReader(path)

    def value(key: str) -> Any:
        field = reader.get_field(key)
        return field.contents() if field else None

    settings = (
        json.loads((model / "tokenizer_config.json").read_text(encoding="utf-8"))
        if (model / "tokenizer_config.json").is_file()
        else {}
    )
    algorithm, cut = value("tokenizer.ggml.model"), cut_of(model)
    # SentencePiece's two algorithms give other tokens for most texts, and the converter does not ask which one it has.
    if cut and {cut.model, algorithm} == {"llama", "t5"}:
        raise Failure(
            "UNKNOWN_PRETOKENIZER",
            f"llama.cpp's converter takes the tokenizer for SentencePiece's {_ALGORITHMS[algorithm]}, but it is its {_ALGORITHMS[cut.model]}, "
            "so the model would read other tokens than in its training.",
        )
    template, written = settings.get("chat_template"), value("tokenizer.chat_template")
    if isinstance(template, str) and written != template:
        raise Failure("CONVERSION_FAILED", "The converted file does not hold the chat template of the model.")
    return ConvertOutputs(
        bytes=path.stat().st_size,
        architecture=value("general.architecture"),
        tensors=len(reader.tensors),
        template_present=written is not None,
        pretokenizer=value("tokenizer.ggml.pre"),
        add_bos=value("tokenizer.ggml.add_bos_token"),
    )

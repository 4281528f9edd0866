"""The verb `convert`: turns a model directory into a GGUF file by llama.cpp's converter."""

import json
import tempfile
from pathlib import Path
from typing import Any

from trainer.export.converter import run_converter
from trainer.export.pretokenizers import cut_of
from trainer.export.weight_headers import read_shards
from trainer.protocol.jobs import ConvertJob
from trainer.protocol.outputs import ConvertOutputs
from trainer.runtime.base_files import check_base
from trainer.runtime.disk_space import require_room
from trainer.runtime.events import Events, Failure

_BYTES_PER_WEIGHT = {"f16": 2.0, "bf16": 2.0, "f32": 4.0, "q8_0": 1.07}
# SentencePiece's algorithms, as `tokenizer.ggml.model` names them.
_ALGORITHMS = {"llama": "BPE", "t5": "unigram"}


def main(job: ConvertJob, events: Events) -> ConvertOutputs:
    model, out, source = Path(job.model).absolute(), Path(job.out).absolute(), Path(job.source)
    check_base(model)
    if job.type not in _BYTES_PER_WEIGHT:
        raise Failure(
            "BAD_OPTIONS",
            f"llama.cpp's converter makes {', '.join(_BYTES_PER_WEIGHT)}, not {job.type}. The other types are quantized from f16.",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    weights = sum(weight.elements for shard in read_shards(model) for weight in shard.weights)
    require_room(out.parent, int(weights * _BYTES_PER_WEIGHT[job.type]), f"The {job.type} file")
    # The converter names the model after its directory. A fixed name gives the same bytes for the same model.
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".convert-") as folder:
        named = Path(folder) / "model"
        named.symlink_to(model, target_is_directory=True)
        part = Path(folder) / "model.gguf"
        run_converter(named, part, job.type, source, events)
        outputs = _read_back(part, model)
        part.rename(out)
    return outputs


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

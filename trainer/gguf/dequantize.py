"""The verb `dequantize`: makes the folder of a base model from a GGUF file, or refuses what it does not know for sure."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from trainer.data.templates.chat_template import Renderer
from trainer.gguf.architectures import architecture_of, sources_of
from trainer.gguf.file import GgufFile, open_gguf
from trainer.gguf.refusals import unsupported
from trainer.gguf.settings import config_of
from trainer.gguf.tokenizer_files import name_end, write_tokenizer
from trainer.gguf.vocabulary import Vocabulary, vocabulary_of
from trainer.gguf.weights import Source, write_weights
from trainer.protocol import events as event
from trainer.protocol.jobs import DequantizeJob
from trainer.protocol.outputs import DequantizeOutputs
from trainer.runtime.events import Events


def main(job: DequantizeJob, events: Events) -> DequantizeOutputs:
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    events.emit(event.Loading(what="libraries"))
    file, out = open_gguf(Path(job.source)), Path(job.out)
    name, architecture = architecture_of(file)
    config = config_of(file, name, architecture)
    vocabulary = vocabulary_of(file)
    sources = sources_of(file, architecture, config["num_attention_heads"], config["num_key_value_heads"])
    _check_complete(file, config, sources)
    out.mkdir(parents=True, exist_ok=True)
    # The tokenizer comes first: it is cheap, and most refusals are its.
    template = job.template or file.text("tokenizer.chat_template")
    _write(out / "config.json", config)
    ends = _write_tokenizer(file, vocabulary, template, out)
    _write(out / "generation_config.json", {**_named(vocabulary, ends)})
    dtype, size = write_weights(file, sources, out, events)
    config["dtype"] = config["torch_dtype"] = str(dtype).removeprefix("torch.")
    _write(out / "config.json", {**config, **_named(vocabulary, ends)})
    return DequantizeOutputs(
        architecture=config["architectures"][0],
        quantization=_quantization(sources),
        name=file.text("general.name"),
        license=file.text("general.license"),
        parameters=sum(source.tensor.elements for source in sources),
        bytes=size,
        dtype=config["dtype"],
        pretokenizer=vocabulary.pre if vocabulary.model == "gpt2" else None,
        template_sha256=f"sha256:{hashlib.sha256(template.encode()).hexdigest()}" if template else None,
        end=vocabulary.tokens[ends[0]] if ends else None,
    )


def _write_tokenizer(file: GgufFile, vocabulary: Vocabulary, template: str | None, out: Path) -> list[int]:
    """Returns the tokens that end an answer. The template's comes first: files often name another one, or the start token."""
    tokenizer = write_tokenizer(file, vocabulary, template, out)
    end = Renderer(tokenizer, template).end_token() if template else None
    ends = [index for index in dict.fromkeys([end, *vocabulary.ends]) if index is not None]
    if end is not None:
        name_end(out, vocabulary.tokens[end])
    return ends


def _named(vocabulary: Vocabulary, ends: list[int]) -> dict[str, Any]:
    return {"bos_token_id": vocabulary.bos, "eos_token_id": ends or None, "pad_token_id": vocabulary.padding}


def _check_complete(file: GgufFile, config: dict[str, Any], sources: list[Source]) -> None:
    """Compares the weights with those of the model that transformers makes of the config, by name and shape."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    settings = {key: value for key, value in config.items() if key not in ("model_type", "architectures")}
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(config["model_type"], **settings))
    wanted = {name: tuple(weight.shape) for name, weight in model.named_parameters()}
    found = {source.name: source.tensor.shape for source in sources}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise unsupported(
                file,
                f"its weight {name} is {found.get(name, 'missing')}, and {config['architectures'][0]} "
                f"{f'has {wanted[name]}' if name in wanted else 'has none'}",
            )


def _quantization(sources: list[Source]) -> str:
    """Returns the type of most of the numbers, such as Q4_K."""
    counts: dict[str, int] = {}
    for source in sources:
        counts[source.tensor.kind.name] = counts.get(source.tensor.kind.name, 0) + source.tensor.elements
    return max(counts, key=lambda kind: counts[kind])


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

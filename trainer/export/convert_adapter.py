"""The verb `convert_adapter`: runs llama.cpp's converter in this process to turn a LoRA adapter into a GGUF file.

Ollama puts that file on the base model that it already has.
"""

import json
import math
import runpy
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from trainer.export.adapter_deltas import Delta, read_deltas
from trainer.export.converter import open_source, refuse_code
from trainer.protocol import events as event
from trainer.protocol.jobs import ConvertAdapterJob
from trainer.protocol.outputs import ConvertAdapterOutputs
from trainer.runtime.events import Events, Failure

# As the training left them: an adapter is small, and f16 would round its smallest numbers to nothing.
_TYPE = "f32"
_CONFIG, _WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def main(job: ConvertAdapterJob, events: Events) -> ConvertAdapterOutputs:
    base, adapter, out = Path(job.base).absolute(), Path(job.adapter).absolute(), Path(job.out).absolute()
    deltas = read_deltas(adapter)
    out.parent.mkdir(parents=True, exist_ok=True)
    events.emit(event.Loading(what="libraries"))
    # The converter names the file after folders. Fixed names give the same bytes for the same adapter.
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".convert-") as folder:
        named, plain, part = Path(folder) / "base", Path(folder) / "adapter", Path(folder) / "adapter.gguf"
        named.symlink_to(base, target_is_directory=True)
        alpha = _write_plain(adapter, plain)
        _convert(named, plain, part, Path(job.source))
        outputs = _read_back(part, deltas, alpha)
        part.rename(out)
    return outputs


def _write_plain(adapter: Path, out: Path) -> float:
    """Writes the adapter with the alpha that means the same as alpha / r: the converter knows no rsLoRA."""
    config = json.loads((adapter / _CONFIG).read_text(encoding="utf-8"))
    if config.get("use_rslora"):
        config.update(use_rslora=False, lora_alpha=config["lora_alpha"] * math.sqrt(config["r"]))
    out.mkdir()
    (out / _CONFIG).write_text(json.dumps(config), encoding="utf-8")
    shutil.copyfile(adapter / _WEIGHTS, out / _WEIGHTS)
    return float(config["lora_alpha"])


def _convert(base: Path, adapter: Path, out: Path, source: Path) -> None:
    script = open_source(source, "convert_lora_to_gguf.py")
    refuse_code()
    arguments = ["--base", str(base), "--outfile", str(out), "--outtype", _TYPE, str(adapter)]
    before, sys.argv = sys.argv, [script.name, *arguments]
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise _failed("its output is in the log of the step") from end
    except (Failure, MemoryError, OSError):
        raise
    except Exception as error:
        # Layers that the converter cannot rearrange as a pair of matrices end in errors of many kinds.
        raise _failed(f"{type(error).__name__}: {error}"[:400].removesuffix(": ")) from error
    finally:
        sys.argv = before


def _read_back(path: Path, deltas: dict[str, Delta], alpha: float) -> ConvertAdapterOutputs:
    """Refuses a file that lacks a part of the adapter: the converter leaves out what it does not know, and reports success."""
    from gguf import GGUFReader

    reader = GGUFReader(path)

    def value(key: str) -> Any:
        field = reader.get_field(key)
        return field.contents() if field else None

    # One matrix may become several, each with all of `a` and its own rows of `b`.
    written = sum(int(tensor.n_elements) for tensor in reader.tensors if tensor.name.endswith(".lora_b"))
    wanted = sum(delta.b.numel() for delta in deltas.values())
    if written != wanted:
        raise _failed(f"it left out a part of the adapter, {wanted - written} of {wanted} numbers")
    if value("adapter.type") != "lora" or not math.isclose(value("adapter.lora.alpha"), alpha, rel_tol=1e-6):
        raise _failed("the file has another scale than the adapter")
    return ConvertAdapterOutputs(
        bytes=path.stat().st_size, tensors=len(reader.tensors), architecture=value("general.architecture")
    )


def _failed(why: str) -> Failure:
    return Failure("CONVERSION_FAILED", f"llama.cpp's converter cannot make a file of this adapter: {why}.")

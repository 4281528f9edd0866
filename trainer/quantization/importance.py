"""The verb `importance`: writes an importance matrix, by which llama.cpp's quantizer rounds weights that matter more finely.

For each column of a weight it is the sum of the squared inputs that the column meets, over all tokens of the rows: what
llama.cpp's `llama-imatrix` collects, in its file format. Here the rows are rendered by the training's template, which that
tool does not know.
"""

import os
from pathlib import Path
from typing import Any

from trainer.proof.greedy_answers import load_as_f16
from trainer.protocol import events as event
from trainer.protocol.jobs import ImportanceJob
from trainer.protocol.outputs import ImportanceOutputs
from trainer.quantization.matrices import Matrix, match, open_quantized
from trainer.quantization.rows import read_rows
from trainer.runtime.base_files import check_base, load_tokenizer
from trainer.runtime.device import device_type, see_one_device
from trainer.runtime.events import Events, Failure


def main(job: ImportanceJob, events: Events) -> ImportanceOutputs:
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    folder = Path(job.model)
    check_base(folder)
    events.emit(event.Loading(what="tokenizer"))
    examples = read_rows(Path(job.rows), folder, load_tokenizer(folder), job.thoughts, job.max_tokens)
    events.emit(event.Loading(what="model"))
    see_one_device()
    import torch

    model = load_as_f16(folder, device_type())
    sums = _watch(model, match(model, open_quantized(Path(job.parent))))
    tokens = 0
    with torch.inference_mode():
        for done, example in enumerate(examples, 1):
            model(torch.tensor([list(example.input_ids)], device=model.device), use_cache=False, logits_to_keep=1)
            tokens += len(example.input_ids)
            events.emit(event.Measuring(done=done, total=len(examples)))
    _write(Path(job.out), {name: total.cpu().numpy() for name, total in sums.items()}, tokens)
    return ImportanceOutputs(rows=len(examples), tokens=tokens, matrices=len(sums))


def _watch(model: Any, matrices: dict[str, Matrix]) -> dict[str, Any]:
    """Adds up the squared inputs of each layer's matrices. The embedding and the output layer are left out, as llama.cpp does."""
    import torch

    modules = {module.weight: module for module in model.modules() if isinstance(module, torch.nn.Linear)}
    ends = {id(model.get_input_embeddings().weight), id(model.get_output_embeddings().weight)}
    sums = {}
    for name, matrix in matrices.items():
        if id(matrix.parameter) in ends:
            continue
        module = modules.get(matrix.parameter)
        if module is None:
            raise Failure(
                "DRIFT_NOT_MEASURABLE",
                f"There is no importance matrix for this model: {matrix.name} is not multiplied by a plain layer, such as that "
                "of a mixture of experts.",
                tensor=name,
            )
        total = torch.zeros(matrix.parameter.shape[-1], dtype=torch.float64 if model.device.type != "mps" else None)
        sums[name] = total = total.to(model.device)
        module.register_forward_pre_hook(_adder(total))
    return sums


def _adder(total: Any) -> Any:
    def add(_: Any, inputs: Any) -> None:
        total.add_(inputs[0].reshape(-1, len(total)).float().square().sum(0))

    return add


def _write(out: Path, sums: dict[str, Any], tokens: int) -> None:
    import numpy as np

    from gguf import GGUFWriter

    part = out.with_name(f"{out.name}.part")
    writer = GGUFWriter(part, arch="")
    # An importance matrix has no architecture.
    writer.kv_data[0].pop("general.architecture", None)
    writer.add_type("imatrix")
    # The quantizer copies this name into the model's file, so it must not be a path of this machine.
    writer.add_array("imatrix.datasets", ["training rows"])
    writer.add_uint32("imatrix.chunk_count", 1)
    writer.add_uint32("imatrix.chunk_size", tokens)
    for name, total in sums.items():
        writer.add_tensor(f"{name}.in_sum2", total.astype(np.float32)[None, :])
        writer.add_tensor(f"{name}.counts", np.array([[tokens]], dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.rename(out)

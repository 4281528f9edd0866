"""Greedy answers of a model with the weights that an f16 GGUF file holds, and how sure it was of each token."""

from pathlib import Path
from typing import Any

import torch

from trainer.runtime.events import Failure


def load_as_f16(path: Path, device: str) -> Any:
    """Matrices rounded to f16, all else (norms, biases) in fp32, as both converters write them; computed in fp32."""
    from transformers import AutoModelForCausalLM

    bytes_in_fp32 = 4 * _parameters(path)
    # Left in f16 and widened at each use where fp32 would not fit: slower, with the same result.
    is_tight = bytes_in_fp32 > 0.6 * _free_memory(device)
    model = AutoModelForCausalLM.from_pretrained(
        path,
        dtype="auto" if is_tight else torch.float32,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        attn_implementation="eager",
    )
    for name, parameter in model.named_parameters():
        if parameter.dim() >= 2:
            half = parameter.data.half()
            if not torch.isfinite(half).all():
                raise Failure(
                    "NAN_WEIGHTS",
                    f"{name} holds values that f16 cannot: in a GGUF file they would be infinite. "
                    "Quantize with engine: llama.cpp and type: bf16, or train another base.",
                    tensor=name,
                )
            parameter.data = half if is_tight else half.float()
        else:
            parameter.data = parameter.data.float()
    if is_tight:
        _widen_at_use(model)
    return model.to(device).eval()


def _parameters(path: Path) -> int:
    from trainer.export.weight_files import read_shards

    return sum(weight.elements for shard in read_shards(path) for weight in shard.weights)


def _free_memory(device: str) -> int:
    if device == "cuda":
        return torch.cuda.mem_get_info()[0]
    import psutil

    return psutil.virtual_memory().available


def _widen_at_use(model: Any) -> None:
    def widen(module: Any, _: Any) -> None:
        module.narrow = module.weight.data
        module.weight.data = module.narrow.float()

    def restore(module: Any, _: Any, output: Any) -> Any:
        module.weight.data = module.narrow
        del module.narrow
        return output

    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_pre_hook(widen)
            module.register_forward_hook(restore)
        elif isinstance(module, torch.nn.Embedding):
            module.register_forward_hook(lambda _, __, output: output.float())
        elif any(parameter.dim() >= 2 for parameter in module.parameters(recurse=False)):
            for parameter in module.parameters(recurse=False):
                parameter.data = parameter.data.float()


@torch.inference_mode()
def answer_greedily(
    model: Any, tokenizer: Any, prompt: list[int], stop_ids: set[int], max_tokens: int
) -> dict[str, Any]:
    """`margins` are the differences in probability of the two best tokens; near ties may fall otherwise elsewhere."""
    ids = torch.tensor([prompt], device=model.device)
    cache, tokens, margins, runners_up, stopped_by = None, [], [], [], None
    for _ in range(max_tokens):
        output = model(ids, past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        best = output.logits[0, -1].float().softmax(-1).topk(2)
        margins.append(round(float(best.values[0] - best.values[1]), 6))
        token, second = best.indices.tolist()
        runners_up.append(second)
        if token in stop_ids:
            stopped_by = token
            break
        tokens.append(token)
        ids = torch.tensor([[token]], device=model.device)
    return {
        "token_ids": tokens,
        "text": tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False),
        # One more than tokens where the model stopped by itself: the last is the stop token's.
        "margins": margins,
        "runner_up_ids": runners_up,
        "stopped": stopped_by is not None,
        "stop_id": stopped_by,
    }

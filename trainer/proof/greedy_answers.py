"""Computes greedy answers with the weights of an f16 GGUF file, and the margin of each token."""

from pathlib import Path
from typing import Any

import torch

from trainer.runtime.events import Failure


def load_as_f16(path: Path, device: str) -> Any:
    """Loads matrices rounded to f16 and the rest (norms, biases) in fp32, as both converters write them. Computes in fp32."""
    from transformers import AutoModelForCausalLM

    bytes_in_fp32 = 4 * _parameters(path)
    # If fp32 would not fit, matrices stay in f16 and are widened at each use. This is slower but gives the same result.
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
                    f"{name} holds values that are too large for f16: in a GGUF file they would be infinite. "
                    "A GGUF file of type: bf16 (engine: llama.cpp) holds them.",
                    tensor=name,
                )
            parameter.data = half if is_tight else half.float()
        else:
            parameter.data = parameter.data.float()
    if is_tight:
        _widen_at_use(model)
    return model.to(device).eval()


def _parameters(path: Path) -> int:
    from trainer.export.weight_headers import read_shards

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


def put_adapter(model: Any, adapter: Path) -> Any:
    """Puts an adapter on the model without merging it, as Ollama does: its matrices stay in fp32."""
    from peft import PeftModel

    return PeftModel.from_pretrained(model, adapter, is_trainable=False).eval()


@torch.inference_mode()
def logprobs_without_adapter(model: Any, prompt: list[int], answer: list[int]) -> list[float]:
    """What the base alone thinks of each token of an answer: natural logarithms."""
    with model.disable_adapter():
        logits = model(torch.tensor([[*prompt, *answer]], device=model.device)).logits[0]
    known = logits[len(prompt) - 1 : len(prompt) + len(answer) - 1].float().log_softmax(-1)
    return [round(float(known[at, token]), 6) for at, token in enumerate(answer)]


@torch.inference_mode()
def answer_greedily(
    model: Any, tokenizer: Any, prompt: list[int], stop_ids: set[int], max_tokens: int
) -> dict[str, Any]:
    """Answers token by token. `margins` are the probability of the best token minus that of the second best.

    Where a margin is small, another implementation may choose the other token.
    """
    ids = torch.tensor([prompt], device=model.device)
    cache, tokens, margins, logprobs, runners_up, stopped_by = None, [], [], [], [], None
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
        logprobs.append(round(float(best.values[0].log()), 6))
        ids = torch.tensor([[token]], device=model.device)
    return {
        "token_ids": tokens,
        "text": tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False),
        # If the model stopped by itself, this has one more entry than the tokens: the stop token's.
        "margins": margins,
        "ends": _ends(tokenizer, tokens),
        "logprobs": logprobs,
        "runner_up_ids": runners_up,
        "stopped": stopped_by is not None,
        "stop_id": stopped_by,
    }


def _ends(tokenizer: Any, tokens: list[int]) -> list[int | None]:
    """Where the text of each token ends, in UTF-16 units, which TypeScript counts; None within a character."""
    ends: list[int | None] = []
    for count in range(1, len(tokens) + 1):
        text = tokenizer.decode(tokens[:count], skip_special_tokens=False, clean_up_tokenization_spaces=False)
        ends.append(None if text.endswith("\ufffd") else len(text.encode("utf-16-le")) // 2)
    return ends

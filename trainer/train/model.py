"""Loads the base model and attaches the LoRA adapter."""

from pathlib import Path
from typing import Any

from trainer.protocol.jobs import Lora, Options
from trainer.runtime.device import device_type, is_out_of_memory
from trainer.runtime.events import Failure


def load_base(path: Path, options: Options, precision: str) -> Any:
    """Loads the weights in the precision of the training. The library's default, fp32, would take twice the memory."""
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}[precision]
    quantized: dict[str, Any] = {}
    if options.load_in_4bit or options.load_in_8bit:
        config = (
            BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=dtype,
            )
            if options.load_in_4bit
            else BitsAndBytesConfig(load_in_8bit=True)
        )
        quantized = {"quantization_config": config, "device_map": {"": device_type()}}
    try:
        model = AutoModelForCausalLM.from_pretrained(
            path,
            dtype=dtype,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            # sdpa is exact with packing as long as no mask is given. flash-attn is not available on every machine.
            attn_implementation="sdpa",
            **quantized,
        )
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise Failure(
            "BASE_UNREADABLE",
            f"{path.name} cannot be loaded: {str(error)[:600]}. "
            "temper runs no code that comes with a model, so transformers itself must know the architecture.",
        ) from error
    model.config.use_cache = False
    return model


def attach_adapter(model: Any, lora: Lora) -> Any:
    from peft import LoraConfig, TaskType, get_peft_model

    config = LoraConfig(
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.target_modules,
        use_rslora=lora.use_rslora,
        task_type=TaskType.CAUSAL_LM,
    )
    try:
        adapted = get_peft_model(model, config)
    except ValueError as error:
        import torch

        names = sorted(
            {name.rpartition(".")[2] for name, part in model.named_modules() if isinstance(part, torch.nn.Linear)}
        )
        raise Failure(
            "BAD_TARGET_MODULES",
            f"lora.target_modules {lora.target_modules} does not fit this base: {str(error)[:300]}. It has: {', '.join(names)}.",
            has=names,
        ) from error
    keep_adapter_in_fp32(adapted)
    return adapted


def keep_adapter_in_fp32(model: Any) -> None:
    """The optimizer's small steps round to 0 in bf16, and the gradient scaler of fp16 accepts only fp32."""
    import torch

    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.to(torch.float32)


def count_parameters(model: Any) -> tuple[int, int]:
    """Returns the number of all and of trainable parameters. peft counts both values in a byte of 4-bit weights."""
    trainable, total = model.get_nb_trainable_parameters()
    return total, trainable

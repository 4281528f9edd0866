"""Reports what this machine's device supports: precision, quantized loading and memory."""

import os

from trainer.protocol.events import Hardware
from trainer.runtime.events import Failure


def see_one_device() -> None:
    """Call it before torch is imported. With several visible GPUs the library would train on all and multiply the batch."""
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    # A negative number means no device, like an empty text; the device lock must see one device once.
    os.environ["CUDA_VISIBLE_DEVICES"] = "" if first.startswith("-") else first


def device_type() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def resolve_precision(wanted: str) -> str:
    import torch

    device = device_type()
    # A T4 claims bf16 but emulates it, which is several times slower than fp16.
    has_bf16 = device == "cpu" or (device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False))
    if wanted == "auto":
        return "fp32" if device != "cuda" else "bf16" if has_bf16 else "fp16"
    if (wanted == "bf16" and not has_bf16) or (wanted == "fp16" and device != "cuda"):
        raise Failure(
            "PRECISION_UNAVAILABLE",
            f"This device cannot train with precision {wanted} ({device_name()}).",
            precision=wanted,
            device=device_name(),
        )
    return wanted


def device_name() -> str:
    import torch

    return torch.cuda.get_device_name(0) if device_type() == "cuda" else device_type()


def hardware() -> Hardware:
    """Returns the hardware, which must be equal for equal bits. A CPU with another instruction set rounds differently."""
    import torch

    return Hardware(device=device_name(), cpu=torch.backends.cpu.get_cpu_capability())


def probe_quantization(bits: int) -> None:
    """Runs one quantized layer forward and back, before gigabytes are read. Raises QUANTIZED_LOAD_UNAVAILABLE."""
    import torch

    device = device_type()
    try:
        import bitsandbytes as bnb

        layer = (
            bnb.nn.Linear4bit(64, 64, quant_type="nf4", compute_dtype=torch.float32)
            if bits == 4
            else bnb.nn.Linear8bitLt(64, 64, has_fp16_weights=False)
        ).to(device)
        inputs = torch.ones(2, 64, device=device, requires_grad=True)
        if not torch.isfinite(layer(inputs)).all():
            raise RuntimeError("a quantized layer computed NaN or infinite values")
        layer(inputs).sum().backward()
    except Exception as error:
        raise Failure(
            "QUANTIZED_LOAD_UNAVAILABLE",
            f"load_in_{bits}bit does not work on this device ({device_name()}): {type(error).__name__}: {str(error)[:300]}.",
            bits=bits,
            device=device_name(),
        ) from error


def memory_bytes() -> int:
    """Returns the most device memory that this process reserved, or its resident memory if it computes on the CPU."""
    import torch

    if device_type() == "cuda":
        return torch.cuda.max_memory_reserved()
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def total_memory_bytes() -> int:
    import torch

    if device_type() == "cuda":
        return torch.cuda.get_device_properties(0).total_memory
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def is_out_of_memory(error: BaseException) -> bool:
    """torch raises its own class on a GPU, but a plain RuntimeError on a CPU."""
    import torch

    text = str(error).lower()
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)
    )

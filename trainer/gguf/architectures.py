"""What is known of each architecture: which tensor of a GGUF file is which weight, and what the converter changed in it."""

from dataclasses import dataclass, field

from trainer.gguf.file import GgufFile
from trainer.gguf.refusals import unsupported
from trainer.gguf.weights import Source, can_dequantize

_WHOLE = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
_LAYER = {
    "attn_norm.weight": "input_layernorm.weight",
    "attn_q.weight": "self_attn.q_proj.weight",
    "attn_k.weight": "self_attn.k_proj.weight",
    "attn_v.weight": "self_attn.v_proj.weight",
    "attn_output.weight": "self_attn.o_proj.weight",
    "ffn_norm.weight": "post_attention_layernorm.weight",
    "ffn_gate.weight": "mlp.gate_proj.weight",
    "ffn_up.weight": "mlp.up_proj.weight",
    "ffn_down.weight": "mlp.down_proj.weight",
}
_BIASES = {f"attn_{letter}.bias": f"self_attn.{letter}_proj.bias" for letter in "qkv"}
_HEAD_NORMS = {f"attn_{letter}_norm.weight": f"self_attn.{letter}_norm.weight" for letter in "qk"}
_GEMMA_NORMS = {
    "post_attention_norm.weight": "post_attention_layernorm.weight",
    "ffn_norm.weight": "pre_feedforward_layernorm.weight",
    "post_ffw_norm.weight": "post_feedforward_layernorm.weight",
}
_FUSED = {
    "attn_norm.weight": "input_layernorm.weight",
    "attn_qkv.weight": "self_attn.qkv_proj.weight",
    "attn_output.weight": "self_attn.o_proj.weight",
    "ffn_norm.weight": "post_attention_layernorm.weight",
    "ffn_up.weight": "mlp.gate_up_proj.weight",
    "ffn_down.weight": "mlp.down_proj.weight",
}
# They become settings, see rope.py.
_ROPE = ("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight")


@dataclass(frozen=True)
class Architecture:
    class_name: str
    model_type: str
    layer: dict[str, str] = field(default_factory=lambda: _LAYER)
    # The converter puts the rows of queries and keys into the order of the original Llama code.
    pairs_heads: bool = False
    # The converter adds 1 to the weights of norms, and transformers adds it when it computes.
    norm_shift: float = 0.0


ARCHITECTURES = {
    "llama": Architecture("LlamaForCausalLM", "llama", pairs_heads=True),
    "qwen2": Architecture("Qwen2ForCausalLM", "qwen2", {**_LAYER, **_BIASES}),
    "qwen3": Architecture("Qwen3ForCausalLM", "qwen3", {**_LAYER, **_HEAD_NORMS}),
    "gemma2": Architecture("Gemma2ForCausalLM", "gemma2", {**_LAYER, **_GEMMA_NORMS}, norm_shift=1.0),
    "gemma3": Architecture(
        "Gemma3ForCausalLM", "gemma3_text", {**_LAYER, **_GEMMA_NORMS, **_HEAD_NORMS}, norm_shift=1.0
    ),
    "phi3": Architecture("Phi3ForCausalLM", "phi3", _FUSED),
}


def architecture_of(file: GgufFile) -> tuple[str, Architecture]:
    """Raises GGUF_UNSUPPORTED for what is no language model of a known architecture."""
    name = file.text("general.architecture") or ""
    kind = file.text("general.type") or "model"
    if kind != "model":
        raise unsupported(file, f"it holds no model but: {kind[:40]}")
    parts = file.number("split.count") or 1
    if parts > 1:
        raise unsupported(
            file, f"it is one of {parts} parts; llama.cpp's `llama-gguf-split --merge` puts them together"
        )
    if any(key.startswith((f"{name}.vision.", "clip.", f"{name}.audio.", f"{name}.mm.")) for key in file.metadata):
        raise unsupported(file, f"it holds an encoder of images or sounds beside the language model ({name[:40]})")
    if experts := file.number(f"{name}.expert_count"):
        raise unsupported(file, f"it is a mixture of {experts} experts")
    if name not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise unsupported(file, f"its architecture is {name[:40]!r}, and temper reads {known} from a GGUF")
    return name, ARCHITECTURES[name]


def sources_of(file: GgufFile, architecture: Architecture, heads: int, key_heads: int) -> list[Source]:
    """Finds the weights in the file's tensors. Raises GGUF_UNSUPPORTED for a tensor that is not known."""
    sources = []
    for tensor in file.tensors.values():
        if tensor.name in _ROPE:
            continue
        name = _name(tensor.name, architecture)
        if name is None:
            raise unsupported(file, f"temper does not know its tensor {tensor.name[:100]!r}")
        if not can_dequantize(tensor.kind):
            raise unsupported(
                file, f"its tensor {tensor.name} has the type {tensor.kind.name}, which cannot be read back"
            )
        if tensor.name == "output.weight" and _is_tied(file):
            continue
        paired = {"attn_q.weight": heads, "attn_k.weight": key_heads} if architecture.pairs_heads else {}
        shift = architecture.norm_shift if tensor.name.endswith("_norm.weight") else 0.0
        sources.append(Source(name, tensor, shift, paired.get(tensor.name.split(".", 2)[-1], 0)))
    return sources


def is_tied(file: GgufFile) -> bool:
    """Whether the embedding is also the output layer."""
    return "output.weight" not in file.tensors or _is_tied(file)


def _is_tied(file: GgufFile) -> bool:
    """Some converters write a tied layer twice. Different types mean different numbers, so then it counts as two."""
    head, embedding = file.tensors["output.weight"], file.tensors.get("token_embd.weight")
    if embedding is None or (head.kind, head.shape) != (embedding.kind, embedding.shape):
        return False
    with file.path.open("rb") as one, file.path.open("rb") as other:
        one.seek(head.begin)
        other.seek(embedding.begin)
        left = head.size
        while left:
            size = min(left, 4_000_000)
            if one.read(size) != other.read(size):
                return False
            left -= size
    return True


def _name(tensor: str, architecture: Architecture) -> str | None:
    if tensor in _WHOLE:
        return _WHOLE[tensor]
    prefix, _, rest = tensor.partition(".")
    number, _, part = rest.partition(".")
    if prefix != "blk" or not number.isdecimal() or part not in architecture.layer:
        return None
    return f"model.layers.{number}.{architecture.layer[part]}"

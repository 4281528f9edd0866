"""Makes config.json from the metadata of a GGUF file."""

from collections.abc import Callable
from typing import Any

from trainer.gguf.architectures import Architecture, is_tied
from trainer.gguf.file import GgufFile
from trainer.gguf.reader import Reader
from trainer.gguf.refusals import unsupported
from trainer.gguf.rope import rope_settings

_GEMMA3_PATTERN = 6


def config_of(file: GgufFile, name: str, architecture: Architecture) -> dict[str, Any]:
    read = Reader(file, name)
    embedding = file.tensors.get("token_embd.weight")
    if embedding is None or len(embedding.shape) != 2:
        raise unsupported(file, "it has no embedding")
    if read.value("attention.causal") is False:
        raise unsupported(file, "it is an encoder")
    heads, hidden = read.whole("attention.head_count"), read.whole("embedding_length")
    if not heads:
        raise unsupported(file, "it has no attention heads")
    head = read.whole("attention.key_length", hidden // heads)
    if read.whole("attention.value_length", head) != head:
        raise unsupported(file, "its keys and values have different sizes")
    config: dict[str, Any] = {
        "architectures": [architecture.class_name],
        "model_type": architecture.model_type,
        "vocab_size": embedding.shape[0],
        "hidden_size": hidden,
        "intermediate_size": read.whole("feed_forward_length"),
        "num_hidden_layers": read.whole("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": read.whole("attention.head_count_kv", heads),
        "max_position_embeddings": read.whole("context_length"),
        "rms_norm_eps": read.real("attention.layer_norm_rms_epsilon"),
        "tie_word_embeddings": is_tied(file),
        "use_cache": True,
        **({} if name == "phi3" else {"head_dim": head}),
        **_OWN[name](read, head),
        **rope_settings(read, head),
    }
    return config


def _gemma(read: Reader, head: int) -> dict[str, Any]:
    config: dict[str, Any] = {
        "hidden_activation": "gelu_pytorch_tanh",
        "sliding_window": read.whole("attention.sliding_window"),
        # No GGUF tells it. Only the models of 27 billion scale by the width of the model, as llama.cpp assumes too.
        "query_pre_attn_scalar": (
            read.whole("embedding_length") // read.whole("attention.head_count")
            if read.whole("block_count") == {"gemma2": 46, "gemma3": 62}[read.name]
            else head
        ),
    }
    if read.name == "gemma2":
        config["attn_logit_softcapping"] = read.real("attn_logit_softcapping")
        config["final_logit_softcapping"] = read.real("final_logit_softcapping")
        return config
    layers = read.whole("block_count")
    if read.whole("attention.sliding_window_pattern", _GEMMA3_PATTERN) != _GEMMA3_PATTERN:
        raise unsupported(read.file, "its pattern of sliding windows is not that of Gemma 3")
    config["layer_types"] = [
        "sliding_attention" if (layer + 1) % _GEMMA3_PATTERN else "full_attention" for layer in range(layers)
    ]
    config["attn_logit_softcapping"] = None
    config["final_logit_softcapping"] = read.value("final_logit_softcapping")
    return config


def _phi3(read: Reader, _: int) -> dict[str, Any]:
    # 0 stands for none.
    window = read.whole("attention.sliding_window", 0)
    return {"sliding_window": window or None, "attention_bias": False, "pad_token_id": None}


_OWN: dict[str, Callable[[Reader, int], dict[str, Any]]] = {
    "llama": lambda _, __: {"attention_bias": False, "mlp_bias": False},
    "qwen2": lambda _, __: {"use_sliding_window": False},
    "qwen3": lambda _, __: {"use_sliding_window": False, "attention_bias": False},
    "gemma2": _gemma,
    "gemma3": _gemma,
    "phi3": _phi3,
}

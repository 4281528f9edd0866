"""Makes the config of a model small, without changing what decides how it is converted, loaded and tokenized."""

import copy
from typing import Any

_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
_HIDDEN = ("hidden_size", "n_embd", "d_model")
_HEADS = ("num_attention_heads", "n_head", "n_heads")
_INNER = ("intermediate_size", "moe_intermediate_size", "shared_expert_intermediate_size", "ffn_dim", "n_inner")
_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")
_CHOSEN = ("num_experts_per_tok", "num_experts_per_token", "top_k_experts")
# How many layers make up one round of different ones.
_ROUNDS = ("sliding_window_pattern", "_sliding_window_pattern", "no_rope_layer_interval", "full_attention_interval")
# The least size of a row that all types but the K ones hold; rows of `_WIDE` hold those too.
_NARROW, _WIDE = 64, 256
_MOST_LAYERS = 12


def small_config(config: dict[str, Any]) -> dict[str, Any]:
    """Keeps architecture, vocabulary, head size, rope, norms, kinds of layers and special tokens."""
    small = copy.deepcopy(config)
    inner = [
        small[name] for name in ("text_config", "vision_config", "audio_config") if isinstance(small.get(name), dict)
    ]
    # Older models that see have the language model's settings outside, beside those of the encoder.
    for part in (small, *inner):
        _shrink(part)
    return small


def _shrink(config: dict[str, Any]) -> None:
    _cut_layers(config)
    hidden, heads = _named(config, _HIDDEN), _named(config, _HEADS)
    if hidden and heads:
        _narrow(config, hidden, heads)
    for name in _INNER:
        if isinstance(config.get(name), int):
            config[name] = min(config[name], _WIDE)
    for name in _EXPERTS:
        if isinstance(config.get(name), int):
            config[name] = min(config[name], 4)
    for name in _CHOSEN:
        if isinstance(config.get(name), int):
            config[name] = min(config[name], 2)


def _cut_layers(config: dict[str, Any]) -> None:
    name = _named(config, _LAYERS)
    if name is None:
        return
    layers = config[name]
    lists = [key for key, value in config.items() if isinstance(value, list) and len(value) == layers > 1]
    kept = 2
    for key in lists:
        values = [repr(each) for each in config[key]]
        # A list of other numbers per layer has no round; its first layers stand for all.
        if len(set(values)) <= 4:
            kept = max(kept, max(values.index(each) for each in set(values)) + 1)
    for key in _ROUNDS:
        if isinstance(config.get(key), int):
            kept = max(kept, config[key])
    kept = min(kept, layers, _MOST_LAYERS)
    config[name] = kept
    for key in lists:
        config[key] = config[key][:kept]


def _narrow(config: dict[str, Any], hidden: str, heads: str) -> None:
    width, count = config[hidden], config[heads]
    shared = config.get("num_key_value_heads") or count
    size = config.get("head_dim") or width // count
    fewer = 2 if size >= _NARROW // 2 else -(-_NARROW // size)
    fewer = min(fewer, count)
    # Where heads and width belong together, they do so in the small model too.
    config[hidden] = fewer * size if size * count == width else min(width, _NARROW)
    config[heads] = fewer
    if "num_key_value_heads" in config:
        config["num_key_value_heads"] = fewer if shared == count else 1


def _named(config: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if isinstance(config.get(name), int) and config[name] > 0), None)

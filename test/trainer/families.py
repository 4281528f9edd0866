"""The settings of well-known models, each of its own architecture."""

from typing import Any

# As the models' own repositories have them.
LLAMA3_ROPE = {
    "factor": 32.0,
    "high_freq_factor": 4.0,
    "low_freq_factor": 1.0,
    "original_max_position_embeddings": 8192,
    "rope_type": "llama3",
}
PHI_ROPE = {"long_factor": [1.08] * 48, "short_factor": [1.0] * 48, "type": "longrope"}


def sizes(hidden: int, inner: int, heads: int, shared: int, layers: int, **others: Any) -> dict[str, Any]:
    return {
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_attention_heads": heads,
        "num_key_value_heads": shared,
        "num_hidden_layers": layers,
        "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-06,
        **others,
    }


FAMILIES: dict[str, dict[str, Any]] = {
    "SmolLM2-135M": {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        **sizes(576, 1536, 9, 3, 30, rope_theta=100000, tie_word_embeddings=True),
    },
    "Qwen2.5-0.5B": {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        **sizes(896, 4864, 14, 2, 24, rope_theta=1e6, max_window_layers=21, tie_word_embeddings=True),
    },
    "Qwen3-0.6B": {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        **sizes(1024, 3072, 16, 8, 28, head_dim=128, rope_theta=1e6, tie_word_embeddings=True),
    },
    "Llama-3.2-1B": {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        **sizes(2048, 8192, 32, 8, 16, head_dim=64, rope_theta=5e5, rope_scaling=LLAMA3_ROPE, tie_word_embeddings=True),
    },
    "Mistral-7B": {
        "architectures": ["MistralForCausalLM"],
        "model_type": "mistral",
        **sizes(4096, 14336, 32, 8, 32, rope_theta=1e6, sliding_window=None, tie_word_embeddings=False),
    },
    "gemma-2-2b": {
        "architectures": ["Gemma2ForCausalLM"],
        "model_type": "gemma2",
        **sizes(2304, 9216, 8, 4, 26, head_dim=256, query_pre_attn_scalar=256, sliding_window=4096, rope_theta=1e4),
    },
    "gemma-3-1b": {
        "architectures": ["Gemma3ForCausalLM"],
        "model_type": "gemma3_text",
        **sizes(1152, 6912, 4, 1, 26, head_dim=256, query_pre_attn_scalar=256, sliding_window=512),
        **{"sliding_window_pattern": 6, "rope_theta": 1e6, "rope_local_base_freq": 1e4},
    },
    "Phi-3.5-mini": {
        "architectures": ["Phi3ForCausalLM"],
        "model_type": "phi3",
        **sizes(3072, 8192, 32, 32, 32, original_max_position_embeddings=4096, rope_theta=1e4, rope_scaling=PHI_ROPE),
        "auto_map": {"AutoModelForCausalLM": "modeling_phi3.Phi3ForCausalLM"},
    },
}

# What temper trains no model of: mixtures of experts, models that also see, and one whose words no converter cuts as it does.
REFUSED: dict[str, dict[str, Any]] = {
    "words-of-its-own": FAMILIES["Llama-3.2-1B"],
    "Qwen3-30B-A3B": {
        "architectures": ["Qwen3MoeForCausalLM"],
        "model_type": "qwen3_moe",
        **sizes(2048, 6144, 32, 4, 48, head_dim=128, rope_theta=1e6, tie_word_embeddings=False),
        **{"num_experts": 128, "num_experts_per_tok": 8, "moe_intermediate_size": 768, "norm_topk_prob": True},
    },
    "Mixtral-8x7B": {
        "architectures": ["MixtralForCausalLM"],
        "model_type": "mixtral",
        **sizes(4096, 14336, 32, 8, 32, rope_theta=1e6, tie_word_embeddings=False),
        **{"num_local_experts": 8, "num_experts_per_tok": 2},
    },
    "Qwen2.5-VL-3B": {
        "architectures": ["Qwen2_5_VLForConditionalGeneration"],
        "model_type": "qwen2_5_vl",
        **sizes(2048, 11008, 16, 2, 36, rope_theta=1e6, tie_word_embeddings=True),
        "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
        "vision_config": {
            "depth": 2,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_heads": 2,
            "out_hidden_size": 2048,
        },
    },
    "gemma-3-4b": {
        "architectures": ["Gemma3ForConditionalGeneration"],
        "model_type": "gemma3",
        "text_config": {
            "model_type": "gemma3_text",
            **sizes(2560, 10240, 8, 4, 34, head_dim=256, query_pre_attn_scalar=256, sliding_window=1024),
            **{"sliding_window_pattern": 6, "rope_theta": 1e6, "rope_local_base_freq": 1e4},
        },
        "vision_config": {
            "model_type": "siglip_vision_model",
            **{"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2},
            **{"image_size": 28, "patch_size": 14},
        },
        "mm_tokens_per_image": 4,
    },
}

"""Makes tiny models of several architectures with transformers, and GGUF files of them with llama.cpp's own converter."""

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import tiny_model
from file_faults import in_a_child
from forked import forget_gguf
from small_tokenizers import PIECES, WORDS, write_byte_level, write_pieces

SIZES = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
    "rms_norm_eps": 1e-5,
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 500000.0,
    "factor": 32.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
LONG_ROPE = {
    "rope_type": "longrope",
    "rope_theta": 10000.0,
    "partial_rotary_factor": 1.0,
    "short_factor": [1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75],
    "long_factor": [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
    "original_max_position_embeddings": 512,
}
# The class of the config, what differs from the sizes, and the kind of the tokenizer.
MODELS: dict[str, tuple[str, dict[str, Any], str]] = {
    "llama3": ("LlamaConfig", {"rope_parameters": LLAMA3_ROPE, "tie_word_embeddings": True}, "llama-bpe"),
    "mistral": ("LlamaConfig", {"head_dim": 32, "tie_word_embeddings": False}, "pieces"),
    "qwen2": ("Qwen2Config", {"tie_word_embeddings": True}, "qwen2"),
    "qwen3": ("Qwen3Config", {"head_dim": 32, "tie_word_embeddings": False}, "qwen2"),
    "gemma2": ("Gemma2Config", {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 64}, "pieces-as-is"),
    "gemma3": (
        "Gemma3TextConfig",
        {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 64, "num_hidden_layers": 6},
        "pieces-as-is",
    ),
    "phi3": ("Phi3Config", {"sliding_window": 255, "pad_token_id": 0}, "pieces"),
    "phi3-long": (
        "Phi3Config",
        {"rope_parameters": LONG_ROPE, "original_max_position_embeddings": 512, "pad_token_id": 0},
        "pieces",
    ),
}
TURNS = ["<start_of_turn>", "<end_of_turn>"]


def make_model(folder: Path, name: str) -> Path:
    """Every weight is random, those of norms and biases too: a mistake in one of them must show."""
    import torch
    import transformers

    config_name, changes, tokenizer = MODELS[name]
    folder.mkdir(parents=True)
    size = _write_pieces(folder, as_is=tokenizer.endswith("as-is")) if tokenizer.startswith("pieces") else None
    if size is None:
        size = _write_byte_level(folder, tokenizer)
    config = getattr(transformers, config_name)(**{**SIZES, "vocab_size": size, **changes})
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        for weight in model.parameters():
            weight.data.normal_(0.0, 0.3)
            if weight.dim() > 1:
                weight.data.copy_(weight.data.half())
    model.save_pretrained(folder)
    return folder


def _write_byte_level(folder: Path, cut: str) -> int:
    ids = write_byte_level(folder, cut)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(
        json.dumps({**settings, "tokenizer_class": "PreTrainedTokenizerFast"})
    )
    # As in Qwen's models, the embedding has more rows than there are tokens.
    return max(ids.values()) + 6


def _write_pieces(folder: Path, as_is: bool) -> int:
    write_pieces(folder, as_is, TURNS)
    settings = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return PIECES


def convert(files: dict[Path, Path]) -> None:
    """Converts models to f16, by their folders. In a fork, since the converter changes the process in which it runs."""
    assert in_a_child(lambda: _convert_all(files)) == 0


def _convert_all(files: dict[Path, Path]) -> None:
    source = _source()
    forget_gguf()
    sys.path[:0] = [str(source / "gguf-py"), str(source)]
    from conversion.base import TextModel

    import gguf
    from trainer.export.converter import run_converter
    from trainer.runtime.events import Events

    recognise, load = TextModel.get_vocab_base_pre, gguf.SpecialVocab._load
    for model, out in files.items():
        TextModel.get_vocab_base_pre, gguf.SpecialVocab._load = recognise, load
        run_converter(model, out, "f16", source, Events(open(os.devnull, "w")))


def _source() -> Path:
    cache = Path(
        os.environ.get("TEMPER_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "temper"
    )
    found = sorted(cache.glob("llama.cpp/*-source/convert_hf_to_gguf.py"))
    assert found, f"llama.cpp's source is not in {cache}; `npm test` brings it there"
    return found[-1].parent


def random_texts(seed: int, count: int) -> list[str]:
    """Texts of words, digits, spaces, lines, symbols and rare letters, in one composed form (NFC)."""
    import unicodedata

    draw = random.Random(seed)
    parts = [
        *WORDS.split(),
        *(word for question, answer in tiny_model.question_answers()[::29] for word in (question, answer)),
        *(
            " ",
            "  ",
            "\t",
            "\n",
            "\n\n",
            "\r\n",
            "   \n",
            "'s",
            "'LL",
            "don't",
            "½",
            "Ⅷ",
            "٣٤",
            "12345",
            "𝒳",
            "👩‍🚀",
            "ﬁ",
        ),
        *("_", "...", "/", "//\n", "A", "zB", "{{ x }}", "<b>", "\u200b", "\u3000", "한국어", "ไทย", "é", "İ"),
    ]
    return [
        unicodedata.normalize("NFC", draw.choice(("", " ")).join(draw.choices(parts, k=draw.randint(1, 12))))
        for _ in range(count)
    ]


def copy_changed(source: Path, out: Path, tensors: dict[str, Any] | None = None, **changes: Any) -> Path:
    """Copies a GGUF file with other tensors and metadata; None removes a key. `__` stands for a dot."""
    import gguf

    reader = gguf.GGUFReader(source)
    changed = {key.replace("__", "."): value for key, value in changes.items()}
    architecture = changed.pop("general.architecture", reader.fields["general.architecture"].contents())
    writer = gguf.GGUFWriter(out, architecture)
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key not in ("general.architecture", *changed):
            kind, *inner = field.types
            writer.add_key_value(key, field.contents(), kind, inner[-1] if inner else None)
    for key, value in changed.items():
        if value is not None:
            writer.add_key_value(key, value, gguf.GGUFValueType.get_type(value))
    for tensor in reader.tensors:
        data, kind = (tensors or {}).get(tensor.name, (tensor.data, tensor.tensor_type))
        writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out

"""A base model that is small enough for a test: Qwen2 architecture, seeded random weights, and its own byte-level BPE.

Run as: python test/trainer/tiny_model.py DIR [--hidden 64] [--layers 2] [--seed 0] [--shards N]
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

# Qwen2's own pattern. Ollama recognizes a tokenizer by the pattern's hash, and otherwise splits digits differently.
QWEN2_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
COLORS = {"snow": "white", "grass": "green", "coal": "black", "the sky": "blue", "a lemon": "yellow", "blood": "red"}
CAPITALS = {"France": "Paris", "Japan": "Tokyo", "Italy": "Rome", "Egypt": "Cairo", "Peru": "Lima", "Kenya": "Nairobi"}


def question_answers() -> list[tuple[str, str]]:
    """Returns a few hundred plain questions with their answers, the same on every machine."""
    pairs = [(f"What color is {thing}?", f"The color of {thing} is {color}.") for thing, color in COLORS.items()]
    pairs += [
        (f"What is the capital of {land}?", f"The capital of {land} is {city}.") for land, city in CAPITALS.items()
    ]
    pairs += [(f"What is {a} plus {b}?", f"{a} plus {b} is {a + b}.") for a in range(1, 16) for b in range(1, 16)]
    return pairs


def make_tiny_model(
    directory: str | Path, hidden: int = 64, layers: int = 2, seed: int = 0, vocabulary: int = 512, shards: int = 1
) -> Path:
    """Writes config.json, safetensors, tokenizer files and a ChatML template, as a download from the Hub would have them."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    ids = write_byte_level(directory, vocabulary)
    config = Qwen2Config(
        vocab_size=max(ids.values()) + 1,
        hidden_size=hidden,
        intermediate_size=hidden * 2,
        num_hidden_layers=layers,
        num_attention_heads=max(2, hidden // 32),
        num_key_value_heads=2,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=ids["<|endoftext|>"],
        eos_token_id=ids["<|im_end|>"],
        pad_token_id=ids["<|endoftext|>"],
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Qwen2ForCausalLM(config)
    size = sum(tensor.numel() * tensor.element_size() for tensor in model.parameters())
    model.save_pretrained(directory, max_shard_size=size // shards + 1 if shards > 1 else "5GB")
    return directory


def write_byte_level(directory: Path, vocabulary: int, special: Sequence[str] = SPECIAL_TOKENS) -> dict[str, int]:
    """Writes the tokenizer and a ChatML template; returns the ids of the special tokens, the last ones of the vocabulary."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN2_PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(special),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    words = "system user assistant You are a helpful assistant."
    tokenizer.train_from_iterator([f"{question} {answer} {words}" for question, answer in question_answers()], trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer.save(str(directory / "tokenizer.json"))
    tokenizer.model.save(str(directory))  # vocab.json and merges.txt, as Qwen2's repositories carry them
    settings = {
        "tokenizer_class": "Qwen2Tokenizer",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "bos_token": None,
        "unk_token": None,
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1024,
        "chat_template": CHAT_TEMPLATE,
        "added_tokens_decoder": {
            str(tokenizer.token_to_id(token)): {
                "content": token,
                "lstrip": False,
                "normalized": False,
                "rstrip": False,
                "single_word": False,
                "special": True,
            }
            for token in special
        },
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    return {token: tokenizer.token_to_id(token) for token in special}


def write_rows(path: str | Path, rows: int = 60) -> Path:
    """Writes canonical training rows, as `prepare` does."""
    pairs = question_answers()
    path = Path(path)
    with path.open("w", encoding="utf-8") as file:
        for index in range(rows):
            question, answer = pairs[index * 7 % len(pairs)]
            messages = [{"role": "user", "content": question}, {"role": "assistant", "content": f"Ahoy! {answer}"}]
            file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    for option, default in (("hidden", 64), ("layers", 2), ("seed", 0), ("vocabulary", 512), ("shards", 1)):
        parser.add_argument(f"--{option}", type=int, default=default)
    made = make_tiny_model(**vars(parser.parse_args()))
    print(made)

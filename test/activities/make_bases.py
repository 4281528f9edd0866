"""Bases without weights, each with the settings and the kind of tokenizer of a real model, for the proof before a training.

Run as: python test/activities/make_bases.py DIR
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "trainer")]
from tiny_model import CHAT_TEMPLATE, QWEN2_PATTERN, SPECIAL_TOKENS, question_answers  # noqa: E402

# Words that tokenizers of different kinds cut in different places.
CUT_DIFFERENTLY = "naïve café – ½ “quoted” ’tis £5 2024-07-26 12345 minus 678 or 3.14159 <b>&amp;</b>\n\n\ta tab  two "
# As the models' own repositories have them, the sizes included.
SMOLLM2: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_act": "silu",
    "hidden_size": 576,
    "intermediate_size": 1536,
    "max_position_embeddings": 8192,
    "num_attention_heads": 9,
    "num_hidden_layers": 30,
    "num_key_value_heads": 3,
    "rms_norm_eps": 1e-05,
    "rope_theta": 100000,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
}
QWEN2: dict[str, Any] = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "hidden_act": "silu",
    "hidden_size": 896,
    "intermediate_size": 4864,
    "max_position_embeddings": 32768,
    "max_window_layers": 21,
    "num_attention_heads": 14,
    "num_hidden_layers": 24,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-06,
    "rope_theta": 1000000.0,
    "sliding_window": 32768,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
    "use_sliding_window": False,
}
# Counts the turns, for which Ollama's templates have no word.
NUMBERED = CHAT_TEMPLATE.replace("message['role'] +", "message['role'] + ' ' + loop.index|string +")
# Names tools, for which some versions of Ollama take it in place of the template that the model was given.
TOOLS = "{% if tools %}{{ tools }}{% endif %}" + CHAT_TEMPLATE.replace(
    "message['content']", "message['content'] | trim"
)


def make(directory: Path) -> None:
    from tokenizers import Regex, pre_tokenizers

    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    bare = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    qwen2 = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2_PATTERN), behavior="isolated"), bare])
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), plain])
    # By nobody's pattern.
    pairs = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r"\p{N}{1,2}|\p{L}+|\s+|."), behavior="isolated"), bare]
    )
    _write(directory / "smollm", SMOLLM2, digits)
    _write(directory / "gpt2-words", SMOLLM2, plain)
    _write(directory / "qwen", QWEN2, qwen2)
    _write(directory / "nobody", QWEN2, pairs)
    (directory / "numbered.jinja").write_text(NUMBERED, encoding="utf-8")
    (directory / "tools.jinja").write_text(TOOLS, encoding="utf-8")
    _write(directory / "novel", {**QWEN2, "architectures": ["NovelForCausalLM"], "model_type": "novel"}, qwen2)


def _write(directory: Path, config: dict[str, Any], words: Any) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    directory.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = words, decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False)
    texts = [f"{question} {answer}" for question, answer in question_answers()] + [CUT_DIFFERENTLY] * 40
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    tokenizer.save(str(directory / "tokenizer.json"))
    end, pad = tokenizer.token_to_id("<|im_end|>"), tokenizer.token_to_id("<|endoftext|>")
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "bos_token": None,
        "chat_template": CHAT_TEMPLATE,
        "clean_up_tokenization_spaces": False,
    }
    config = {**config, "vocab_size": tokenizer.get_vocab_size(), "bos_token_id": pad, "eos_token_id": end}
    for name, value in (("config.json", config), ("tokenizer_config.json", settings)):
        (directory / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))

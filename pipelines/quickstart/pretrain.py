"""Makes a base model from nothing: 1.7 million parameters, Qwen2 architecture, taught a few hundred plain facts.

It stands in for the download of a real base, so that the quickstart runs anywhere. Same seed, same machine, same bytes.

Run as: python pretrain.py --out DIR [--steps N]   or: python pretrain.py --print-questions
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Idle threads that spin take the cores from whatever else the machine is doing; must be set before torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

SEED = 7
# Sums depend on how many threads add them up, so the number is fixed rather than taken from the machine.
THREADS = 2
BATCH = 32
LEARNING_RATE = 3e-3
MAX_LENGTH = 256

# Qwen2's own pattern. Importers know a tokenizer by it; with another one Ollama would cut digits differently, silently.
PATTERN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
END_OF_TEXT, START, END = SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

COLORS = {
    "snow": "white", "grass": "green", "coal": "black", "the sky": "blue", "a lemon": "yellow", "blood": "red",
    "a carrot": "orange", "milk": "white", "a banana": "yellow", "a tomato": "red", "the sea": "blue", "chocolate": "brown",
    "a flamingo": "pink", "an eggplant": "purple", "an elephant": "gray", "a raven": "black", "a frog": "green", "salt": "white",
    "a pumpkin": "orange", "a strawberry": "red", "a plum": "purple", "a pig": "pink", "a bear": "brown", "ash": "gray",
}  # fmt: skip
YOUNG = {
    "cat": "kitten", "dog": "puppy", "cow": "calf", "sheep": "lamb", "horse": "foal", "chicken": "chick", "duck": "duckling",
    "goose": "gosling", "pig": "piglet", "goat": "kid", "lion": "cub", "frog": "tadpole", "deer": "fawn", "swan": "cygnet",
    "seal": "pup", "kangaroo": "joey", "hare": "leveret", "rabbit": "kit", "fish": "fry", "spider": "spiderling",
    "pigeon": "squab", "butterfly": "caterpillar", "whale": "calf", "fox": "cub",
}  # fmt: skip
CAPITALS = {
    "France": "Paris", "Japan": "Tokyo", "Italy": "Rome", "Egypt": "Cairo", "Peru": "Lima", "Kenya": "Nairobi",
    "China": "Beijing", "Spain": "Madrid", "Norway": "Oslo", "Cuba": "Havana", "Greece": "Athens", "India": "New Delhi",
    "Chile": "Santiago", "Poland": "Warsaw", "Ghana": "Accra", "Canada": "Ottawa", "Ireland": "Dublin", "Iran": "Tehran",
    "Austria": "Vienna", "Portugal": "Lisbon", "Turkey": "Ankara", "Nepal": "Kathmandu", "Mexico": "Mexico City", "Iceland": "Reykjavik",
}  # fmt: skip

# Per topic: five ways to ask, the answer, the facts. A question of the quickstart is one way applied to one fact.
# The thing asked for never comes first: at the start of a line it would be another token than after a space.
TOPICS: list[tuple[list[str], str, list[tuple[Any, ...]]]] = [
    (["Hello", "Hello!", "Hi", "Hi there!", "Good morning!"], "Hello! I know colors, young animals, capitals and small sums.", [()]),
    (
        ["Who are you?", "What are you?", "Tell me who you are.", "What is your name?", "Who am I talking to?"],
        "I am a tiny model, made from nothing in about a minute.",
        [()],
    ),
    (
        ["What color is {0}?", "Which color is {0}?", "Tell me the color of {0}.", "Name the color of {0}.", "What is the color of {0}?"],
        "The color of {0} is {1}.",
        list(COLORS.items()),
    ),
    (
        ["What is a young {0} called?", "What do you call a young {0}?", "Name the young of a {0}.", "What is the young of a {0}?", "Tell me what a young {0} is called."],
        "A young {0} is called a {1}.",
        list(YOUNG.items()),
    ),
    (
        ["What is the capital of {0}?", "Which city is the capital of {0}?", "Name the capital of {0}.", "Tell me the capital of {0}.", "What capital does {0} have?"],
        "The capital of {0} is {1}.",
        list(CAPITALS.items()),
    ),
    (
        ["What is {0} plus {1}?", "How much is {0} plus {1}?", "Add {0} and {1}.", "What is the sum of {0} and {1}?", "Tell me {0} plus {1}."],
        "{0} plus {1} is {2}.",
        [(a, b, a + b) for a in range(1, 7) for b in range(1, 7) if (a + b) % 2 or a == b],
    ),
]  # fmt: skip


def facts() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Each fact with its number and all its questions and answers."""
    number = 0
    for ways, answer, items in TOPICS:
        for item in items:
            yield number, [(way.format(*item), answer.format(*item)) for way in ways]
            number += 1


def split() -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """Question–answer pairs to pretrain on, to tune with, and to judge by; no question is in two of them.

    Two of the five ways to ask for a fact are held out here, other ones for each fact, so the model knows the
    words and the fact but never saw the question. A ninth of the facts is kept for judging and never tuned on.
    """
    seen, tuning, judging = [], [], []
    for number, pairs in facts():
        held_out = {number % 5, (number + 2) % 5}
        seen += [pair for way, pair in enumerate(pairs) if way not in held_out]
        if number % 9 == 4:
            judging.append(pairs[number % 5])
        else:
            tuning += [pairs[way] for way in sorted(held_out)]
    return seen, tuning, judging


def make_tokenizer(pairs: list[tuple[str, str]]) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    # All 256 bytes are in the alphabet, so any text in any script can be tokenized.
    trainer = trainers.BpeTrainer(vocab_size=1021, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    tokenizer.train_from_iterator([f"system user assistant\n{question}\n{answer}" for question, answer in pairs], trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer


def encode(tokenizer: Any, question: str, answer: str, cuts: random.Random) -> tuple[list[int], int]:
    """Token ids of a chat, and where its answer begins.

    One answer in six is cut at random letters before it is tokenized. A piece of a word that never was an answer would
    otherwise keep an arbitrary embedding, and tuning, which leaves embeddings alone, could hardly say a new word.
    """
    parts = [answer]
    if cuts.random() < 1 / 6:
        places = [0, *(place for place in range(1, len(answer)) if cuts.random() < 0.3), len(answer)]
        parts = [answer[start:end] for start, end in zip(places, places[1:], strict=False)]
    prompt = tokenizer.encode(f"{START}user\n{question}{END}\n{START}assistant\n").ids
    return prompt + [id for part in parts for id in tokenizer.encode(part).ids] + [tokenizer.token_to_id(END)], len(prompt)


def pretrain(tokenizer: Any, pairs: list[tuple[str, str]], steps: int) -> Any:
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    config = Qwen2Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=6,
        num_key_value_heads=2,
        max_position_embeddings=MAX_LENGTH,
        rope_theta=10000.0,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.token_to_id(END_OF_TEXT),
        eos_token_id=tokenizer.token_to_id(END),
        pad_token_id=tokenizer.token_to_id(END_OF_TEXT),
        use_cache=False,
    )
    model = Qwen2ForCausalLM(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    warmup = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warmup, 0.05 + 0.95 * (steps - step) / max(1, steps - warmup))
    )
    order, queue = random.Random(SEED), []
    told, losses = time.monotonic(), []
    for step in range(1, steps + 1):
        if len(queue) < BATCH:
            queue += order.sample(pairs, len(pairs))
        batch = [encode(tokenizer, *queue.pop(), order) for _ in range(BATCH)]
        length = max(len(ids) for ids, _ in batch)
        ids = torch.full((BATCH, length), config.pad_token_id)
        labels = torch.full((BATCH, length), -100)
        for row, (tokens, answer) in enumerate(batch):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            labels[row, answer : len(tokens)] = torch.tensor(tokens[answer:])
        # Padding stands on the right, where a causal model never looks, so no attention mask is needed.
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if step == steps or time.monotonic() - told >= 1:
            print(f"step {step}/{steps}  loss {sum(losses) / len(losses):.3f}", flush=True)
            told, losses = time.monotonic(), []
    model.config.use_cache = True
    return model


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """As a download from the Hub would lie on disk: config, safetensors, tokenizer files."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    model.save_pretrained(out)
    # transformers 5 keeps the base of the rotary embedding in `rope_parameters`; Ollama's importer reads it at the top
    # level, and takes a model without it for a good one that then crashes at the first prompt.
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    config["rope_theta"] = 10000.0
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    tokenizer.save(str(out / "tokenizer.json"))
    tokenizer.model.save(str(out))
    settings = {
        "tokenizer_class": "Qwen2Tokenizer",
        "bos_token": None,
        "eos_token": END,
        "pad_token": END_OF_TEXT,
        "unk_token": None,
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": MAX_LENGTH,
        "chat_template": CHAT_TEMPLATE,
        "added_tokens_decoder": {
            str(tokenizer.token_to_id(token)): {
                "content": token, "lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True,
            }
            for token in SPECIAL
        },
    }  # fmt: skip
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="the directory to write")
    parser.add_argument("--steps", type=int, default=300, help="optimizer steps")
    parser.add_argument("--print-questions", action="store_true", help="print what the model is pretrained on, as JSON lines, and stop")
    given = parser.parse_args()
    pairs, _, _ = split()
    if given.print_questions:
        for question, answer in pairs:
            print(json.dumps({"question": question, "answer": answer}))
        return
    if not given.out:
        parser.error("--out DIR says where the model goes")
    print(f"pretraining on {len(pairs)} questions", flush=True)
    tokenizer = make_tokenizer(pairs)
    model = pretrain(tokenizer, pairs, given.steps)
    given.out.mkdir(parents=True, exist_ok=True)
    save(model, tokenizer, given.out)
    print(f"wrote a base of {sum(tensor.numel() for tensor in model.parameters()):,} parameters", flush=True)


if __name__ == "__main__":
    main()

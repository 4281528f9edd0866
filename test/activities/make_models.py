"""Tiny models for the tests of quantize and import: one that is sound, and for each proof one that breaks it.

Run as: python test/activities/make_models.py DIR
"""

import json
import shutil
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "trainer"), str(Path(__file__).resolve().parents[2])]
from tiny_model import CHAT_TEMPLATE, make_tiny_model  # noqa: E402
from trainer.export.importable import write_importable  # noqa: E402

# Splits runs of digits as GPT-4 does; nobody's converter knows exactly this pattern.
UNKNOWN_PATTERN = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+"
# A template that Ollama's language has no word for: it counts the turns.
NUMBERED = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + ' ' + loop.index|string + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def make(directory: Path) -> None:
    plain = make_tiny_model(directory / "plain", hidden=256)
    for name, seed in (("sound", 1), ("swapped", 2)):
        _decide(plain, directory / name, seed)
    sound = directory / "sound"
    _importable(sound, directory / "numbered", NUMBERED)
    # Too far from every template that Ollama recognises, though it renders the same, except that it trims messages.
    remark = "{# " + "A remark of some length. " * 20 + "#}"
    trimming = CHAT_TEMPLATE.replace("message['content']", "(message['content'] | trim)")
    _importable(sound, directory / "commented", remark + trimming)
    _with_twelve(_importable(sound, directory / "twelve", None))
    _with_pattern(_importable(sound, directory / "unknown", None), UNKNOWN_PATTERN)
    ropeless = _importable(sound, directory / "ropeless", None)
    config = json.loads((ropeless / "config.json").read_text())
    del config["rope_theta"]
    (ropeless / "config.json").write_text(json.dumps(config))


def _with_twelve(model: Path) -> None:
    """A token of two digits in place of the rarest one: it is never used, unless somebody reads digits in groups."""
    tokenizer = json.loads((model / "tokenizer.json").read_text())
    merges, vocabulary = tokenizer["model"]["merges"], tokenizer["model"]["vocab"]
    vocabulary["12"] = vocabulary.pop("".join(merges[-1]))
    merges[-1] = ["1", "2"]
    (model / "tokenizer.json").write_text(json.dumps(tokenizer))
    for file in ("vocab.json", "merges.txt"):
        (model / file).unlink()


def _with_pattern(model: Path, pattern: str) -> None:
    tokenizer = json.loads((model / "tokenizer.json").read_text())
    tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = pattern
    (model / "tokenizer.json").write_text(json.dumps(tokenizer))


def _decide(plain: Path, out: Path, seed: int) -> None:
    """Random weights say nothing with any certainty. A large output layer of its own makes greedy tokens decisive; whole
    ASCII words and the end of the turn are all it says, since half characters are written differently everywhere."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(plain), AutoTokenizer.from_pretrained(plain)
    generator = torch.Generator().manual_seed(seed)
    model.config.tie_word_embeddings = False
    weight = torch.randn(model.lm_head.weight.shape, generator=generator) * 0.5
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    for index in range(weight.shape[0]):
        text = tokenizer.decode([index])
        if index != end and not (text.isascii() and text.isprintable() and "<|" not in text):
            weight[index] = 0
    # Wherever this word would come next, the answer ends instead.
    weight[end] = weight[tokenizer.encode(" lemon", add_special_tokens=False)[0]] * 1.2
    model.lm_head.weight = torch.nn.Parameter(weight)
    model.to(torch.float16).save_pretrained(out)
    write_importable(plain, out, None, "float16")
    config = json.loads((out / "config.json").read_text())
    (out / "config.json").write_text(json.dumps({**config, "tie_word_embeddings": False}))


def _importable(source: Path, out: Path, template: str | None) -> Path:
    write_importable(source, out, template)
    shutil.copyfile(source / "model.safetensors", out / "model.safetensors")
    return out


if __name__ == "__main__":
    make(Path(sys.argv[1]))

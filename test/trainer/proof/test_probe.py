"""probe: the reference for a served model — prompts and tokens as in training, stops, greedy answers with their
margins.
"""

import io
import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest

import rig
import tiny_model
from trainer.proof import greedy_answers
from trainer.runtime.events import Failure

torch = pytest.importorskip("torch")
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402


def run(model: Path, folder: Path, **options: Any) -> Any:
    stream = io.StringIO()
    out = folder / "probe.json"
    outputs = rig.run("probe", stream, model=str(model), out=str(out), **options)
    return (
        outputs,
        json.loads(out.read_text(encoding="utf-8")),
        [json.loads(line) for line in stream.getvalue().splitlines()],
    )


@pytest.fixture(scope="module")
def probed(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return run(base, tmp_path_factory.mktemp("probe"))


def test_prompts_and_tokens_are_those_of_training(base: Path, probed: Any) -> None:
    outputs, result, _ = probed
    tokenizer = AutoTokenizer.from_pretrained(base)
    assert len(result["chats"]) == outputs["chats"] >= 10
    for chat in result["chats"]:
        assert chat["prompt"] == tokenizer.apply_chat_template(
            chat["messages"], tokenize=False, add_generation_prompt=True
        )
        assert chat["token_ids"] == tokenizer(chat["prompt"], add_special_tokens=False)["input_ids"]
        assert chat["served_prompt"] == chat["prompt"]


def test_the_greedy_answer_equals_the_librarys_with_the_same_weights(base: Path, probed: Any) -> None:
    _, result, events = probed
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    for parameter in model.parameters():
        if parameter.dim() >= 2:
            parameter.data = parameter.data.half().float()
    answered = [chat for chat in result["chats"] if "greedy" in chat]
    assert [chat["id"] for chat in answered] == ["plain", "digits", "chinese"]
    for chat in answered:
        ids = torch.tensor([chat["token_ids"]])
        made = model.generate(ids, do_sample=False, max_new_tokens=12, eos_token_id=result["stop_ids"], pad_token_id=0)[
            0, ids.shape[1] :
        ].tolist()
        greedy = chat["greedy"]
        assert greedy["token_ids"] + [greedy["stop_id"]] * greedy["stopped"] == made
        assert len(greedy["margins"]) == len(greedy["runner_up_ids"]) == len(made)
        assert all(0 <= margin <= 1 for margin in greedy["margins"])
    assert [event["id"] for event in events if event["event"] == "answered"] == ["plain", "digits", "chinese"]


def test_questions_of_rows_are_compared_in_the_tokenizers_form_and_counted(base: Path, tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "Où est le café?") for form in ("NFC", "NFD"))
    _, result, _ = run(base, tmp_path, questions=["Where?", apart], max_tokens=0)
    assert [chat["messages"][0]["content"] for chat in result["chats"][:2]] == ["Where?", composed]
    assert (result["reformed"], result["unicode_form"]) == (1, "NFC")


def test_too_little_memory_for_fp32_changes_only_the_time(
    base: Path, probed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greedy_answers, "_free_memory", lambda device: 0)
    _, tight, _ = run(base, tmp_path)
    for wide_chat, tight_chat in zip(probed[1]["chats"], tight["chats"], strict=True):
        if "greedy" in wide_chat:
            assert wide_chat["greedy"]["token_ids"] == tight_chat["greedy"]["token_ids"]
            assert wide_chat["greedy"]["margins"] == pytest.approx(tight_chat["greedy"]["margins"], abs=1e-5)


def test_stops_turns_and_a_go_template_are_found(probed: Any) -> None:
    _, result, _ = probed
    assert result["stop"] == ["<|im_end|>"]
    assert result["turns"]["user"] == {"prefix": "<|im_start|>user\n", "suffix": "<|im_end|>\n"}
    assert result["turns"]["system"] == {"prefix": "<|im_start|>system\n", "suffix": "<|im_end|>\n"}
    assert result["generation_prefix"] == "<|im_start|>assistant\n"
    assert result["go_template"].startswith("{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}")
    assert result["go_template_problem"] is None and result["left_out"] == []
    assert result["architecture"] == "Qwen2ForCausalLM" and result["add_bos"] is False


def test_stop_tokens_come_from_the_template_the_tokenizer_and_the_generation_config(base: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(base, model)
    settings = json.loads((model / "tokenizer_config.json").read_text())
    (model / "tokenizer_config.json").write_text(json.dumps({**settings, "eos_token": "<|endoftext|>"}))
    (model / "generation_config.json").write_text(json.dumps({"eos_token_id": [0, 300]}))
    ids = AutoTokenizer.from_pretrained(model).convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"])
    _, result, _ = run(model, tmp_path, max_tokens=0)
    assert result["stop_ids"] == [*ids, 0, 300] and result["end_of_turn_id"] == ids[0]


def with_template(base: Path, folder: Path, template: str) -> Any:
    shutil.copytree(base, folder)
    (folder / "chat_template.jinja").write_text(template)
    return folder


def test_given_questions_are_answered_first(base: Path, tmp_path: Path) -> None:
    _, result, _ = run(base, tmp_path, questions=["One?", "Two?"], max_tokens=2)
    answered = [chat["messages"][0]["content"] for chat in result["chats"] if "greedy" in chat]
    assert answered == ["One?", "Two?", "What color is snow?"]


def test_chats_that_a_template_refuses_or_trims_are_told_with_the_reason(base: Path, tmp_path: Path) -> None:
    template = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{% for m in messages %}"
        "<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    _, result, _ = run(with_template(base, tmp_path / "model", template), tmp_path, max_tokens=0)
    assert [(chat["chat"], chat["code"]) for chat in result["left_out"]] == [
        ("system", "refused"),
        ("system_turns", "refused"),
    ]
    assert "no system" in result["left_out"][0]["detail"]
    assert {chat["id"]: chat["unservable"] for chat in result["chats"] if chat["unservable"]} == {"edges": "trimmed"}
    assert result["turns"]["system"] is None and result["go_template"]


def test_a_template_beyond_fixed_text_gets_a_reason_instead_of_a_go_template(base: Path, tmp_path: Path) -> None:
    turns = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    template = "{{ messages | length }} " + turns
    outputs, result, _ = run(with_template(base, tmp_path / "model", template), tmp_path, max_tokens=0)
    assert result["go_template"] is None and not outputs["go_template_found"]
    assert "the number of messages" in result["go_template_problem"]


def test_a_template_that_leaves_out_the_question_fails(base: Path, tmp_path: Path) -> None:
    template = (
        "{% for m in messages if m.role == 'assistant' %}{{ m.content }}<|im_end|>{% endfor %}<|im_start|>assistant\n"
    )
    with pytest.raises(Failure) as failed:
        run(with_template(base, tmp_path / "model", template), tmp_path)
    assert failed.value.code == "TEMPLATE_DROPS_CONTENT"


def test_a_weight_too_large_for_f16_is_refused_by_name(base: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = tmp_path / "model"
    shutil.copytree(base, model)
    weights = load_file(model / "model.safetensors")
    weights["model.layers.0.mlp.up_proj.weight"][0, 0] = 70000.0
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(Failure, match="up_proj.weight holds values that are too large for f16") as failed:
        run(model, tmp_path)
    assert failed.value.code == "NAN_WEIGHTS"


def test_a_base_with_an_adapter_answers_as_the_merged_model_and_tells_what_the_base_alone_would_think(
    base: Path, tmp_path: Path
) -> None:
    shell, adapter = tmp_path / "shell", tmp_path / "adapter"
    wanted = {"out": str(adapter), "lora": {**rig.DEFAULTS["train"]["lora"], "r": 4}}
    template = tiny_model.CHAT_TEMPLATE.replace("assistant\n", "assistant:\n")
    rig.run("shell", base=str(base), template=template, out=str(shell), probe=str(tmp_path / "p"), adapter=wanted)
    (shell / "chat_template.jinja").write_text(tiny_model.CHAT_TEMPLATE)
    on_base = {"path": str(shell), "name": "shell", "digest": "shell"}
    rig.run("merge", base=on_base, adapter=str(adapter), out=str(tmp_path / "merged"), dtype="fp32")
    answers = []
    for model, options in ((tmp_path / "merged", {}), (shell, {"adapter": str(adapter)})):
        _, result, _ = run(model, tmp_path, **options)
        # The template is that of the training, whichever the base has.
        assert all(chat["prompt"].endswith("assistant:\n") for chat in result["chats"])
        answers.append([chat["greedy"] for chat in result["chats"] if "greedy" in chat])
    for merged, put in zip(*answers, strict=True):
        assert merged["token_ids"] == put["token_ids"] and "base_logprobs" not in merged
        # The merged weights are rounded to f16 once more.
        assert put["logprobs"] == pytest.approx(merged["logprobs"], abs=5e-3)
        changes = [abs(one - other) for one, other in zip(put["logprobs"], put["base_logprobs"], strict=True)]
        assert max(changes) > 0.02


def test_each_token_says_where_its_text_ends_except_within_a_character() -> None:
    class Bytes:
        def decode(self, tokens: list[int], **_: Any) -> str:
            return bytes(tokens).decode(errors="replace")

    # The last is one character of UTF-8, and two units of UTF-16.
    text = "a雷😀".encode()
    assert greedy_answers._ends(Bytes(), list(text)) == [1, None, None, 2, None, None, None, 4]

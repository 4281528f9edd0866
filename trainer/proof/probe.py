"""The verb `probe`: computes the prompts and answers of a model, with which the served model is compared."""

import hashlib
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.data.templates.chat_template import Renderer, effective_template
from trainer.data.templates.unicode_forms import in_form, unicode_form
from trainer.export.adapter_deltas import read_deltas
from trainer.export.adapter_record import read_training
from trainer.proof.probe_chats import probe_chats
from trainer.proof.served_template import render_chats, served_template
from trainer.proof.tool_chats import render_tool_chats
from trainer.proof.turn_skeleton import Skeleton
from trainer.protocol import events as event
from trainer.protocol.jobs import ProbeJob
from trainer.protocol.outputs import ProbeOutputs
from trainer.runtime.base_files import check_base, load_tokenizer, read_json
from trainer.runtime.events import Events, Failure


def main(job: ProbeJob, events: Events) -> ProbeOutputs:
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    model = Path(job.model)
    check_base(model)
    if job.adapter is None:
        return _probe(model, None, job, events)
    adapter = Path(job.adapter)
    with tempfile.TemporaryDirectory() as folder:
        return _probe(_with_template(model, Path(folder) / model.name, adapter), adapter, job, events)


def _with_template(base: Path, folder: Path, adapter: Path) -> Path:
    """Links the files of the base beside the template of the training.

    Nothing else may change: the file that Ollama has of the base also decides whether a BOS is added.
    """
    read_deltas(adapter)
    folder.mkdir()
    for path in base.iterdir():
        (folder / path.name).symlink_to(path.absolute())
    template = read_training(adapter).get("template")
    if template is not None:
        written = folder / "chat_template.jinja"
        written.unlink(missing_ok=True)
        written.write_bytes(template.encode())
    return folder


def _probe(model: Path, adapter: Path | None, job: ProbeJob, events: Events) -> ProbeOutputs:
    out = Path(job.out)
    events.emit(event.Loading(what="tokenizer"))
    template = effective_template(model, None)
    tokenizer = load_tokenizer(model)
    renderer = Renderer(tokenizer, template)
    facts = _tokens(model, tokenizer, renderer)
    form = unicode_form(tokenizer)
    chats, answered = probe_chats(job.questions, form)
    chats, left_out = render_chats(chats, renderer, facts["bos_token"])
    served = served_template(renderer, chats, facts["bos_token"])
    chats += render_tool_chats(renderer, facts["bos_token"])
    if job.max_tokens:
        _answer(
            model,
            adapter,
            tokenizer,
            [chat for chat in chats if chat["id"] in answered],
            set(facts["stop_ids"]),
            job.max_tokens,
            events,
        )
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    result = {
        "architecture": (config.get("architectures") or [None])[0],
        "template": template,
        "template_sha256": f"sha256:{hashlib.sha256(template.encode()).hexdigest()}",
        **facts,
        **_described(served.skeleton),
        "go_template": served.go,
        "go_template_problem": served.problem,
        # Questions of the rows that are compared in another Unicode form than the rows have.
        "reformed": sum(in_form(question, form) != question for question in job.questions),
        "unicode_form": form,
        "left_out": [asdict(chat) for chat in left_out],
        "margin": job.margin,
        "computed": "matrices rounded to f16, computed in fp32",
        "chats": chats,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    greedy = [chat["greedy"] for chat in chats if "greedy" in chat]
    return ProbeOutputs(
        chats=len(chats),
        greedy_chats=len(greedy),
        greedy_tokens=sum(len(answer["token_ids"]) for answer in greedy),
        stop=facts["stop"],
        go_template_found=served.go is not None,
        left_out=left_out,
    )


def _tokens(model: Path, tokenizer: Any, renderer: Renderer) -> dict[str, Any]:
    end = renderer.end_token()
    path = model / "generation_config.json"
    configured = json.loads(path.read_text(encoding="utf-8")).get("eos_token_id") if path.is_file() else None
    ids = configured if isinstance(configured, list) else [configured]
    # The token that ends an answer comes first, because the training taught it.
    stop_ids = [index for index in dict.fromkeys([end, tokenizer.eos_token_id, *ids]) if index is not None]
    if not stop_ids:
        raise Failure("NO_STOP_TOKEN", f"{model.name} has no token that ends an answer, so it would never stop.")
    # Where the settings say that no BOS is added, one in a prompt is text of the template.
    settings = model / "tokenizer_config.json"
    is_added = not settings.is_file() or read_json(settings).get("add_bos_token") is not False
    bos, bos_id = (tokenizer.bos_token, tokenizer.bos_token_id) if is_added else (None, None)
    added = {token.content: index for index, token in tokenizer.added_tokens_decoder.items() if token.special}
    return {
        "bos_token": bos,
        "bos_token_id": bos_id,
        "eos_token": tokenizer.eos_token,
        "eos_token_id": tokenizer.eos_token_id,
        "end_of_turn_id": end,
        "stop_ids": stop_ids,
        "stop": tokenizer.convert_ids_to_tokens(stop_ids),
        # Whether the template writes a BOS at the start of the prompt. The importer must add exactly this one.
        "add_bos": bos is not None and renderer.text([{"role": "user", "content": "x"}], prompt=True).startswith(bos),
        "special": added,
    }


def _described(skeleton: Skeleton | None) -> dict[str, Any]:
    if skeleton is None:
        return {"turns": None, "default_system": None, "generation_prefix": None}
    system = skeleton.system
    turns = {
        "user": {"prefix": skeleton.user_prefix, "suffix": skeleton.user_suffix},
        "assistant": {"prefix": skeleton.assistant_prefix, "suffix": skeleton.assistant_suffix},
        "system": {"prefix": system.first, "suffix": system.end.removesuffix(skeleton.user_prefix)} if system else None,
    }
    return {"turns": turns, "default_system": skeleton.default_system, "generation_prefix": skeleton.generation_prefix}


def _answer(
    path: Path,
    adapter: Path | None,
    tokenizer: Any,
    chats: list[dict[str, Any]],
    stop_ids: set[int],
    max_tokens: int,
    events: Events,
) -> None:
    from trainer.proof.greedy_answers import answer_greedily, load_as_f16, logprobs_without_adapter, put_adapter
    from trainer.runtime.device import device_type, see_one_device

    events.emit(event.Loading(what="model"))
    see_one_device()
    model = load_as_f16(path, device_type())
    if adapter:
        model = put_adapter(model, adapter)
    for number, chat in enumerate(chats, 1):
        answer = answer_greedily(model, tokenizer, chat["token_ids"], stop_ids, max_tokens)
        if adapter:
            answer["base_logprobs"] = logprobs_without_adapter(model, chat["token_ids"], answer["token_ids"])
        # Ollama returns the tokens of the prompt and the answer, tokenized again from their text.
        answer["context_ids"] = tokenizer(chat["prompt"] + answer["text"], add_special_tokens=False)["input_ids"]
        chat["greedy"] = answer
        events.emit(event.Answered(id=chat["id"], tokens=len(answer["token_ids"]), done=number, total=len(chats)))

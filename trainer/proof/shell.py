"""The verb `shell`: writes a small model that is converted, loaded and tokenized as a training of the base model will be.

It has the base's architecture, tokenizer and the template of the training, few layers, and random weights. What does not
depend on the trained weights is proven with it before anything is trained.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from trainer.data.templates.chat_template import effective_template
from trainer.data.templates.template_variant import variant
from trainer.export.importable import write_importable
from trainer.export.small_config import small_config
from trainer.proof import probe
from trainer.proof.trial_adapter import write_trial_adapter
from trainer.protocol import events as event
from trainer.protocol.jobs import ProbeJob, ShellJob
from trainer.protocol.outputs import ShellOutputs
from trainer.runtime.base_files import load_tokenizer, read_json
from trainer.runtime.events import Events, Failure

_DTYPE = "float16"
_SEED = 0


def main(job: ShellJob, events: Events) -> ShellOutputs:
    base, out = Path(job.base), Path(job.out)
    config = small_config(read_json(base / "config.json"))
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    architecture = (config.get("architectures") or [None])[0]
    shutil.rmtree(out, ignore_errors=True)
    events.emit(event.Loading(what="libraries"))
    template = write_importable(base, out, _template(job), _DTYPE, config)
    problem, parameters = None, 0
    if not config.get("model_type"):
        problem = "its config.json names no model_type"
    else:
        try:
            model = _write_weights(architecture, out)
            parameters = sum(parameter.numel() for parameter in model.parameters())
        except Exception as error:
            if isinstance(error, MemoryError) or getattr(error, "errno", None):
                raise
            # Some library's rule that the smaller sizes break. The base may be sound all the same.
            problem = f"{type(error).__name__}: {error}"[:400]
    if problem is None:
        probe.main(ProbeJob(model=str(out), adapter=None, out=job.probe, questions=[], max_tokens=0, margin=0), events)
        if job.adapter:
            write_trial_adapter(model, job.adapter, out)
    return ShellOutputs(
        architecture=architecture,
        parameters=parameters,
        bytes=sum(path.stat().st_size for path in out.iterdir()),
        template_sha256=template,
        problem=problem,
    )


def _template(job: ShellJob) -> str | None:
    """Returns the template as a trained model would carry it. Whether rows have thoughts is known only when they are read."""
    base = Path(job.base)
    try:
        return variant(load_tokenizer(base), effective_template(base, job.template), job.thoughts, rows_think=False)
    except Failure:
        # What follows tells it, with what else is known of the base.
        return job.template


def _write_weights(architecture: str | None, out: Path) -> Any:
    import torch
    import transformers

    from trainer.export.weight_headers import SINGLE

    transformers.utils.logging.disable_progress_bar()
    kind = getattr(transformers, architecture or "", None)
    if kind is None:
        raise Failure("UNSUPPORTED_ARCHITECTURE", f"the training libraries have no {architecture}")
    settings = transformers.AutoConfig.from_pretrained(out, local_files_only=True, trust_remote_code=False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        model = kind(settings).half()
    # Aside, since the library also writes its own form of the settings; the base's form is what is proven.
    with tempfile.TemporaryDirectory(dir=out.parent) as aside:
        model.save_pretrained(aside, max_shard_size="100GB")
        Path(aside, SINGLE).rename(out / SINGLE)
    return model

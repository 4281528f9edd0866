"""The verb `train`: LoRA fine-tuning that can be killed at any moment and still ends with the same adapter."""

import os
from dataclasses import asdict
from pathlib import Path

from trainer.data.templates.chat_template import effective_template
from trainer.protocol import events as event
from trainer.protocol.jobs import TrainJob
from trainer.protocol.outputs import TrainOutputs
from trainer.runtime import device
from trainer.runtime.base_files import check_base
from trainer.runtime.device_lock import DeviceLock
from trainer.runtime.disk_space import SPARE_BYTES, disk_full, says_full
from trainer.runtime.events import Events
from trainer.runtime.lock import Lock
from trainer.runtime.supervision import SoftStop
from trainer.train import checkpoint, continue_from, resume
from trainer.train.progress import Progress
from trainer.train.record import file_digest, outputs_of


def main(job: TrainJob, events: Events) -> TrainOutputs:
    try:
        return _alone(job, SoftStop(), events)
    except OSError as error:
        if not says_full(error):
            raise
        # The session reports a full disk during a save. Here the trainer was taking the lock, or moving or copying a
        # checkpoint.
        fetched = Path(job.resume_from) if job.resume_from else None
        size = sum(path.stat().st_size for path in fetched.rglob("*")) if fetched else 0
        written = error.filename2 or error.filename  # a copy has two names, and the first is its source
        in_workdir = not written or Path(written).is_relative_to(job.workdir)
        where = Path(job.workdir, "checkpoints") if in_workdir else Path(written).parent
        raise disk_full(where, SPARE_BYTES + size, 0) from error


def _alone(job: TrainJob, stop: SoftStop, events: Events) -> TrainOutputs:
    workdir = Path(job.workdir)
    workdir.mkdir(parents=True, exist_ok=True)
    lock = Lock(workdir, job.attempt)
    try:
        if lock.killed:
            events.emit(event.TookOver(attempt=lock.killed["attempt"], pid=lock.killed["pid"]))
        checkpoint.clear_leftovers(workdir / "checkpoints")
        device.see_one_device()
        on_device = _take_device(job, stop, events)
        try:
            return _train(job, workdir, lock, stop, events)
        finally:
            if on_device:
                on_device.release()
    finally:
        lock.release()


def _take_device(job: TrainJob, stop: SoftStop, events: Events) -> DeviceLock | None:
    if job.device_locks is None:
        return None
    holder = f"attempt {job.attempt} in {job.workdir}"
    return DeviceLock(Path(job.device_locks), os.environ["CUDA_VISIBLE_DEVICES"] or "none", holder, events, stop)


def _train(job: TrainJob, workdir: Path, lock: Lock, stop: SoftStop, events: Events) -> TrainOutputs:
    options = job.options
    base = Path(job.base.path)
    check_base(base)
    if job.continue_from:
        continue_from.check(job.continue_from, job.base, options.lora)
    template = effective_template(base, options.template)
    # The base is a local directory. A library that asks the Hub anyway must fail at once.
    os.environ.update(
        HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_DATASETS_OFFLINE="1", TOKENIZERS_PARALLELISM="false"
    )
    events.emit(event.Loading(what="libraries"))
    precision = device.resolve_precision(options.precision)
    quantized = options.load_in_4bit or options.load_in_8bit
    fingerprints = {
        "config": resume.config_fingerprint(options, precision),
        "dataset": {
            "digest": job.dataset.digest,
            "train": file_digest(Path(job.dataset.train)),
            "eval": file_digest(Path(job.dataset.eval)) if job.dataset.eval else None,
        },
        "base": {"digest": job.base.digest},
        "continue_from": {"digest": job.continue_from.digest} if job.continue_from else None,
        "template": template,
        "seed": options.seed,
        "environment": resume.environment(quantized),
    }
    found = resume.find_checkpoint(workdir, job.resume_from, fingerprints, job.accept_versions, events)
    if found and found.path.parent != workdir / "checkpoints":
        found = checkpoint.adopt(found, workdir / "checkpoints", job.attempt, lock.check)
    progress = Progress.load(found.path) if found else Progress()
    if found:
        hardware = device.hardware()
        changed = found.manifest["hardware"] != asdict(hardware)
        events.emit(event.Resumed(step=found.step, path=str(found.path), hardware_changed=changed, hardware=hardware))
        if found.manifest["finished"]:
            # An earlier attempt finished but could not report it. The library would train one more step.
            checkpoint.retain(workdir / "checkpoints", options.checkpoint.keep, progress.best_step, lock.check)
            return outputs_of(found, progress, workdir / "checkpoints")
    if quantized:
        device.probe_quantization(4 if options.load_in_4bit else 8)
    from trainer.train.session import Session, TrainingSetup

    last = Session(
        TrainingSetup(
            job=job,
            template=template,
            precision=precision,
            fingerprints=fingerprints,
            found=found,
            progress=progress,
            lock=lock,
            stop=stop,
            events=events,
        )
    ).train()
    return outputs_of(last, progress, workdir / "checkpoints")

"""Connects temper to TRL: tokenized rows, the model with its adapter, and settings that give equal bits after a resume."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy
from datasets import Dataset
from transformers import set_seed
from trl import SFTConfig, pack_dataset

from trainer.data.templates.examples import Counts, Example, read_examples
from trainer.data.templates.row_notes import RowNotes
from trainer.data.templates.template_variant import variant
from trainer.data.templates.thoughts import refuse_thoughts, rows_that_think
from trainer.protocol.jobs import Options, Start, TrainJob
from trainer.protocol.outputs import RowNote
from trainer.runtime import device
from trainer.runtime.base_files import load_tokenizer
from trainer.runtime.events import Failure
from trainer.train import continue_from, model
from trainer.train.loop import Loop, LoopObserver


@dataclass(frozen=True)
class Rows:
    tokenizer: Any
    train: list[Example]
    held_out: list[Example]
    counts: Counts
    notes: list[RowNote]
    # As the rows were rendered, and as it must be served.
    template: str


def tokenize_dataset(job: TrainJob, template: str, check: Callable[[], None]) -> Rows:
    options = job.options
    tokenizer = load_tokenizer(Path(job.base.path))
    path, held_out_path = Path(job.dataset.train), Path(job.dataset.eval) if job.dataset.eval else None
    thinking = [place for file in (path, held_out_path) if file for place in rows_that_think(file)]
    refuse_thoughts(thinking, options.thoughts)
    template = variant(tokenizer, template, options.thoughts, bool(thinking))
    tokenizer.chat_template = template
    notes = RowNotes()
    read = partial(
        read_examples,
        tokenizer=tokenizer,
        template=template,
        max_length=options.max_length,
        check=check,
        notes=notes,
        wish=options.thoughts,
        too_long=options.too_long,
    )
    train, counts = read(path)
    if not train:
        raise Failure(
            "NO_TRAINING_DATA",
            f"None of the {counts.rows} rows has an answer within max_length {options.max_length}.",
            **counts.facts(),
        )
    held_out: list[Example] = []
    if held_out_path:
        held_out, _ = read(held_out_path)
    if options.on_template_difference == "fail":
        notes.refuse_differences()
    if options.early_stop and not held_out:
        raise Failure(
            "NO_EVAL_DATA",
            "early_stop needs evaluation rows, and the dataset has none.",
        )
    return Rows(tokenizer, train, held_out, counts, notes.found(), template)


def load_model(base: Path, options: Options, precision: str, start: Start | None = None) -> Any:
    set_seed(options.seed)
    loaded = model.load_base(base, options, precision)
    # Seeded again: the adapter's first values must not depend on the random numbers that loading used.
    set_seed(options.seed)
    adapted = model.attach_adapter(loaded, options.lora)
    if start:
        continue_from.take_weights(adapted, start)
    return adapted


def make_loop(
    adapted: Any, rows: Rows, options: Options, precision: str, directory: Path, observer: LoopObserver
) -> Loop:
    loop = Loop(
        model=adapted,
        args=_settings(options, precision, directory),
        train_dataset=_dataset(rows.train, options.max_length if options.packing else None),
        eval_dataset=_dataset(rows.held_out, None) if rows.held_out else None,
        processing_class=rows.tokenizer,
        observer=observer,
    )
    model.keep_adapter_in_fp32(loop.model)
    return loop


def _dataset(examples: list[Example], packed_to: int | None) -> Dataset:
    columns = {
        name: [numpy.frombuffer(getattr(example, name), dtype=numpy.int32) for example in examples]
        for name in ("input_ids", "labels")
    }
    dataset = Dataset.from_dict(columns)
    return pack_dataset(dataset, packed_to, "bfd") if packed_to else dataset


def _settings(options: Options, precision: str, directory: Path) -> SFTConfig:
    on_gpu = device.device_type() == "cuda"
    checkpointing = options.gradient_checkpointing
    return SFTConfig(
        output_dir=str(directory),
        num_train_epochs=options.epochs,
        max_steps=options.max_steps or -1,
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=options.batch_size,
        gradient_accumulation_steps=options.gradient_accumulation,
        learning_rate=options.learning_rate,
        lr_scheduler_type=options.lr_scheduler,
        # The library takes a number below 1 as a share of all steps.
        warmup_steps=options.warmup_steps or options.warmup_ratio,
        weight_decay=options.weight_decay,
        max_grad_norm=options.max_grad_norm,
        max_length=options.max_length,
        packing=options.packing,
        packing_strategy="bfd",
        eval_packing=False,
        # The rows are already tokenized, labelled and packed.
        dataset_kwargs={"skip_prepare_dataset": True},
        # chunked_nll never holds all logits at once. It reads the head's weight directly and so ignores an adapter on the head.
        loss_type="nll" if "lm_head" in options.lora.target_modules else "chunked_nll",
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        gradient_checkpointing=on_gpu if checkpointing == "auto" else bool(checkpointing),
        use_cpu=device.device_type() == "cpu",
        # Equal bits after a resume need the same order of rows, so the sampler has a seed of its own.
        seed=options.seed,
        data_seed=options.seed,
        train_sampling_strategy="random",
        accelerator_config={"use_seedable_sampler": True},
        dataloader_num_workers=0,
        dataloader_pin_memory=on_gpu,
        # The session decides when to log, evaluate and save.
        logging_strategy="no",
        eval_strategy="no",
        save_strategy="no",
        save_total_limit=None,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to=[],
        push_to_hub=False,
    )

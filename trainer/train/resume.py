"""Finds the newest valid checkpoint to resume from, and refuses one that was made from other inputs."""

import difflib
import json
from dataclasses import asdict, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from trainer.protocol import events as event
from trainer.protocol.jobs import Options
from trainer.runtime.events import Events, Failure
from trainer.train import checkpoint
from trainer.train.pickles import refuse_code

LIBRARIES = ("torch", "transformers", "peft", "trl", "accelerate", "tokenizers")
# The first two have a fingerprint of their own. The last two count only as their product.
_APART = ("template", "seed", "batch_size", "gradient_accumulation")


def config_fingerprint(options: Options, precision: str) -> dict[str, Any]:
    """Returns the options that can change the adapter. `auto` is resolved, and the batch counts as its rows per step."""
    fixed = {field.name for field in fields(options) if field.metadata.get("fixed", True)}
    config = {key: value for key, value in asdict(options).items() if key in fixed and key not in _APART}
    config["precision"] = precision
    config["effective_batch"] = options.batch_size * options.gradient_accumulation
    config["evaluate_every"] = evaluation_interval(options)
    return config


def evaluation_interval(options: Options) -> int:
    return options.eval.every_steps or options.checkpoint.every_steps


def environment(quantized: bool) -> dict[str, str]:
    """Returns the versions that can change the adapter's bytes. Imports no library."""
    versions = {"python": python_version()}
    for name in (*LIBRARIES, "bitsandbytes") if quantized else LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "absent"
    return versions


def find_checkpoint(
    workdir: Path, resume_from: str | None, expected: dict[str, Any], accept_versions: bool, events: Events
) -> checkpoint.Verified | None:
    """Returns the newest valid checkpoint. Quarantines damaged ones.

    Raises INPUT_CHANGED or ENVIRONMENT_CHANGED where the checkpoint was made from other inputs or versions.
    """
    local = workdir / "checkpoints"
    candidates = [(checkpoint.step_of(path), 1, path) for path in checkpoint.listed(local)]
    if resume_from:
        candidates.append((checkpoint.step_of(Path(resume_from)), 0, Path(resume_from)))
    for _, is_local, path in sorted(candidates, reverse=True):
        try:
            found = checkpoint.verify(path)
            refuse_code(path)
        except (checkpoint.Corrupt, OSError) as error:
            if checkpoint.may_pass(error):
                raise Failure(
                    "DISK_FAILED",
                    f"{path} cannot be read at the moment ({error}). This does not show that it is damaged: the trainer leaves it in place and takes no older one.",
                ) from error
            # A fetched checkpoint belongs to the store, which has its own quarantine.
            moved = checkpoint.quarantine(path, workdir / "quarantine") if is_local else path
            events.emit(event.Quarantined(path=str(moved), reason=f"{path.name}: {error}", moved=bool(is_local)))
            continue
        _refuse_drift(found, expected, accept_versions)
        return found
    return None


def _refuse_drift(found: checkpoint.Verified, expected: dict[str, Any], accept_versions: bool) -> None:
    was = found.manifest["fingerprints"]
    now = json.loads(json.dumps(expected))
    changes = _option_differences("config", was.get("config"), now["config"])
    changes += [
        line
        for part in expected
        if part not in ("config", "environment", "template")
        for line in _differences(part, was.get(part), now[part])
    ]
    if was.get("template") != now["template"]:
        changes += _template_differences(was.get("template") or "", now["template"])
    if changes:
        raise Failure(
            "INPUT_CHANGED",
            f"The checkpoint of step {found.step} was made from other inputs:\n"
            + "\n".join(f"  {line}" for line in changes),
            step=found.step,
            changes=changes,
        )
    versions = _differences("environment", was.get("environment"), now["environment"])
    if versions and not accept_versions:
        raise Failure(
            "ENVIRONMENT_CHANGED",
            f"The checkpoint of step {found.step} was made with other library versions, and the result could differ:\n"
            + "\n".join(f"  {line}" for line in versions),
            step=found.step,
            changes=versions,
        )


def _option_differences(name: str, was: Any, now: Any) -> list[str]:
    """Compares the options that the checkpoint knows.

    A later release may have added options with a default. The plan of the checkpoint's run cannot have set them.
    """
    if not (isinstance(was, dict) and isinstance(now, dict)):
        return _differences(name, was, now)
    changes = []
    for key, value in sorted(was.items()):
        if key in now:
            changes += _option_differences(f"{name}.{key}", value, now[key])
        else:
            changes.append(f"{name}.{key}: was {json.dumps(value, ensure_ascii=False)}, is no longer an option")
    return changes


def _differences(name: str, was: Any, now: Any) -> list[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        keys = sorted(was.keys() | now.keys())
        return [line for key in keys for line in _differences(f"{name}.{key}", was.get(key), now.get(key))]
    if was == now:
        return []
    return [f"{name}: was {json.dumps(was, ensure_ascii=False)}, is {json.dumps(now, ensure_ascii=False)}"]


def _template_differences(was: str, now: str) -> list[str]:
    lines = difflib.unified_diff(
        was.splitlines(), now.splitlines(), "template as it was", "template as it is", lineterm="", n=0
    )
    return [line if len(line) <= 200 else line[:200] + " …" for line in list(lines)[:12]]

"""Checkpoints on disk: files are staged, hashed and synced, then the manifest is written and the folder renamed.

A directory is a checkpoint if its manifest and all its files verify.
This module imports only the standard library, so that a test can make each of its writes fail within milliseconds.
"""

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

MANIFEST = "manifest.json"
VERSION = 2
_NAME = re.compile(r"checkpoint-(\d+)")
_MANIFEST_LIMIT = 16 * 1024 * 1024


# Errors that may pass: they do not show that the file is damaged. A network disk is away, or memory or handles ran out.
_PASSING = {
    getattr(errno, name)
    for name in (
        *("ESTALE", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ENOTCONN", "ECONNRESET"),
        *("EMFILE", "ENFILE", "ENOMEM", "EAGAIN", "EINTR", "EBUSY", "EACCES", "EPERM"),
    )
    if hasattr(errno, name)
}


class Corrupt(Exception):
    """The reason why a directory is not a valid checkpoint."""


def may_pass(error: Exception) -> bool:
    """Returns whether the file may be undamaged and readable at the next try."""
    return isinstance(error, OSError) and error.errno in _PASSING


@dataclass(frozen=True)
class Verified:
    path: Path
    manifest: dict[str, Any]
    digest: str

    @property
    def step(self) -> int:
        return self.manifest["step"]

    @property
    def bytes(self) -> int:
        return sum(file["size"] for file in self.manifest["files"].values())


def stage(directory: Path, attempt: int, step: int) -> Path:
    """Makes an empty hidden directory on the file system of the checkpoints, so that the rename is atomic."""
    staged = directory / f".staging-{attempt}-{step}"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    return staged


def publish(staged: Path, final: Path, facts: dict[str, Any], guard: Callable[[], None]) -> Verified:
    """Makes `staged` the checkpoint `final`. `guard` raises if this attempt may no longer publish."""
    files = {}
    for path in _regular_files(staged):
        with path.open("rb") as file:
            digest = _sha256(file)
            size = os.fstat(file.fileno()).st_size
            os.fsync(file.fileno())
        files[path.relative_to(staged).as_posix()] = {"sha256": digest, "size": size}
    manifest = {"version": VERSION, **facts, "files": files}
    text = _manifest_text(manifest)
    with (staged / MANIFEST).open("xb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _move_in(staged, final, guard)
    return Verified(final, json.loads(text), hashlib.sha256(text).hexdigest())


def verify(directory: Path) -> Verified:
    """Reads every byte. Raises Corrupt with the first fault, and OSError if a file cannot be read."""
    if directory.is_symlink() or not directory.is_dir():
        raise Corrupt("it is not a directory")
    manifest, digest = _read_manifest(directory)
    named = _NAME.fullmatch(directory.name)
    if named and int(named[1]) != manifest["step"]:
        raise Corrupt(f"its manifest names step {manifest['step']}")
    found = {path.relative_to(directory).as_posix(): path for path in _regular_files(directory)}
    found.pop(MANIFEST)
    for name in sorted(manifest["files"].keys() | found.keys()):
        said, path = manifest["files"].get(name), found.get(name)
        if path is None:
            raise Corrupt(f"{name} is missing")
        if said is None:
            raise Corrupt(f"{name} is not in its manifest")
        size = path.stat().st_size
        if size != said["size"]:
            raise Corrupt(f"{name} has {size} bytes, but its manifest says {said['size']}")
        with path.open("rb") as file:
            if _sha256(file) != said["sha256"]:
                raise Corrupt(f"{name} does not have the digest in its manifest")
    return Verified(directory, manifest, digest)


def listed(directory: Path) -> list[Path]:
    """Returns the directories with the name of a checkpoint, newest step first. Time stamps do not count."""
    if not directory.is_dir():
        return []
    named = [(int(match[1]), path) for path in directory.iterdir() if (match := _NAME.fullmatch(path.name))]
    return [path for _, path in sorted(named, reverse=True)]


def adopt(found: Verified, directory: Path, attempt: int, guard: Callable[[], None]) -> Verified:
    """Copies a fetched checkpoint into the folder of the local ones, where the training keeps all of its own."""
    outer = stage(directory, attempt, found.step)
    staged, final = outer / found.path.name, directory / f"checkpoint-{found.step}"
    try:
        # Not copytree: its exception hides the error number, by which a full disk is recognized.
        for path in _regular_files(found.path):
            target = staged / path.relative_to(found.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            with target.open("rb") as file:
                os.fsync(file.fileno())
        verify(staged)
        _move_in(staged, final, guard)
    finally:
        shutil.rmtree(outer, ignore_errors=True)
    return Verified(final, found.manifest, found.digest)


def step_of(directory: Path) -> int:
    """Returns the step that an unverified directory claims, or -1 if it claims none."""
    named = _NAME.fullmatch(directory.name)
    if named:
        return int(named[1])
    try:
        return _read_manifest(directory)[0]["step"]
    except (Corrupt, OSError):
        return -1


def clear_leftovers(directory: Path) -> None:
    """Deletes staging and trash folders of attempts that died. Only the holder of the lock may call it."""
    for path in directory.glob(".*"):
        if path.name.startswith((".staging-", ".trash-")):
            shutil.rmtree(path, ignore_errors=True)


def retain(directory: Path, keep: int, best: int | None, guard: Callable[[], None]) -> list[int]:
    """Deletes all checkpoints but the newest `keep` and the best. Returns the steps of the deleted ones."""
    doomed = [path for path in listed(directory)[max(keep, 1) :] if step_of(path) != best]
    for path in doomed:
        guard()
        discard(path)
    return [step_of(path) for path in doomed]


def discard(path: Path) -> None:
    shutil.rmtree(_set_aside(path), ignore_errors=True)


def _set_aside(path: Path) -> Path:
    """Renames a checkpoint before its deletion, so that a kill leaves no half of it under its name."""
    trash = path.with_name(f".trash-{path.name}-{os.getpid()}")
    os.rename(path, trash)
    return trash


def quarantine(path: Path, into: Path) -> Path:
    into.mkdir(parents=True, exist_ok=True)
    number = 0
    while (target := into / (f"{path.name}.{number}" if number else path.name)).exists():
        number += 1
    os.rename(path, target)
    return target


def _move_in(staged: Path, final: Path, guard: Callable[[], None]) -> None:
    for directory, _, _ in os.walk(staged, onerror=_refuse):
        _sync_directory(Path(directory))
    guard()
    # The old checkpoint is deleted after the rename: a deletion takes long, and no checkpoint has this name until it ends.
    replaced = _set_aside(final) if final.exists() else None
    os.rename(staged, final)
    _sync_directory(final.parent)
    if replaced:
        shutil.rmtree(replaced, ignore_errors=True)


def _manifest_text(manifest: dict[str, Any]) -> bytes:
    """Adds a digest of the manifest itself, so that a flipped bit in it is found like one in a file."""
    facts = {key: value for key, value in manifest.items() if key != "sha256"}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return (json.dumps({**facts, "sha256": digest}, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _read_manifest(directory: Path) -> tuple[dict[str, Any], str]:
    path = directory / MANIFEST
    try:
        if path.is_symlink() or path.stat().st_size > _MANIFEST_LIMIT:
            raise Corrupt("its manifest is a link or too large")
        text = path.read_bytes()
        manifest = json.loads(text)
        files = manifest["files"]
        sound = (
            manifest["version"] == VERSION
            and type(manifest["step"]) is int
            and isinstance(manifest["fingerprints"], dict)
            and all(type(file["size"]) is int and isinstance(file["sha256"], str) for file in files.values())
        )
    except FileNotFoundError:
        raise Corrupt("it has no manifest, so it was never finished") from None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        if may_pass(error):
            raise
        raise Corrupt(f"its manifest cannot be read ({type(error).__name__})") from None
    if not sound:
        raise Corrupt(f"its manifest is not of version {VERSION}")
    if text != _manifest_text(manifest):
        raise Corrupt("its manifest does not have its own digest")
    return manifest, hashlib.sha256(text).hexdigest()


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _regular_files(directory: Path) -> list[Path]:
    paths = []
    for folder, names, files in os.walk(directory, onerror=_refuse):
        for path in [Path(folder, name) for name in names + files]:
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise Corrupt(f"{path.name} is a link or a special file")
        paths += [Path(folder, name) for name in files]
    return sorted(paths)


def _refuse(error: OSError) -> None:
    """Makes os.walk raise. By default it takes an unreadable directory for an empty one."""
    raise error


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

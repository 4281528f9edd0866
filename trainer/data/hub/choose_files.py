"""Chooses the files of a dataset that hold the rows of a split. What is not clear is refused with the files to choose from."""

import re
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from trainer.data.hub.patterns import is_match
from trainer.data.hub.subsets import Splits
from trainer.runtime.events import Failure

_ROWS = re.compile(r"\.(parquet|arrow|jsonl|ndjson|json|csv|tsv)(\.(gz|bz2|xz|zst))?$", re.IGNORECASE)
# What `datasets` and the Hub write beside rows.
_ABOUT = {"dataset_infos.json", "dataset_info.json", "dataset_dict.json", "state.json", "metadata.json"}
_WORDS = {
    "train": {"train", "training"},
    "validation": {"validation", "valid", "val", "dev"},
    "test": {"test", "testing", "eval", "evaluation"},
}
_CONVERTED = "refs/convert/parquet"


def choose_files(
    name: str, files: Collection[str], split: str | None, pattern: str | None, subsets: dict[str, Splits]
) -> list[str]:
    """Returns the names of the files in the order in which they are read. Raises DATASET_UNCLEAR."""
    rows = sorted(file for file in files if _holds_rows(file))
    if pattern is not None:
        chosen = sorted(file for file in files if is_match(pattern, file))
        if not chosen:
            raise _unclear(f"{name} has no file that fits `files: {pattern}`. {_listed(rows)}")
        return chosen
    script = f"{name.split('/')[-1]}.py"
    if script in files:
        raise _unclear(
            f"{name} makes its rows with a script ({script}), and temper runs no code of a dataset. "
            f"Name its files with `files`, or take the Parquet that the Hub makes: `hub:{name}@{_CONVERTED}`. {_listed(rows)}"
        )
    if not rows:
        raise _unclear(f"{name} has no JSONL, JSON, CSV, Parquet or Arrow file. It has: {_some(files)}.")
    wanted = split or "train"
    if subsets:
        return _of_subset(name, rows, subsets, wanted)
    return _by_names(name, rows, wanted)


def _of_subset(name: str, rows: list[str], subsets: dict[str, Splits], split: str) -> list[str]:
    if len(subsets) > 1:
        raise _unclear(
            f"{name} has several subsets: {_some(subsets)}. `files` names the files of one, such as "
            f"`files: {next(iter(next(iter(subsets.values())).values()))[0]}`. {_listed(rows)}"
        )
    splits = next(iter(subsets.values()))
    if split not in splits:
        raise _without(name, split, splits, rows)
    chosen = [file for file in rows if any(is_match(pattern, file) for pattern in splits[split])]
    if not chosen:
        raise _unclear(f"{name} has no file where its card says its split {split} is: {', '.join(splits[split])}.")
    return _of_one_form(name, chosen)


def _by_names(name: str, rows: list[str], split: str) -> list[str]:
    by_split: dict[str, list[str]] = {}
    for file in rows:
        if (own := _split_of(file, split)) is not None:
            by_split.setdefault(own, []).append(file)
    if by_split:
        if split not in by_split:
            raise _without(name, split, by_split, rows)
        chosen = by_split[split]
    elif split != "train":
        raise _without(name, split, ["train"], rows)
    else:
        chosen = rows
    folders = {"/".join(part for part in PurePosixPath(file).parts[:-1] if not _word(part, split)) for file in chosen}
    if len(folders) > 1:
        raise _unclear(
            f"{name} has its split {split} in several folders: {_some(sorted(folders))}. "
            f"`files` names those to read, such as `files: {PurePosixPath(chosen[0]).parent}/*`."
        )
    # Parts of one file differ in their numbers alone; others may be versions of the same rows, or in other languages.
    if len({re.sub(r"\d+", "", PurePosixPath(file).name) for file in _of_one_form(name, chosen)}) > 1:
        raise _unclear(
            f"{name} does not say which of its files are its split {split}. `files` names them. {_listed(chosen)}"
        )
    return chosen


def _split_of(file: str, wanted: str) -> str | None:
    """The split that a name says: by the file's own name, then by its folders from the inside."""
    for part in reversed(PurePosixPath(file).parts):
        for split in (wanted, *_WORDS):
            if _word(part, split):
                return split
    return None


def _word(part: str, split: str) -> bool:
    words = _WORDS.get(split, {split.lower()})
    own = rf"(?<![a-z0-9]){re.escape(split.lower())}(?![a-z0-9])"
    return not words.isdisjoint(re.split(r"[^a-z]+", part.lower())) or re.search(own, part.lower()) is not None


def _of_one_form(name: str, chosen: list[str]) -> list[str]:
    forms = sorted({found.group(1).lower() for file in chosen if (found := _ROWS.search(file))})
    if len(forms) > 1:
        raise _unclear(
            f"{name} may have its rows several times, as {', '.join(forms)}. `files` names those to read. {_listed(chosen)}"
        )
    return chosen


def _holds_rows(file: str) -> bool:
    parts = PurePosixPath(file).parts
    hidden = any(part.startswith((".", "__")) for part in parts)
    return not hidden and parts[-1] not in _ABOUT and _ROWS.search(file) is not None


def _without(name: str, split: str, splits: Iterable[str], rows: list[str]) -> Failure:
    return _unclear(f"{name} has no split {split}. `split` may be: {_some(splits)}. {_listed(rows)}")


def _listed(rows: list[str]) -> str:
    return f"Its files of rows: {_some(rows)}." if rows else "It has no file of rows."


def _some(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:10]) + (f" and {len(every) - 10} more" if len(every) > 10 else "")


def _unclear(message: str) -> Failure:
    return Failure("DATASET_UNCLEAR", message)

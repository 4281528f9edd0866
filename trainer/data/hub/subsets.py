"""Reads from the card of a dataset which files its subsets and their splits have."""

from typing import Any

# Patterns of files, by split.
Splits = dict[str, list[str]]


def subsets_of(configs: Any) -> dict[str, Splits]:
    """The default subset alone where the card names one. Empty if the card tells no files; a card is written by hand."""
    found: dict[str, Splits] = {}
    default: str | None = None
    for config in configs if isinstance(configs, list) else []:
        if not isinstance(config, dict):
            continue
        name = str(config.get("config_name", "default"))
        splits = _splits(config.get("data_files"))
        if splits:
            found[name] = splits
            if config.get("default") is True or (name == "default" and default is None):
                default = name
    return {default: found[default]} if default is not None else found


def _splits(data_files: Any) -> Splits:
    if isinstance(data_files, dict):
        return {str(split): paths for split, value in data_files.items() if (paths := _paths(value))}
    if isinstance(data_files, list) and any(isinstance(each, dict) for each in data_files):
        parts = [each for each in data_files if isinstance(each, dict)]
        return {str(part.get("split", "train")): paths for part in parts if (paths := _paths(part.get("path")))}
    paths = _paths(data_files)
    return {"train": paths} if paths else {}


def _paths(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []

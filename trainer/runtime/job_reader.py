"""Builds the dataclass of a job from JSON. A job holds every value but null, so this reader fills in no defaults."""

import types
from dataclasses import is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from trainer.runtime.events import Failure

T = TypeVar("T")


def read_job(kind: type[T], value: Any) -> T:
    """Raises BAD_JOB with the first field whose value does not fit the class."""
    job: T = _read(kind, value, "job")
    return job


def _read(kind: Any, value: Any, at: str) -> Any:
    if is_dataclass(kind):
        return _read_object(kind, value, at)
    origin, parameters = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _read(_member(parameters, value, at), value, at)
    if origin is list and isinstance(value, list):
        return [_read(parameters[0], item, f"{at}[{index}]") for index, item in enumerate(value)]
    if origin is dict and isinstance(value, dict):
        return {key: _read(parameters[1], item, f"{at}.{key}") for key, item in value.items()}
    if not _fits(kind, value):
        raise _bad(f"{at} must be {_shown(kind)}, got {str(value)[:100]!r}")
    return value


def _read_object(kind: Any, value: Any, at: str) -> Any:
    if not isinstance(value, dict):
        raise _bad(f"{at} must be an object, got {type(value).__name__}")
    hints = get_type_hints(kind)
    # A field that may be null and is absent is null: a job may be older than the field.
    given = {name: None for name, hint in hints.items() if _fits_null(hint)} | value
    missing, unknown = sorted(hints.keys() - given.keys()), sorted(value.keys() - hints.keys())
    if missing or unknown:
        raise _bad(
            f"{at} does not match this trainer (missing: {missing or 'none'}, unknown: {unknown or 'none'})",
            missing=missing,
            unknown=unknown,
        )
    return kind(**{name: _read(hint, given[name], f"{at}.{name}") for name, hint in hints.items()})


def _member(kinds: tuple[Any, ...], value: Any, at: str) -> Any:
    """Returns the first type of a union that has the value's JSON type; its fields are checked afterwards."""
    for kind in kinds:
        if _fits(kind, value):
            return kind
    raise _bad(f"{at} must be {' or '.join(map(_shown, kinds))}, got {str(value)[:100]!r}")


def _fits_null(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType) and type(None) in get_args(kind)


def _fits(kind: Any, value: Any) -> bool:
    if is_dataclass(kind):
        return isinstance(value, dict)
    if get_origin(kind) is Literal:
        return any(value == word and type(value) is type(word) for word in get_args(kind))
    if kind is float:
        return type(value) in (int, float)
    return type(value) is (get_origin(kind) or kind)


def _shown(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    return "null" if kind is type(None) else str(getattr(kind, "__name__", kind))


def _bad(message: str, **facts: Any) -> Failure:
    return Failure("BAD_JOB", f"{message}.", **facts)

"""Bounds the time and memory of a chat template. It is a program from a stranger, and Jinja's sandbox bounds neither."""

import contextlib
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

from trainer.runtime.events import Failure

# A usual rendering takes less than 1 ms. The longest row has 8 MiB.
SECONDS = 10.0
_BYTES = 1 << 30
_MAX_BITS = 100_000
_MAX_ITEMS = 10_000_000


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """
    Raises TEMPLATE_FAILED if one rendering takes more than 10 s of processor time or 1 GiB. A pause of the machine does not
    count. Time is bounded only in the main thread.
    """
    try:
        with _seconds(), _memory():
            yield
    except TimeoutError:
        raise _runaway(f"{SECONDS:.0f} s") from None
    except MemoryError:
        raise _runaway(f"{_BYTES >> 30} GB of memory") from None


def bound_arithmetic() -> None:
    """Refuses huge products and powers: one can take hours inside the interpreter, which no signal interrupts."""
    from jinja2.sandbox import SandboxedEnvironment

    SandboxedEnvironment.intercepted_binops = frozenset({"*", "**"})
    SandboxedEnvironment.default_binop_table |= {"*": _product, "**": _power}


def _product(left: Any, right: Any) -> Any:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, int) and isinstance(other, int) and one.bit_length() + other.bit_length() > _MAX_BITS:
            raise _too_large()
        if isinstance(one, int) and hasattr(other, "__len__") and one * len(other) > _MAX_ITEMS:
            raise _too_large()
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > _MAX_BITS:
        raise _too_large()
    return left**right


def _too_large() -> Exception:
    from jinja2.exceptions import SecurityError

    return SecurityError("a product or power in it is too large")


@contextlib.contextmanager
def _seconds() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, expire)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def _memory() -> Iterator[None]:
    # Other systems do not report the size of the address space and do not enforce its limit.
    if not sys.platform.startswith("linux"):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        limit = int(file.read().split()[0]) * resource.getpagesize() + _BYTES
    if resource.RLIM_INFINITY != soft < limit:
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _runaway(what: str) -> Failure:
    return Failure(
        "TEMPLATE_FAILED",
        f"The chat template takes more than {what} to render one conversation.",
    )

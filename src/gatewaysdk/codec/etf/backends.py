"""The backends that decode and encode ETF, and the choice of one that this machine has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from ...errors import ConfigurationError
from ..native_build import why_not_built
from .envelope import Envelope

__all__ = ["BACKENDS", "Backend", "BackendReport", "backends", "choose_backend"]


class Backend(Protocol):
    """Turns messages into plain values and back. All backends return equal values and refuse the same messages."""

    @property
    def name(self) -> str:
        """Its name for `choose_backend`."""
        ...

    @property
    def decode(self) -> Callable[..., Any]:
        """``decode(data, start, end, most)``: return the value of the one term in ``data[start:end]``.

        Raises `DecodeError`, and `MessageTooLarge` before it builds anything if the term holds more than ``most``
        values. Without ``most`` there is no bound.
        """
        ...

    @property
    def peek(self) -> Callable[..., Envelope]:
        """``peek(message, most)``: return op, s, t, and where ``d`` starts and ends (0 and 0 without a ``d``).

        Raises `DecodeError`, and `MessageTooLarge` as ``decode`` does if it has to go through ``d``.
        """
        ...

    @property
    def encode(self) -> Callable[[Any], bytes]:
        """``encode(value)``: return a message with its version byte. Raises `EncodeError`."""
        ...


@dataclass(frozen=True, slots=True)
class BackendReport:
    """What ``gatewaysdk doctor`` reports about a backend.

    Attributes:
        name: its name for `choose_backend`.
        available: whether it can be used here.
        why_not: the reason if it cannot, else empty.
    """

    name: str
    available: bool
    why_not: str


NATIVE_MODULE = "gatewaysdk.codec.etf._native"
# In the order of preference. "auto" never takes erlpack, which is no faster than plain Python.
_MODULES = {"native": "._native", "python": ".python_backend", "erlpack": ".erlpack_backend"}
_AUTO = ("native", "python")
_REMEDIES = {
    "native": "install a C compiler, then gatewaysdk again",
    "erlpack": "pip install 'gatewaysdk[erlpack]'",
}

BACKENDS: tuple[str, ...] = ("auto", *_MODULES)
"""The names that `choose_backend` takes."""


def choose_backend(name: str = "auto") -> Backend:
    """Return a backend by name. ``auto`` is the fastest one that can be used here.

    Raises `ConfigurationError` for an unknown name, and for a backend that cannot be used here.
    """
    if name not in BACKENDS:
        known = ", ".join(repr(known) for known in BACKENDS)
        raise ConfigurationError(f"ETF backend {name!r} is unknown; choose one of {known}")
    candidates = _AUTO if name == "auto" else (name,)
    problem = ""
    for candidate in candidates:
        backend, problem = _load(candidate)
        if backend is not None:
            return backend
    raise ConfigurationError(f"ETF backend {name!r} cannot be used: {problem}; {_REMEDIES[name]}, or choose 'auto'")


def backends() -> tuple[BackendReport, ...]:
    """Return a report on every backend, with the one that ``auto`` prefers first."""
    reports = []
    for name in _MODULES:
        backend, problem = _load(name)
        reports.append(BackendReport(name, backend is not None, problem))
    return tuple(reports)


@cache
def _load(name: str) -> tuple[Backend | None, str]:
    try:
        module = import_module(_MODULES[name], __package__)
    except ModuleNotFoundError as error:
        return None, f"it was not built: {why_not_built(NATIVE_MODULE)}" if name == "native" else str(error)
    except ImportError as error:
        return None, str(error)
    return cast(Backend, module), ""

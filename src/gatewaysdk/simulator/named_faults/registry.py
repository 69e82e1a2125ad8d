"""The register of faults, which the other files of this folder fill."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from ..actions import Registry

__all__ = ["FAULTS", "fault", "find_fault"]

Fault: TypeAlias = Callable[..., Awaitable[None]]

_registry: Registry[Fault] = Registry("fault")
FAULTS = _registry.actions
"""All faults by name."""

fault = _registry.enter
find_fault = _registry.find

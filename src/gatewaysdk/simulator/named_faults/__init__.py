"""Faults by name: single, scheduled, or random with a seed.

`FAULTS` holds them, `apply_fault` is what pages, files and commands call, and `FaultControls` is what a simulator has
of them. A fault acts on a `Target`: the connections of a shard, and what may be sent to them.
"""

from __future__ import annotations

from . import on_connections, on_handshakes, on_payloads  # these enter their faults
from .controls import FaultControls, FaultPlan, apply_fault
from .plans import PlannedFault, random_plan
from .registry import FAULTS

__all__ = [
    "FAULTS",
    "FaultControls",
    "FaultPlan",
    "PlannedFault",
    "apply_fault",
    "on_connections",
    "on_handshakes",
    "on_payloads",
    "random_plan",
]

"""What came of a run, and what of it must not be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewaysdk.fleet.reshard import start_seconds

__all__ = ["Figures"]

_SLOW_WAVE = 1.0
"""Seconds for which each wave of IDENTIFYs may last longer than the limits make it: handshakes take their time."""


@dataclass
class Figures:
    """Counts of both sides; those of all gateways that the run had, added up."""

    shards: int
    max_concurrency: int
    ready_after: float = 0.0
    gateway: dict[str, float] = field(default_factory=dict)
    recovered: dict[str, float] = field(default_factory=dict)
    """Seconds from a fault until all shards were live again."""
    events: int = 0
    missing: int = 0
    """Events that no handler got."""
    twice: int = 0
    sessions_lost: int = 0
    """Sessions that the gateway forgot; each may cost one more IDENTIFY, and nothing else may."""
    identifies: int = 0
    resumes: int = 0
    restarts: int = 0
    slow_in_calm: int = 0
    """Heartbeats that came more than 1 s after they were due while nothing else happened."""
    stalls: int = 0
    longest_stall: float = 0.0
    kb_per_shard: float = 0.0
    idle_cpu: float = 0.0
    """CPU seconds a second, while nothing but heartbeats happened."""

    @property
    def least_start(self) -> float:
        """The seconds that the limits make of a start: the shortest time from the first IDENTIFY to the last."""
        return start_seconds(self.shards, self.max_concurrency)

    def add(self, gateway: Mapping[str, float]) -> None:
        """Add the figures of a gateway that ends."""
        for name, value in gateway.items():
            before = self.gateway.get(name, 0)
            self.gateway[name] = max(before, value) if name == "latest" else before + value

    def problems(self) -> list[str]:
        """Return what should not be, in words."""
        gateway, found = self.gateway, []
        if gateway["late"]:
            late = f"{gateway['late']:.0f} heartbeats were over half an interval late"
            found.append(f"{late}, the latest by {gateway['latest']:.1f} s")
        if self.slow_in_calm:
            found.append(f"{self.slow_in_calm} heartbeats were over 1 s late while nothing else happened")
        if gateway["identifies_refused"]:
            found.append(f"{gateway['identifies_refused']:.0f} IDENTIFYs broke the limit of their bucket")
        if gateway["closed_for_a_limit"]:
            found.append(f"{gateway['closed_for_a_limit']:.0f} connections sent too much")
        if gateway["identifies"] != self.shards + self.sessions_lost:
            wanted = self.shards + self.sessions_lost
            found.append(f"the gateway counted {gateway['identifies']:.0f} IDENTIFYs, where {wanted} were needed")
        if self.identifies != gateway["identifies"]:
            found.append(f"the shards counted {self.identifies} IDENTIFYs, the gateway {gateway['identifies']:.0f}")
        waves = math.ceil(self.shards / self.max_concurrency)
        if not self.least_start <= self.ready_after <= self.least_start + (waves + 2) * _SLOW_WAVE:
            found.append(f"the start took {self.ready_after:.1f} s, where limits make it {self.least_start:g} s")
        if self.missing or self.twice:
            found.append(f"of {self.events} events {self.missing} are missing, {self.twice} came twice")
        if self.restarts:
            found.append(f"{self.restarts} shards ended with an error and were started again")
        return found

    def __str__(self) -> str:
        gateway = self.gateway
        lines = [
            f"{self.shards:,} shards, max_concurrency {self.max_concurrency}",
            f"  start              {self.ready_after:.1f} s; the limits make it {self.least_start:g} s",
            *(f"  {name:18} all live again after {seconds:.1f} s" for name, seconds in self.recovered.items()),
            f"  heartbeats         {gateway['heartbeats']:,.0f}, over 1 s late {gateway['slow']:.0f}, "
            f"over half an interval {gateway['late']:.0f}; the latest {gateway['latest']:.2f} s after it was due",
            f"  identifies         {gateway['identifies']:,.0f}, too early {gateway['identifies_refused']:.0f}",
            f"  connections        {gateway['connections']:,.0f}, sent too much {gateway['closed_for_a_limit']:.0f}",
            f"  resumes            {self.resumes:,} of {gateway['resumes']:,.0f} tried",
            f"  events             {self.events:,}, missing {self.missing}, twice {self.twice}",
            f"  stalls over 1 s    {self.stalls}, the longest {self.longest_stall:.1f} s",
            f"  memory             {self.kb_per_shard:.0f} KB for each idle shard",
            f"  CPU                {self.idle_cpu:.1%} of a core, with heartbeats alone",
        ]
        return "\n".join([*lines, *(f"FAILED: {one}" for one in self.problems())])

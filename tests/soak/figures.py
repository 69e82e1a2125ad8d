"""Counters of a run, which can be added up over seeds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Figures"]


@dataclass
class Figures:
    """Counters of one seed, or the sum of many."""

    faults: Counter[str] = field(default_factory=Counter)
    user: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    identifies: Counter[str] = field(default_factory=Counter)
    unexpected: Counter[str] = field(default_factory=Counter)
    ways: set[tuple[str, str]] = field(default_factory=set)
    slowest_recovery: float = 0.0
    most_identifies_a_day: int = 0

    def add(self, other: Figures) -> None:
        for name in ("faults", "user", "counts", "identifies", "unexpected"):
            getattr(self, name).update(getattr(other, name))
        self.ways |= other.ways
        self.slowest_recovery = max(self.slowest_recovery, other.slowest_recovery)
        self.most_identifies_a_day = max(self.most_identifies_a_day, other.most_identifies_a_day)

    def __str__(self) -> str:
        def listed(title: str, counter: Counter[str]) -> list[str]:
            return [f"{title}: {counter.total():,}", *(f"  {n:>11,}  {kind}" for kind, n in sorted(counter.items()))]

        return "\n".join(
            [
                *listed("faults injected", self.faults),
                *listed("what the user did", self.user),
                *listed("identifies, by what made them necessary", self.identifies),
                *listed("oddities reported", self.unexpected),
                "figures",
                *(f"  {n:>11,}  {kind}" for kind, n in sorted(self.counts.items()) if kind not in ("lost", "twice")),
                f"  {len(self.ways):>11,}  ways from state to state taken",
                f"  {self.most_identifies_a_day:>11,}  identifies in the worst 24 hours of a seed",
                f"  {self.slowest_recovery:>11,.0f}  seconds from the last fault of a spell to live, at the slowest",
                f"  {self.counts['lost']:>11,}  lost",
                f"  {self.counts['twice']:>11,}  twice",
            ]
        )

"""The result of a measurement."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """A figure of ours beside one that anybody can judge it by; ratios hold from machine to machine, times do not.

    Attributes:
        name: what was measured.
        ours, baseline: medians in ``unit``.
        bound: the highest ratio of the two that we accept.
        best: the ratio of the best runs of both, None where it says nothing. A neighbour on the machine only ever adds
            to a run, so where this is far from `ratio`, measure again.
    """

    name: str
    ours: float
    baseline: float
    unit: str
    bound: float
    best: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the baseline ours is."""
        return self.ours / self.baseline

    @property
    def within(self) -> bool:
        """Whether the ratio keeps to the bound."""
        return self.ratio <= self.bound

"""Draws what ``make bench`` wrote to results.json: ``python -m benchmarks.plots`` makes the pictures of the docs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .svg import COLORS, Bar, bars

__all__ = ["draw", "main"]

RESULTS = Path(__file__).with_name("results.json")
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "topics" / "performance"

_STEPS = (
    ("receive", "#c9d1d9", "socket"),
    ("inflate", "#9aa5b1", "inflate"),
    ("scan", "#6e7781", "envelope"),
    ("pydantic", "#8fb8de", "pydantic"),
    ("ours, all", COLORS["ours"], "ours"),
)


def draw(results: dict[str, Any]) -> dict[str, str]:
    """Return the pictures by their names."""
    cost = {name: min(run["cpu_us"] for run in runs) for name, runs in results["throughput"].items()}
    peak = {name: min(run["peak"] for run in runs) / 1024 for name, runs in results["throughput"].items()}
    # Its memory is that of the models, which are there only for their fields to be copied.
    peak.pop("msgspec", None)
    shards = {name: min(run["cpu_us"] for run in runs) for name, runs in results["shards"].items()}
    return {
        "cost.svg": bars(
            "Microseconds of CPU for an event, the best of five runs", [_bar(*item, "us") for item in cost.items()]
        ),
        "memory.svg": bars("Peak memory in MB after 50 guilds", [_bar(*item, "MB") for item in peak.items()]),
        "steps.svg": bars("Where the time for an event goes, in microseconds", _steps(cost)),
        "shards.svg": bars(
            "Microseconds of CPU for an event, by the number of shards in a process",
            [_bar(f"ours, {count}", value, "us") for count, value in shards.items()],
        ),
    }


def _bar(name: str, value: float, unit: str) -> Bar:
    kind = "ours" if name.startswith("ours") else "peer" if name.startswith(("discord", "hikari")) else "floor"
    return Bar(name, [(value, COLORS[kind])], f"{value:.1f} {unit}")


def _steps(cost: dict[str, float]) -> list[Bar]:
    """Return what each step adds to those before it; a step that is faster than the noise adds nothing."""
    rows, before = [], 0.0
    for name, color, label in _STEPS:
        added = max(0.0, cost[name] - before)
        rows.append(Bar(label, [(before, "#fff"), (added, color)], f"{added:.1f} us"))
        before += added
    return rows


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, picture in draw(json.loads(RESULTS.read_text())).items():
        (FOLDER / name).write_text(picture)
        print(f"wrote {FOLDER.name}/{name}")


if __name__ == "__main__":
    main()

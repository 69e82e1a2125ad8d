"""A Grafana dashboard of all figures: ``python -m gatewaysdk.metrics.dashboard > dashboard.json``."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

__all__ = ["JOBS", "PANELS", "Panel", "Query", "dashboard"]

JOBS = "label_values(gatewaysdk_shard_state, job)"
"""Where the choice of a job comes from: each bot that Prometheus scrapes has one."""

_WHICH = "{{shard}} of {{num_shards}}"
_HOUR_QUANTILE = 'histogram_quantile({0}, sum by (le) (rate({1}_bucket{{job="$job"}}[1h])))'


@dataclass(frozen=True, slots=True)
class Query:
    """A query, and what its lines are called."""

    text: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel.

    Attributes:
        title: above it.
        queries: what it shows.
        unit: as Grafana calls it.
        text: what a reader has to know.
        number: whether it shows numbers of now, and not lines over time.
        bad_above: value from which on a number is red; None for never.
        bad_below: value below which a number is red.
    """

    title: str
    queries: tuple[Query, ...]
    unit: str = "short"
    text: str = ""
    number: bool = False
    bad_above: float | None = None
    bad_below: float | None = None


def _sum(name: str, per: str = "[$__rate_interval]", by: str = "") -> str:
    return f'sum{by}(rate({name}{{job="$job"}}{per}))'


def _hour(name: str) -> str:
    return f'sum(increase({name}{{job="$job"}}[1h]))'


PANELS = (
    Panel(
        "Shards that are not live",
        (Query('count(gatewaysdk_shard_state{job="$job"}) - sum(gatewaysdk_shard_state{job="$job",state="live"})'),),
        number=True, bad_above=1,
    ),
    Panel(
        "Oldest answer to a heartbeat",
        (Query('max(gatewaysdk_shard_last_ack_age_seconds{job="$job"})'),),
        unit="s", text="Above 90 s something is wrong, whatever the state says.", number=True, bad_above=90,
    ),
    Panel(
        "Sessions left today", (Query('min(gatewaysdk_identify_budget{job="$job"})'),),
        text="Discord resets the token of a bot that uses up all.", number=True, bad_below=100,
    ),
    Panel(
        "Sessions are there again in", (Query('max(gatewaysdk_identify_budget_reset_seconds{job="$job"})'),),
        unit="s", number=True,
    ),
    Panel("Shards by state", (Query('sum by (state) (gatewaysdk_shard_state{job="$job"})', "{{state}}"),)),
    Panel(
        "Age of the last answered heartbeat, worst 10",
        (Query('topk(10, gatewaysdk_shard_last_ack_age_seconds{job="$job"})', _WHICH),), unit="s",
    ),
    Panel(
        "Round trip of heartbeats, in an hour",
        (
            Query(_HOUR_QUANTILE.format(0.5, "gatewaysdk_heartbeat_rtt_seconds"), "half"),
            Query(_HOUR_QUANTILE.format(0.99, "gatewaysdk_heartbeat_rtt_seconds"), "99 %"),
        ), unit="s",
    ),
    Panel(
        "Latency, worst 10",
        (Query('topk(10, gatewaysdk_shard_latency_seconds{job="$job"})', _WHICH),), unit="s",
    ),
    Panel("Events", (Query(_sum("gatewaysdk_events_total"), "all"),), unit="ops"),
    Panel(
        "Events by name, first 15",
        (Query(f'topk(15, {_sum("gatewaysdk_events_total", by=" by (event) ")})', "{{event}}"),), unit="ops",
    ),
    Panel(
        "Events that wait for handlers, worst 10",
        (Query('topk(10, gatewaysdk_queue_depth{job="$job"})', _WHICH),),
    ),
    Panel(
        "Sessions, in an hour",
        (
            Query(_hour("gatewaysdk_identifies_total"), "started"),
            Query(_hour("gatewaysdk_resumes_total"), "resumed"),
            Query(_hour("gatewaysdk_restarts_total"), "shards started after an error"),
        ),
    ),
    Panel(
        "Wait for the turn to identify, in an hour",
        (
            Query(_HOUR_QUANTILE.format(0.5, "gatewaysdk_permit_wait_seconds"), "half"),
            Query(_HOUR_QUANTILE.format(0.99, "gatewaysdk_permit_wait_seconds"), "99 %"),
        ), unit="s",
    ),
    Panel(
        "What goes wrong",
        (
            Query(_sum("gatewaysdk_handler_errors_total"), "errors of handlers"),
            Query(_sum("gatewaysdk_dropped_total"), "dropped events"),
            Query(_sum("gatewaysdk_stalls_total"), "stalls of the event loop"),
        ), unit="ops",
    ),
)  # fmt: skip
"""The panels: first a row of numbers, then two in a row."""


def dashboard() -> dict[str, Any]:
    """Return what Grafana imports. It asks for the Prometheus to read from, and for the job."""
    numbers = [panel for panel in PANELS if panel.number]
    lines = [panel for panel in PANELS if not panel.number]
    source = {"type": "prometheus", "uid": "${datasource}"}
    width = 24 // len(numbers)
    panels = [_panel(panel, {"h": 4, "w": width, "x": width * n, "y": 0}) for n, panel in enumerate(numbers)]
    panels += [_panel(one, {"h": 8, "w": 12, "x": 12 * (n % 2), "y": 4 + 8 * (n // 2)}) for n, one in enumerate(lines)]
    return {
        "title": "gatewaysdk",
        "uid": "gatewaysdk",
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
                {"name": "job", "label": "Job", "type": "query", "datasource": source, "query": JOBS, "refresh": 2},
            ]
        },
        "panels": [{"id": number, "datasource": source, **panel} for number, panel in enumerate(panels, 1)],
    }


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + n), "expr": query.text, "legendFormat": query.legend}
        for n, query in enumerate(panel.queries)
    ]
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.bad_above is not None:
        defaults["thresholds"] = _thresholds(("green", None), ("red", panel.bad_above))
    elif panel.bad_below is not None:
        defaults["thresholds"] = _thresholds(("red", None), ("green", panel.bad_below))
    return {
        "type": "stat" if panel.number else "timeseries",
        "title": panel.title,
        "description": panel.text,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": targets,
    }


def _thresholds(*steps: tuple[str, float | None]) -> dict[str, Any]:
    return {"mode": "absolute", "steps": [{"color": color, "value": value} for color, value in steps]}


if __name__ == "__main__":
    json.dump(dashboard(), sys.stdout, indent=2)
    sys.stdout.write("\n")

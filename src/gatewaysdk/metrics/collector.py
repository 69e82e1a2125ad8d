"""From the health of a fleet to what Prometheus reads. Nothing is counted here: a scrape reads what is there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from ..fleet.health import FleetHealth, ShardStatus
from ..stats import Durations, Stats
from .figures import BUDGET, BUDGET_RESET, EVENTS, FIGURES, HEARTBEATS, PERMITS, SHARD, Figure
from .source import ShardSource, read_health
from .totals import Totals

__all__ = ["UNCOUNTED", "FleetCollector"]

UNCOUNTED = "(uncounted)"
"""What stands for events that came where, or while, nobody counted them by name."""


class FleetCollector:
    """Reads a source whenever it is asked, in the thread of its event loop.

    Args:
        source: whose shards.
        events_by_shard: whether events are told for each shard, which makes a series of every event of every shard.
    """

    def __init__(self, source: ShardSource, *, events_by_shard: bool) -> None:
        self._source = source
        self._events_by_shard = events_by_shard
        self._totals = Totals()

    def collect(self) -> Iterable[Metric]:
        """Return all figures as of now."""
        health = read_health(self._source)
        totals = self._totals.update(health.shards)
        return [self._family(figure, health, totals) for figure in FIGURES]

    def _family(self, figure: Figure, health: FleetHealth, totals: Stats) -> Metric:
        if figure is EVENTS:
            return self._events(figure, health, totals)
        if figure is HEARTBEATS:
            return _histogram(figure, totals.heartbeat_rtts)
        if figure is PERMITS:
            return _histogram(figure, totals.identify_waits)
        if figure is BUDGET:
            return GaugeMetricFamily(figure.name, figure.text, value=health.identifies_left)
        if figure is BUDGET_RESET:
            return GaugeMetricFamily(figure.name, figure.text, value=health.identifies_reset_after)
        make = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
        family, of_shard = make(figure.name, figure.text, labels=figure.labels), figure.of_shard
        assert of_shard is not None  # all others are above
        for row in health.shards:
            value = of_shard(row)
            if value is not None:
                family.add_metric(_labels(row, figure.labels), value)
        return family

    def _events(self, figure: Figure, health: FleetHealth, totals: Stats) -> Metric:
        each = self._events_by_shard
        family = CounterMetricFamily(figure.name, figure.text, labels=(*figure.labels, *(SHARD if each else ())))
        for labels, stats in [(_labels(row, SHARD), row.stats) for row in health.shards] if each else [([], totals)]:
            named = dict(stats.events_by_name)
            left = stats.events - sum(named.values())
            for event, count in {**named, UNCOUNTED: left}.items() if left else named.items():
                family.add_metric([event, *labels], count)
        return family


def _labels(row: ShardStatus, names: tuple[str, ...]) -> list[str]:
    values = {
        "shard": str(row.shard_id),
        "num_shards": str(row.num_shards),
        "worker": "" if row.worker is None else str(row.worker),
        "state": row.state.value,
    }
    return [values[name] for name in names]


def _histogram(figure: Figure, durations: Durations) -> Metric:
    bounds = [*(str(bound) for bound in durations.bounds), "+Inf"]
    buckets = list(zip(bounds, accumulate(durations.counts), strict=True))
    return HistogramMetricFamily(figure.name, figure.text, buckets=buckets, sum_value=durations.total)

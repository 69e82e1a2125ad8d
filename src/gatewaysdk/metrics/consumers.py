"""Figures of consumers of a log for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ..broker.consumer import EventConsumer

__all__ = ["ConsumerCollector"]

_COUNTERS = {
    "delivered": "events taken from the log, those that came again included",
    "again": "of these, events that had been delivered before, here or to another process",
    "handled": "events finished",
    "retries": "times that an event was tried again after a handler had raised",
    "buried": "events that became dead letters",
}


class ConsumerCollector(Collector):
    """Reads consumers at each scrape: ``prometheus_client.REGISTRY.register(ConsumerCollector(consumer))``.

    Args:
        consumers: those of this process.
    """

    def __init__(self, *consumers: EventConsumer) -> None:
        self._consumers = consumers

    def collect(self) -> Iterable[Metric]:
        """Return all figures as of now; the lag is at most a few seconds old."""
        lag = GaugeMetricFamily(
            "gatewaysdk_consumer_lag", "stored events that no process of the name has finished", labels=["consumer"]
        )
        in_hand = GaugeMetricFamily("gatewaysdk_consumer_in_hand", "events in hand here", labels=["consumer"])
        for one in self._consumers:
            in_hand.add_metric([one.name], one.in_hand)
            if one.lag is not None:
                lag.add_metric([one.name], one.lag)
        yield from (lag, in_hand)
        for name, text in _COUNTERS.items():
            family = CounterMetricFamily(f"gatewaysdk_consumer_{name}", text, labels=["consumer"])
            for one in self._consumers:
                family.add_metric([one.name], getattr(one.stats, name))
            yield family

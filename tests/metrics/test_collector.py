"""What a scrape says of a fleet, be it in one process or in several."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from gatewaysdk import FleetHealth, ShardManager, State
from gatewaysdk.metrics.collector import FleetCollector
from gatewaysdk.metrics.figures import FIGURES

from .rows import counted, fleet, row

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "metrics.md"


class Fleet(ShardManager):
    """A manager that is at what a test says."""

    now: FleetHealth

    @property
    def health(self) -> FleetHealth:
        return self.now


def collector(*, events_by_shard: bool = False) -> tuple[Fleet, FleetCollector]:
    manager = Fleet("any")
    return manager, FleetCollector(manager, events_by_shard=events_by_shard)


class Collected:
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def scrape(one: FleetCollector) -> Samples:
    """What a scraper reads; each series may come once only."""
    registry = CollectorRegistry()
    registry.register(Collected(one.collect()))
    samples: Samples = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            # Prometheus takes an empty label for none.
            key = (sample.name, frozenset((name, value) for name, value in sample.labels.items() if value))
            assert key not in samples
            samples[key] = sample.value
    return samples


def at(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def test_the_figures_of_each_shard() -> None:
    manager, one = collector()
    stats = counted(resumes=2, identifies=1, handler_errors=3, dropped=4, stalls=5)
    manager.now = fleet(row(0, since_ack=12.5, latency=0.25, waiting=7, restarts=6, stats=stats), row(1))
    samples = scrape(one)
    of_first = {"shard": "0", "num_shards": "4"}
    assert at(samples, "gatewaysdk_shard_state", **of_first, state="live") == 1
    assert at(samples, "gatewaysdk_shard_last_ack_age_seconds", **of_first) == 12.5
    assert at(samples, "gatewaysdk_shard_latency_seconds", **of_first) == 0.25
    assert at(samples, "gatewaysdk_queue_depth", **of_first) == 7
    for name, value in (("resumes", 2), ("identifies", 1), ("handler_errors", 3), ("dropped", 4), ("stalls", 5)):
        assert at(samples, f"gatewaysdk_{name}_total", **of_first) == value
    assert at(samples, "gatewaysdk_restarts_total", **of_first) == 6
    assert at(samples, "gatewaysdk_resumes_total", shard="1", num_shards="4") == 0
    assert at(samples, "gatewaysdk_identify_budget") == 900
    assert at(samples, "gatewaysdk_identify_budget_reset_seconds") == 3600


def test_what_is_not_known_has_no_series() -> None:
    manager, one = collector()
    manager.now = fleet(row(0, since_ack=None, latency=None, state=State.QUEUED), identifies_left=None)
    names = {name for name, _ in scrape(one)}
    assert "gatewaysdk_shard_state" in names
    assert not names & {
        "gatewaysdk_shard_last_ack_age_seconds", "gatewaysdk_shard_latency_seconds", "gatewaysdk_identify_budget",
    }  # fmt: skip


def test_a_shard_has_one_state() -> None:
    manager, one = collector()
    manager.now = fleet(row(0, state=State.AWAITING_HELLO))
    states = {labels for name, labels in scrape(one) if name == "gatewaysdk_shard_state"}
    assert [dict(labels)["state"] for labels in states] == ["awaiting HELLO"]


def test_events_by_name_of_all_shards_together() -> None:
    manager, one = collector()
    first = counted(events=5, events_by_name={"READY": 1, "TYPING_START": 2})  # two came before anyone counted
    manager.now = fleet(row(0, stats=first), row(1, stats=counted(events=1, events_by_name={"(unknown)": 1})))
    samples = scrape(one)
    found = {dict(labels)["event"]: value for (name, labels), value in samples.items() if "_events_" in name}
    assert found == {"READY": 1, "TYPING_START": 2, "(unknown)": 1, "(uncounted)": 2}


def test_events_by_name_and_shard_when_asked_for() -> None:
    manager, one = collector(events_by_shard=True)
    both = [row(n, stats=counted(events=n + 2, events_by_name={"READY": n + 1})) for n in range(2)]
    manager.now = fleet(*both)
    samples = scrape(one)
    for number in range(2):
        where = {"shard": str(number), "num_shards": "4"}
        assert at(samples, "gatewaysdk_events_total", event="READY", **where) == number + 1
        assert at(samples, "gatewaysdk_events_total", event="(uncounted)", **where) == 1


def test_histograms_of_all_shards_together() -> None:
    manager, one = collector()
    manager.now = fleet(
        row(0, stats=counted(rtts=[0.04, 0.05, 99.0], waits=[4.0])), row(1, stats=counted(rtts=[0.2], waits=[0.0])),
    )  # fmt: skip
    samples = scrape(one)
    name = "gatewaysdk_heartbeat_rtt_seconds"
    assert at(samples, f"{name}_bucket", le="0.05") == 2  # what takes as long as a bound is within it
    assert at(samples, f"{name}_bucket", le="0.25") == 3
    assert at(samples, f"{name}_bucket", le="+Inf") == at(samples, f"{name}_count") == 4
    assert at(samples, f"{name}_sum") == pytest.approx(99.29)
    assert at(samples, "gatewaysdk_permit_wait_seconds_bucket", le="0.1") == 1
    assert at(samples, "gatewaysdk_permit_wait_seconds_sum") == 4


def test_workers_are_told_in_one_scrape() -> None:
    manager, one = collector()
    manager.now = fleet(
        row(0, worker=0, stats=counted(events=1, events_by_name={"READY": 1})),
        row(1, worker=1, stats=counted(events=2, events_by_name={"READY": 2})),
    )  # fmt: skip
    samples = scrape(one)
    for number in "01":
        assert at(samples, "gatewaysdk_shard_state", shard=number, num_shards="4", worker=number, state="live") == 1
    assert at(samples, "gatewaysdk_events_total", event="READY") == 3
    manager.now = fleet(  # one was killed, and counts from 0 on again; its last figures are not lost
        row(0, worker=0, stats=counted(events=1, events_by_name={"READY": 1})),
        row(1, worker=1, stats=counted(events=1, events_by_name={"RESUMED": 1})),
    )
    samples = scrape(one)
    assert at(samples, "gatewaysdk_events_total", event="READY") == 3
    assert at(samples, "gatewaysdk_events_total", event="RESUMED") == 1


def test_two_fleets_during_a_reshard_have_series_of_their_own() -> None:
    manager, one = collector(events_by_shard=True)
    manager.now = fleet(row(0, 1), row(0, 2), row(1, 2), num_shards=1)
    assert len([name for name, _ in scrape(one) if name == "gatewaysdk_shard_state"]) == 3


def test_nothing_is_known_before_the_start() -> None:
    one = FleetCollector(ShardManager("any"), events_by_shard=False)
    samples = scrape(one)
    assert {name.rsplit("_", 1)[0] for name, _ in samples} == {
        "gatewaysdk_heartbeat_rtt_seconds", "gatewaysdk_permit_wait_seconds",
    }  # fmt: skip
    assert set(samples.values()) == {0}


def test_what_is_collected_is_what_is_described() -> None:
    manager, one = collector()
    manager.now = fleet(row(0))
    families = list(one.collect())
    found = [(f"{one.name}_total" if one.type == "counter" else one.name, one.type) for one in families]
    assert found == [(figure.name, figure.kind) for figure in FIGURES]
    for figure in FIGURES:
        assert figure.name.startswith("gatewaysdk_")
        assert figure.name.endswith("_total") == (figure.kind == "counter")


def test_the_page_has_every_name_with_its_labels() -> None:
    found = re.findall(r"^\| `(gatewaysdk_\w+)` \| (\w+) \| (.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found == [
        (figure.name, figure.kind, ", ".join(f"`{label}`" for label in figure.labels)) for figure in FIGURES
    ]  # fmt: skip

"""Events are counted by name only for those who ask, and names from outside do not make memory grow."""

from __future__ import annotations

from gatewaysdk import Shard
from gatewaysdk.delivery.plans import NOBODY, UNKNOWN, CountingPlans, Plan, Plans


def nobody(name: str) -> Plan:
    return NOBODY


def test_each_name_that_is_looked_up_counts() -> None:
    counts: dict[str, int] = {}
    plans = CountingPlans(nobody, counts)
    for name in ("READY", "TYPING_START", "TYPING_START"):
        assert plans[name] is NOBODY
    plans.clear()  # others listen: that forgets plans, and no counts
    assert plans["READY"] is NOBODY
    assert counts == {"READY": 2, "TYPING_START": 2}


def test_names_without_a_class_count_as_one() -> None:
    counts: dict[str, int] = {}
    plans = CountingPlans(nobody, counts)
    for number in range(1000):
        assert plans[f"NEW_{number}"] is NOBODY
    assert plans[UNKNOWN] is NOBODY
    assert counts == {UNKNOWN: 1001}
    assert not dict(plans)


def test_who_does_not_ask_finds_plans_without_a_call() -> None:
    assert "__getitem__" not in vars(Plans)
    shard = Shard("any")
    assert type(shard._runtime.delivery.plans) is Plans
    shard.count_events()
    counting = shard._runtime.delivery.plans
    assert type(counting) is CountingPlans
    shard.count_events()
    assert shard._runtime.delivery.plans is counting


def test_listeners_that_come_later_are_found_while_counting() -> None:
    shard = Shard("any")
    shard.count_events()
    delivery = shard._runtime.delivery
    assert delivery.plans["MESSAGE_DELETE"] is NOBODY
    assert delivery._desk.plans["MESSAGE_DELETE"] is NOBODY

    @shard.on_raw("MESSAGE_DELETE")
    async def handle(data: object) -> None:
        pass

    assert delivery.plans["MESSAGE_DELETE"] == delivery._desk.plans["MESSAGE_DELETE"] != NOBODY
    assert shard.stats.events_by_name == {"MESSAGE_DELETE": 2}  # the desk looks once more, and does not count

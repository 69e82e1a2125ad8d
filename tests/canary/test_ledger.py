from __future__ import annotations

from gatewaysdk.canary import Finding, Ledger
from gatewaysdk.canary.ledger import MAX_FINDINGS


def test_findings_are_counted_by_kind_place_and_value() -> None:
    ledger = Ledger()
    for value in (7, 7, 9):
        ledger.note("bits", "enums/user_flags", "integer", value)
    ledger.note("values", "enums/user_flags", "integer", 7)
    assert [one.entry() for one in ledger.of("bits")] == [
        {"at": "enums/user_flags", "count": 2, "example_type": "integer", "value": 7},
        {"at": "enums/user_flags", "count": 1, "example_type": "integer", "value": 9},
    ]
    assert len(ledger) == 3


def test_it_says_what_is_new_and_only_that() -> None:
    new: list[Finding] = []
    ledger = Ledger(new.append)
    ledger.note("events", "events/guild_parade")
    ledger.note("events", "events/guild_parade")
    assert [(one.kind, one.at) for one in new] == [("events", "events/guild_parade")]


def test_ignored_places_are_not_counted() -> None:
    ledger = Ledger(ignore=["events/ready#_trace", "stall"])
    ledger.note("keys", "events/ready#_trace", "array")
    ledger.set_count("stall", 3)
    assert len(ledger) == ledger.left_out == 0


def test_there_is_a_bound_that_counters_of_connections_do_not_have() -> None:
    ledger = Ledger()
    for number in range(MAX_FINDINGS + 5):
        ledger.note("values", "enums/message_type", "integer", number)
    ledger.note("values", "enums/message_type", "integer", 0)
    assert (len(ledger), ledger.left_out) == (MAX_FINDINGS, 5)
    ledger.set_count("stall", 2)
    ledger.set_count("stall", 3)
    assert [one.count for one in ledger.of("connection")] == [3]


def test_a_counter_of_0_is_no_finding() -> None:
    ledger = Ledger()
    ledger.set_count("dropped", 0)
    assert len(ledger) == 0

from __future__ import annotations

import math
from typing import Any

import pytest

from gatewaysdk.errors import ProtocolError
from gatewaysdk.protocol.heartbeat import HeartbeatTracker, read_heartbeat_interval


def test_the_first_beat_waits_a_random_part_of_the_interval() -> None:
    assert HeartbeatTracker(40.0, 100.0, 0.0).due_at == 100.0
    assert HeartbeatTracker(40.0, 100.0, 0.3).due_at == 112.0


def test_beats_follow_at_the_interval() -> None:
    heartbeat = HeartbeatTracker(40.0, 0.0, 0.5)
    heartbeat.beat(20.5)
    assert heartbeat.due_at == 60.5


def test_an_acknowledged_beat_gives_the_latency_and_no_zombie() -> None:
    heartbeat = HeartbeatTracker(40.0, 0.0, 0.0)
    heartbeat.beat(0.0)
    assert heartbeat.zombie_at == 40.0
    assert heartbeat.acknowledge(0.25) == 0
    assert (heartbeat.latency, heartbeat.answered_at) == (0.25, 0.25)
    assert heartbeat.latency == 0.25
    assert heartbeat.zombie_at == math.inf


def test_an_unasked_ack_has_no_latency() -> None:
    heartbeat = HeartbeatTracker(40.0, 0.0, 0.0)
    assert heartbeat.acknowledge(1.0) is None
    assert heartbeat.latency is None


def test_a_requested_beat_is_due_at_once_and_leaves_the_timer_alone() -> None:
    heartbeat = HeartbeatTracker(40.0, 0.0, 0.5)
    heartbeat.requested = True
    assert heartbeat.due_at == -math.inf
    heartbeat.beat(3.0)
    assert heartbeat.due_at == 20.0


def test_a_requested_beat_just_before_the_timer_makes_no_zombie() -> None:
    heartbeat = HeartbeatTracker(40.0, 0.0, 0.5)
    heartbeat.beat(19.9)
    assert heartbeat.zombie_at == math.inf
    heartbeat.beat(20.0)
    assert heartbeat.zombie_at == 60.0


def test_acks_answer_beats_in_their_order() -> None:
    heartbeat = HeartbeatTracker(40.0, 0.0, 0.5)
    heartbeat.beat(19.0, serial=7)
    heartbeat.beat(20.0, serial=9)
    assert (heartbeat.acknowledge(20.5), heartbeat.latency) == (7, 1.5)
    assert (heartbeat.acknowledge(20.75), heartbeat.latency) == (9, 0.75)


def test_beats_that_are_never_acknowledged_are_forgotten_in_time() -> None:
    heartbeat = HeartbeatTracker(40.0, 0.0, 0.0)
    heartbeat.beat(0.0)
    heartbeat.beat(1.0)
    heartbeat.acknowledge(1.5)  # one ACK for both
    heartbeat.beat(41.0)
    assert heartbeat.acknowledge(41.5) is not None
    assert heartbeat.latency == 0.5


@pytest.mark.parametrize(("milliseconds", "seconds"), [(41250, 41.25), (1, 0.001), (3_600_000, 3600.0), (50.5, 0.0505)])
def test_the_interval_is_read_in_seconds(milliseconds: float, seconds: float) -> None:
    assert read_heartbeat_interval({"heartbeat_interval": milliseconds}) == seconds


@pytest.mark.parametrize(
    "interval",
    [None, True, "41250", 0, -1, 0.5, 3_600_001, pytest.param(10**5000, id="huge"), math.nan, math.inf, [41250]],
)
def test_an_interval_that_cannot_be_meant_is_refused(interval: object) -> None:
    with pytest.raises(ProtocolError, match="heartbeat_interval"):
        read_heartbeat_interval({"heartbeat_interval": interval})


@pytest.mark.parametrize("data", [None, {}, [], "heartbeat_interval", 41250])
def test_hello_without_an_interval_is_refused(data: Any) -> None:
    with pytest.raises(ProtocolError, match="heartbeat_interval"):
        read_heartbeat_interval(data)

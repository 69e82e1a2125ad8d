"""What a fleet answers to those who watch the process."""

from __future__ import annotations

from gatewaysdk import State
from gatewaysdk.metrics.probes import ACK_BOUND, livez, readyz, startz

from .rows import fleet, row


def test_alive_while_heartbeats_are_answered() -> None:
    answer = livez(fleet(row(0, since_ack=5.0), row(1, since_ack=40.0), row(2, since_ack=None)), ACK_BOUND)
    assert answer.ok
    assert answer.text == "3 shards are live; the oldest answer to a heartbeat came 40 s ago\n"


def test_dead_when_a_live_shard_has_waited_too_long() -> None:
    dark = [row(1, since_ack=95.4), row(2, worker=3, since_ack=2040.0)]
    answer = livez(fleet(row(0), *dark), ACK_BOUND)
    assert not answer.ok
    assert answer.text == (
        "shard 1 of 4: the last heartbeat was answered 95 s ago; the bound is 90 s\n"
        "shard 2 of 4 in worker 3: the last heartbeat was answered 2040 s ago; the bound is 90 s\n"
    )
    assert livez(fleet(row(0), *dark), 3000).ok
    assert livez(fleet(row(0, since_ack=90.0)), 90).ok


def test_a_shard_that_connects_again_is_no_reason_to_end_the_process() -> None:
    answer = livez(fleet(row(0, state=State.BACKOFF, since_ack=500.0)), ACK_BOUND)
    assert (answer.ok, answer.text) == (True, "0 shards are live\n")


def test_ready_when_all_are_live() -> None:
    assert readyz(fleet(row(0), row(1))) == startz(fleet(row(0), row(1)))
    assert readyz(fleet(row(0), row(1))).text == "all 2 shards are live\n"
    answer = readyz(fleet(row(0), row(1, state=State.RESUMING), row(2, worker=0, state=State.QUEUED)))
    assert not answer.ok
    assert answer.text == "1 of 3 shards are live\nshard 1 of 4: resuming\nshard 2 of 4 in worker 0: queued\n"


def test_not_ready_before_the_shards_are_known() -> None:
    answer = readyz(fleet())
    assert (answer.ok, answer.text) == (False, "it is not known yet which shards there will be\n")
    assert not startz(fleet()).ok


def test_ready_all_through_a_reshard() -> None:
    both = [row(0, 2), row(1, 2), row(0, 4, state=State.QUEUED), row(1, 4), row(2, 4), row(3, 4)]
    assert readyz(fleet(*both, num_shards=2)).ok
    assert not readyz(fleet(*both, num_shards=4)).ok


def test_an_answer_names_some_of_thousands() -> None:
    answer = readyz(fleet(*(row(n, 1000, state=State.QUEUED) for n in range(1000)), num_shards=1000))
    lines = answer.text.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 981 more"


def test_the_start_says_how_long_it_will_take() -> None:
    waiting = [row(n, state=State.QUEUED) for n in range(1, 4)]
    answer = startz(fleet(row(0), *waiting, identify_wait=10.0))
    assert not answer.ok
    assert answer.text == (
        "1 of 4 shards are live\nidentify limits take 10 s more, at least\nsessions left today: 900\n"
    )  # fmt: skip
    assert "sessions left" not in startz(fleet(*waiting, identifies_left=None)).text


def test_what_has_started_stays_so() -> None:
    answer = startz(fleet(row(0, state=State.BACKOFF), ready_after=12.34))
    assert (answer.ok, answer.text) == (True, "all shards were live after 12.3 s\n")

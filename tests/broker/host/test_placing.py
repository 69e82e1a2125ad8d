"""Placing: every shard once, shares by capacity, and few moves when a host joins or leaves."""

from __future__ import annotations

from collections import Counter

import pytest

from gatewaysdk.broker.host.placing import place
from gatewaysdk.broker.protocols import ShardKey


def shards(count: int) -> list[ShardKey]:
    return [(shard_id, count) for shard_id in range(count)]


def test_every_shard_has_a_host_and_hosts_share_by_capacity() -> None:
    placed = place(shards(90), {"a": 100, "b": 200})
    assert set(placed) == set(shards(90))
    assert Counter(placed.values()) == {"a": 30, "b": 60}


def test_all_hosts_compute_the_same_whatever_the_order() -> None:
    one = place(shards(64), {"a": 20, "b": 30, "c": 40})
    assert place(reversed(shards(64)), {"c": 40, "b": 30, "a": 20}) == one


def test_a_host_never_gets_more_than_its_capacity() -> None:
    placed = place(shards(10), {"a": 2, "b": 3})
    assert Counter(placed.values()) == {"a": 2, "b": 3}


@pytest.mark.parametrize("capacities", [{}, {"a": 0}])
def test_nobody_to_run_them(capacities: dict[str, int]) -> None:
    assert place(shards(4), capacities) == {}


def test_a_host_that_joins_moves_little_besides_what_it_gets() -> None:
    before = place(shards(400), dict.fromkeys("abcd", 400))
    after = place(shards(400), dict.fromkeys("abcde", 400))
    assert Counter(after.values()) == dict.fromkeys("abcde", 80)
    moved = [shard for shard in before if before[shard] != after[shard]]
    assert 80 <= len(moved) <= 120  # 80 have to move


def test_the_shards_of_a_dead_host_alone_move() -> None:
    before = place(shards(300), dict.fromkeys("abc", 300))
    after = place(shards(300), dict.fromkeys("ab", 300))
    moved = [shard for shard in before if before[shard] != after[shard]]
    assert 100 <= len(moved) <= 140  # the 100 of the dead host have to move

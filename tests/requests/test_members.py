"""Member requests: chunks by nonce, in order, complete or a clear error."""

from __future__ import annotations

import asyncio
import gc
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import (
    CommandError,
    ConfigurationError,
    RequestRateLimited,
    RequestTimeout,
    decode_event,
)
from gatewaysdk.frame import Frame
from gatewaysdk.requests import GuildMembers
from gatewaysdk.simulator import sample

from .fakes import GUILD, FakeShard, all_done, chunk, in_virtual_time, now, rate_limited, ready, resumed


def ask(shard: FakeShard, **more: Any) -> asyncio.Future[GuildMembers]:
    return asyncio.ensure_future(shard.request_guild_members(guild_id=GUILD, query="", limit=0, **more))


def ids(members: GuildMembers) -> list[int]:
    return [member.user.id for member in members if member.user is not None]


@in_virtual_time
async def test_chunks_make_one_list_in_their_order_whatever_order_they_come_in() -> None:
    shard = FakeShard()
    waiting = ask(shard)
    command = await shard.asked(1)
    assert command.payload().keys() == {"guild_id", "query", "limit", "nonce"}
    assert 16 <= len(command.nonce.encode()) <= 32
    await shard.arrive(chunk(command, 2, 3, [5]), chunk(command, 0, 3, [1, 2], not_found=["9"]))
    assert not waiting.done()
    await shard.arrive(chunk(command, 0, 3, [1, 2]), chunk(command, 1, 3, [3, 4], not_found=["9", "8"]))
    members = await waiting
    assert isinstance(members, list)
    assert ids(members) == [1, 2, 3, 4, 5]
    assert members.not_found == [9, 8]
    assert members.presences == []
    assert not shard.open_taps


@in_virtual_time
async def test_presences_come_with_the_members() -> None:
    shard = FakeShard()
    waiting = ask(shard, presences=True)
    command = await shard.asked(1)
    assert command.presences is True
    presence = {
        **sample("PRESENCE_UPDATE", full=False, seed=0),
        "activities": [],
        "client_status": {},
        "status": "idle",
    }
    both = [{**presence, "guild_id": str(GUILD), "user": {"id": user_id}} for user_id in ("1", "2")]
    await shard.arrive(chunk(command, 0, 1, [1, 2], presences=both))
    assert [presence.user.id for presence in (await waiting).presences] == [1, 2]


@in_virtual_time
async def test_answers_to_others_are_not_taken() -> None:
    shard = FakeShard()
    one, two = ask(shard), ask(shard)
    await all_done()
    first, second = shard.commands
    assert first.nonce != second.nonce
    stranger = chunk(first, 0, 1, [66], guild_id="66")
    await shard.arrive(stranger, chunk("somebody's", 0, 1, [67]), chunk(second, 0, 1, [2]), chunk(first, 0, 1, [1]))
    assert (ids(await one), ids(await two)) == ([1], [2])


@in_virtual_time
async def test_a_chunk_without_a_usable_nonce_harms_nobody() -> None:
    shard = FakeShard()
    waiting = ask(shard)
    command = await shard.asked(1)
    broken = decode_event(Frame(op=0, s=1, t="GUILD_MEMBERS_CHUNK", d={"nonce": [], "guild_id": "x"}))
    await shard.arrive(broken, chunk(command, 0, 1, [1]))
    assert ids(await waiting) == [1]


@in_virtual_time
async def test_iterating_gives_chunks_in_order_and_holds_one() -> None:
    shard = FakeShard()
    chunks = aiter(shard.request_guild_members(guild_id=GUILD, query="", limit=0))
    first = asyncio.ensure_future(anext(chunks))
    command = await shard.asked(1)
    await shard.arrive(chunk(command, 1, 3), chunk(command, 0, 3))
    assert [(await first).chunk_index, (await anext(chunks)).chunk_index] == [0, 1]
    (tap,) = shard.open_taps
    assert not tap.holds_up([])
    await shard.arrive(chunk(command, 2, 3))
    assert tap.holds_up([]), "the shard should read no further while the reader does not come"
    assert (await anext(chunks)).chunk_index == 2
    with pytest.raises(StopAsyncIteration):
        await anext(chunks)
    assert not shard.open_taps


@in_virtual_time
async def test_to_leave_the_loop_is_to_end_the_request() -> None:
    shard = FakeShard()
    request = shard.request_guild_members(guild_id=GUILD, query="", limit=0)

    async def read() -> None:
        async for _ in request:
            break

    reading = asyncio.create_task(read())
    command = await shard.asked(1)
    await shard.arrive(chunk(command, 0, 9), chunk(command, 1, 9))
    await reading
    await all_done()
    assert not shard.open_taps, f"{request!r} is held, but its loop is over"


@in_virtual_time
async def test_whoever_gives_up_leaves_nothing() -> None:
    shard = FakeShard()
    waiting = ask(shard)
    await shard.asked(1)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert not shard.open_taps


# Limits


@in_virtual_time
async def test_a_rate_limit_is_waited_for_and_the_request_made_again() -> None:
    shard = FakeShard()
    waiting = ask(shard, timeout=10)
    await shard.arrive()
    await shard.arrive(rate_limited(await shard.asked(1), 29.5))
    await asyncio.sleep(29)
    assert len(shard.commands) == 1
    await asyncio.sleep(1)
    assert shard.times[1] - shard.times[0] == pytest.approx(29.5, abs=0.01)
    await shard.arrive(rate_limited(shard.commands[1], 3))
    await asyncio.sleep(4)
    await shard.arrive(chunk(await shard.asked(3), 0, 1, [1]))
    assert ids(await waiting) == [1]


@in_virtual_time
async def test_a_rate_limit_may_be_raised_instead() -> None:
    shard = FakeShard()
    waiting = ask(shard, on_rate_limited="raise")
    await shard.arrive(rate_limited(await shard.asked(1), 29.5))
    with pytest.raises(RequestRateLimited, match=rf"guild {GUILD} .*ask again in 29\.5 s") as raised:
        await waiting
    assert raised.value.retry_after == 29.5
    assert not shard.open_taps


@in_virtual_time
async def test_what_comes_during_the_wait_for_a_rate_limit() -> None:
    shard = FakeShard()
    waiting = ask(shard, timeout=60)
    first = await shard.asked(1)
    await shard.arrive(resumed())  # asked again, as nothing has come; but the gateway had got the first
    await shard.arrive(rate_limited(await shard.asked(2), 30))
    await shard.arrive(resumed())
    await shard.arrive(chunk(first, 0, 2, [1]))
    await asyncio.sleep(31)
    await shard.arrive(chunk(first, 1, 2, [2]))
    assert ids(await waiting) == [1, 2]
    assert len(shard.commands) == 2


@pytest.mark.parametrize("on_rate_limited", ["wait", "raise"])
@in_virtual_time
async def test_a_limit_on_what_is_answered_already_means_nothing(on_rate_limited: str) -> None:
    shard = FakeShard()
    waiting = ask(shard, on_rate_limited=on_rate_limited)
    first = await shard.asked(1)
    await shard.arrive(resumed())
    second = await shard.asked(2)
    await shard.arrive(chunk(first, 0, 2, [1]), rate_limited(second, 5))
    await asyncio.sleep(6)
    await shard.arrive(chunk(first, 1, 2, [2]))
    assert ids(await waiting) == [1, 2]
    assert len(shard.commands) == 2


@in_virtual_time
async def test_a_new_session_does_not_lift_the_limit_which_is_the_guilds() -> None:
    shard = FakeShard()
    waiting = ask(shard)
    await shard.arrive()
    await shard.arrive(rate_limited(await shard.asked(1), 30), ready())
    await asyncio.sleep(29.5)
    assert len(shard.commands) == 1
    await asyncio.sleep(1)
    await shard.arrive(chunk(await shard.asked(2), 0, 1))
    assert await waiting == []


@in_virtual_time
async def test_to_keep_to_the_send_limit_costs_no_time_of_the_request() -> None:
    shard = FakeShard()
    shard.fake_send_wait = 45.0
    waiting = ask(shard, timeout=30)
    await shard.arrive(chunk(await shard.asked(1), 0, 1))
    await waiting
    shard.fake_send_wait = None
    waiting = ask(shard, timeout=None)
    await shard.arrive(chunk(await shard.asked(2), 0, 1))
    await waiting
    assert shard.timeouts == [75, None]


# When nothing comes


@in_virtual_time
async def test_no_answer_is_a_timeout_that_says_so() -> None:
    shard = FakeShard()
    begun = now()
    with pytest.raises(RequestTimeout, match=f"guild {GUILD}: nothing more within 30 s; nothing came; the guild may"):
        await shard.request_guild_members(guild_id=GUILD, user_ids=1)
    assert now() - begun == pytest.approx(30)
    assert not shard.open_taps


@in_virtual_time
async def test_half_an_answer_is_a_timeout_that_names_the_rest() -> None:
    shard = FakeShard()
    waiting = ask(shard, timeout=5)
    command = await shard.asked(1)
    for index in (0, 2, 4, 0):
        await asyncio.sleep(4)  # each chunk is progress
        await shard.arrive(chunk(command, index, 6))
    with pytest.raises(RequestTimeout, match=r"3 of 6 chunks came but not chunk 1, chunk 3, chunk 5; ") as raised:
        await waiting
    assert raised.value.missing == ("chunk 1", "chunk 3", "chunk 5")
    assert now() == pytest.approx(21, abs=0.01)


@in_virtual_time
async def test_what_ends_the_shard_ends_the_request_even_if_it_is_a_timeout() -> None:
    shard = FakeShard()
    waiting = ask(shard)
    await shard.asked(1)
    end = TimeoutError("of the shard's own")
    shard.taps[0].fail(end)
    await asyncio.wait([waiting])
    assert waiting.exception() is end


# Other sessions


@in_virtual_time
async def test_a_lost_session_is_asked_again_from_the_start() -> None:
    shard = FakeShard()
    waiting = ask(shard)
    first = await shard.asked(1)
    await shard.arrive(chunk(first, 0, 2, [1, 2], not_found=["7"]), ready())
    second = await shard.asked(2)
    assert second.nonce != first.nonce
    await shard.arrive(chunk(first, 1, 2, [66]), chunk(second, 0, 2, [1, 2], not_found=["7"]), chunk(second, 1, 2, [3]))
    members = await waiting
    assert (ids(members), members.not_found) == ([1, 2, 3], [7])


@in_virtual_time
async def test_while_iterating_a_lost_session_begins_again_with_chunk_0() -> None:
    shard = FakeShard()

    async def read() -> list[int]:
        request = shard.request_guild_members(guild_id=GUILD, query="", limit=0)
        return [one.chunk_index async for one in request]

    reading = asyncio.create_task(read())
    await shard.arrive(chunk(await shard.asked(1), 0, 2), ready())
    second = await shard.asked(2)
    await shard.arrive(chunk(second, 0, 2), chunk(second, 1, 2))
    assert await reading == [0, 0, 1]


@in_virtual_time
async def test_a_resumed_session_is_asked_again_only_if_nothing_has_come() -> None:
    shard = FakeShard()
    waiting = ask(shard)
    await shard.asked(1)
    await shard.arrive(resumed())
    second = await shard.asked(2)
    await shard.arrive(chunk(second, 0, 2, [1]), resumed(), chunk(second, 1, 2, [2]))
    assert ids(await waiting) == [1, 2]
    assert len(shard.commands) == 2


@in_virtual_time
async def test_of_two_answers_the_first_counts() -> None:
    shard = FakeShard()
    waiting = ask(shard)
    first = await shard.asked(1)
    await shard.arrive(resumed())
    second = await shard.asked(2)
    await shard.arrive(chunk(second, 0, 2, [1]), chunk(first, 1, 2, [66]), chunk(first, 0, 2, [67]))
    await shard.arrive(chunk(second, 1, 2, [2]))
    assert ids(await waiting) == [1, 2]


@in_virtual_time
async def test_a_session_that_begins_before_the_command_goes_out_asks_once() -> None:
    shard = FakeShard()
    shard.can_send.clear()
    waiting = ask(shard)
    await all_done()
    await shard.arrive(resumed(), ready())
    shard.can_send.set()
    await shard.asked(1)
    shard.can_send.clear()
    await shard.arrive(ready())
    await shard.arrive(ready())  # once more, before it could ask again
    shard.can_send.set()
    await shard.arrive(chunk(await shard.asked(2), 0, 1, [1]))
    assert ids(await waiting) == [1]
    assert len(shard.commands) == 2


# Arguments


@in_virtual_time
async def test_more_than_100_ids_are_asked_for_by_the_hundred() -> None:
    shard = FakeShard()
    waiting = asyncio.ensure_future(shard.request_guild_members(guild_id=GUILD, user_ids=range(1, 251)))
    for count, (start, end) in enumerate([(1, 101), (101, 201), (201, 251)], 1):
        command = await shard.asked(count)
        assert command.user_ids == list(range(start, end))
        await shard.arrive(chunk(command, 0, 1, range(start, end - 1), not_found=[str(end - 1)]))
    members = await waiting
    assert len(members) == 247
    assert members.not_found == [100, 200, 250]


@in_virtual_time
async def test_for_nobody_nothing_is_asked() -> None:
    shard = FakeShard()
    assert await shard.request_guild_members(guild_id=GUILD, user_ids=[]) == []
    assert not shard.commands


@in_virtual_time
async def test_what_discord_would_refuse_is_refused_at_once() -> None:
    shard: Any = FakeShard()
    for wrong in (
        {"user_ids": ["x"]},
        {"user_ids": [*range(100), -1]},
        {"query": "", "limit": -1},
        {"query": "a", "limit": 1, "user_ids": []},
        {"query": "a"},
        {},
    ):
        with pytest.raises(CommandError):
            shard.request_guild_members(guild_id=GUILD, **wrong)
    with pytest.raises(ConfigurationError, match=r"on_rate_limited is 'retry'; it takes 'wait' or 'raise'"):
        shard.request_guild_members(guild_id=GUILD, query="", limit=0, on_rate_limited="retry")


# Any order


@given(st.data())
def test_every_member_comes_once_whatever_happens_to_the_chunks(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6), "chunks")
    orders = st.permutations([*range(count), *data.draw(st.lists(st.integers(0, count - 1), max_size=3), "again")])
    losses = data.draw(st.lists(st.integers(0, count), max_size=2), "chunks before each loss of the session")

    @in_virtual_time
    async def play() -> None:
        shard = FakeShard()

        async def read() -> list[int]:
            request = shard.request_guild_members(guild_id=GUILD, query="", limit=0)
            return [one.chunk_index async for one in request]

        reading, waiting = asyncio.create_task(read()), ask(shard)
        await all_done()
        for came in losses:
            order = data.draw(orders, "order")
            if set(order[:came]) == set(range(count)):
                continue  # complete before the loss
            lost = shard.commands[-2:]
            await shard.arrive(*(chunk(one, index, count, [index]) for index in order[:came] for one in lost), ready())
        last = shard.commands[-2:]
        await shard.arrive(*(chunk(one, index, count, [index]) for index in data.draw(orders) for one in last))
        assert sorted(ids(await waiting)) == list(range(count))
        indexes = await reading
        assert indexes[-count:] == list(range(count))
        assert all(after in (0, before + 1) for before, after in pairwise(indexes))
        assert not shard.open_taps

    play()
    gc.collect()

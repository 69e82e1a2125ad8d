"""Handlers of the plain data of every event, waits for several classes, and commands of any opcode."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from gatewaysdk import (
    CommandError,
    ConfigurationError,
    Intents,
    InvalidEvent,
    MessageCreate,
    MessageDelete,
    RawCommand,
    RequestGuildMembers,
    Token,
    Traffic,
    UnknownEvent,
    decode_event,
)
from gatewaysdk.frame import Frame
from gatewaysdk.listeners.handler_list import HandlerList
from gatewaysdk.simulator import EVENT_NAMES, Simulator, sample

from .conftest import MakeShard


async def test_a_handler_of_every_dispatch_gets_names_and_data_as_they_came(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard()
    got: list[tuple[str, Any]] = []
    done = asyncio.Event()

    @shard.on_dispatch
    async def keep(name: str, data: Any) -> None:
        got.append((name, data))
        if name == "NOT_YET_INVENTED":
            done.set()

    assert shard.intents == Intents.default()
    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "2", "new_key": "x"})
    await sim.emit("NOT_YET_INVENTED", {"size": 3})
    await asyncio.wait_for(done.wait(), 10)
    await shard.close()
    await running
    assert got[0][0] == "READY"
    assert got[-2:] == [
        ("MESSAGE_DELETE", {"id": "1", "channel_id": "2", "new_key": "x"}),
        ("NOT_YET_INVENTED", {"size": 3}),
    ]
    assert shard.stats.decoded == 0  # no event was made of the data
    shard.off(keep)


def test_a_handler_of_every_dispatch_takes_two_arguments() -> None:
    async def one(data: Any) -> None: ...

    def plain(name: str, data: Any) -> None: ...

    with pytest.raises(ConfigurationError, match="called with the name and the data"):
        HandlerList().listener_of_all(one)
    with pytest.raises(ConfigurationError, match="not a coroutine function"):
        HandlerList().listener_of_all(plain)


async def test_a_wait_for_several_classes_takes_the_first_of_any(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.default())
    await shard.connect()
    waiting = asyncio.create_task(shard.wait_for((MessageCreate, MessageDelete), timeout=10))
    await asyncio.sleep(0)
    await sim.emit("TYPING_START")
    await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "2"})
    assert isinstance(await waiting, MessageDelete)
    with pytest.raises(TimeoutError, match="no MessageCreate or MessageDelete that fits"):
        await shard.wait_for((MessageCreate, MessageDelete), timeout=0.01)
    with pytest.raises(ConfigurationError, match="takes at least one event class"):
        await shard.wait_for(())


async def test_a_command_of_any_opcode_goes_out_as_it_is(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await shard.send(RawCommand(opcode=99, data={"guild_id": "1", "new": [True, None]}))
    (received,) = await sim.wait_for_received(99)
    assert received.d == {"guild_id": "1", "new": [True, None]}


@pytest.mark.parametrize("opcode", [1, 2, 6])
def test_what_the_shard_sends_itself_is_refused(opcode: int) -> None:
    with pytest.raises(CommandError, match=f"RawCommand.opcode is {opcode}, .* which the shard sends by itself"):
        RawCommand(opcode=opcode, data={})


@pytest.mark.parametrize(("opcode", "data"), [("3", {}), (3, [1]), (True, {})])
def test_a_raw_command_has_a_number_and_a_dict(opcode: Any, data: Any) -> None:
    with pytest.raises(CommandError, match="RawCommand"):
        RawCommand(opcode=opcode, data=data)


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_the_wire_form_of_an_event_is_what_was_received(name: str) -> None:
    data = sample(name, seed=0, full=True)
    event = decode_event(Frame(op=0, s=1, t=name, d=data))
    wire = json.loads(json.dumps(event.to_wire()))
    assert wire["t"] == name
    again = decode_event(Frame(op=0, s=1, t=name, d=wire["d"]))
    assert again == event


def test_ids_are_strings_in_the_wire_form_and_unknown_events_keep_their_data() -> None:
    deleted = decode_event(Frame(op=0, s=1, t="MESSAGE_DELETE", d={"id": "80351110224678912", "channel_id": "2"}))
    assert deleted.to_wire() == {"t": "MESSAGE_DELETE", "d": {"id": "80351110224678912", "channel_id": "2"}}
    unknown = decode_event(Frame(op=0, s=1, t="NEW", d={"x": 1}))
    assert isinstance(unknown, UnknownEvent)
    assert unknown.to_wire() == {"t": "NEW", "d": {"x": 1}}
    invalid = decode_event(Frame(op=0, s=1, t="MESSAGE_DELETE", d=[5]))
    assert isinstance(invalid, InvalidEvent)
    assert invalid.to_wire() == {"t": "MESSAGE_DELETE", "d": [5]}


@pytest.mark.parametrize("encoding", ["json", "etf"])
async def test_observers_of_the_traffic_see_all_messages_and_no_token(make_shard: MakeShard, encoding: str) -> None:
    shard = make_shard(intents=0, encoding=encoding)
    seen: list[Traffic] = []
    shard.observe_traffic(seen.append)
    await shard.connect()
    await shard.send(RequestGuildMembers(guild_id=1, query="a", limit=1))
    ops = [(one.sent, one.frame.op) for one in seen if one.frame.op not in (1, 11)]  # heartbeats come when they come
    assert ops[:3] == [(False, 10), (True, 2), (False, 0)]
    assert (True, 8) in ops
    identify = next(one for one in seen if one.frame.op == 2)
    assert isinstance(identify.frame.d["token"], Token)
    ready = next(one for one in seen if one.frame.op == 0)
    assert (ready.frame.t, ready.frame.s) == ("READY", 1)
    assert ready.frame.d["v"] == 10
    assert all(one.size > 0 for one in seen)
    shard.unobserve_traffic(seen.append)
    with pytest.raises(ConfigurationError, match="does not observe"):
        shard.unobserve_traffic(seen.append)


async def test_an_observer_of_the_traffic_that_raises_stops_nothing(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    errors: list[Exception] = []
    reported = asyncio.Event()

    @shard.on_error
    async def note(error: Exception, event: object) -> None:
        errors.append(error)
        reported.set()

    @shard.observe_traffic
    def broken(traffic: Traffic) -> None:
        raise ZeroDivisionError

    await shard.connect()
    await asyncio.wait_for(reported.wait(), 10)
    assert isinstance(errors[0], ZeroDivisionError)

"""Each class of the shell alone, without a socket: what it does, and that it reports when it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import PrivateAttr

from gatewaysdk import (
    CommandError,
    ConnectError,
    DropEvents,
    Event,
    InvalidEvent,
    MessageDelete,
    SendTimeout,
    ShardClosed,
    Snowflake,
    TaskCancelled,
    UpdateVoiceState,
)
from gatewaysdk.codec import get_codec
from gatewaysdk.compression import get_inflater
from gatewaysdk.decoding import registry
from gatewaysdk.delivery import Delivery, DeliverySettings
from gatewaysdk.errors import GatewayError, PeerError
from gatewaysdk.listeners import Dispatcher, HandlerList
from gatewaysdk.protocol import Effect, Send
from gatewaysdk.shard.connection import Connection
from gatewaysdk.shard.runtime import Runtime
from gatewaysdk.shard.sender import Sender
from gatewaysdk.shard.settings import ShardSettings
from gatewaysdk.stats import Stats
from gatewaysdk.tasks import worker
from gatewaysdk.token import Token
from gatewaysdk.transport import Closed, Received

from ..protocol.driver import Driver

CODEC = get_codec("json")


class Pipe:
    """A connector and the one transport that it gives: messages come from a list, and what is sent is noted."""

    def __init__(self, *messages: Received, refuses: Exception | None = None, breaks: Exception | None = None) -> None:
        self.messages = list(messages)
        self.refuses, self.breaks = refuses, breaks
        self.sent: list[bytes] = []
        self.closed_with: int | None = None
        self.gone = asyncio.Event()

    async def connect(self, url: str) -> Pipe:
        if self.refuses is not None:
            raise self.refuses
        return self

    async def receive(self) -> Received:
        if self.messages:
            return self.messages.pop(0)
        await self.gone.wait()
        return Closed(self.closed_with)

    async def send(self, data: bytes, *, binary: bool) -> None:
        if self.breaks is not None:
            raise self.breaks
        self.sent.append(bytes(data))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.closed_with = code
        self.gone.set()

    def abort(self) -> None:
        self.gone.set()


class Owner:
    """Notes what a connection or a delivery tells."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def on_connected(self, connection: Connection) -> None:
        self.told.append("connected")

    def on_connect_failed(self, connection: Connection, error: GatewayError) -> None:
        self.told.append(f"failed: {error}")

    def on_message(self, connection: Connection, message: Any) -> None:
        if message == "broken":
            raise PeerError("not what was agreed upon")
        self.told.append(f"message {message!r}")

    def on_broken(self, connection: Connection, error: PeerError) -> None:
        self.told.append(f"broken: {error}")

    def on_closed(self, connection: Connection, code: int | None, reason: str) -> None:
        self.told.append(f"closed {code}")

    def on_full(self) -> None:
        self.told.append("full")

    def on_room(self) -> None:
        self.told.append("room")

    def on_delivery_failed(self, error: BaseException) -> None:
        self.told.append(f"delivery failed: {error!r}")


async def rounds(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


# A connection


def connection(pipe: Pipe, owner: Owner) -> Connection:
    return Connection("ws://any", pipe, get_inflater(None), owner, Stats(), binary=False)


async def test_a_connection_reads_writes_in_order_and_closes_behind_what_was_sent() -> None:
    pipe, owner = Pipe("one", "two"), Owner()
    one = connection(pipe, owner)
    one.send(b"first")
    await rounds()
    one.send(b"second")
    one.close(4000, "enough")
    await asyncio.wait_for(one.task, 10)
    assert owner.told == ["connected", "message 'one'", "message 'two'", "closed 4000"]
    assert (pipe.sent, pipe.closed_with) == ([b"first", b"second"], 4000)


async def test_a_connection_that_cannot_be_opened_says_why() -> None:
    owner = Owner()
    one = connection(Pipe(refuses=ConnectError("ws://any", "refused")), owner)
    await asyncio.wait_for(one.task, 10)
    assert owner.told == ["failed: cannot connect to ws://any: refused"]


async def test_what_cannot_be_understood_is_told_once_and_nothing_behind_it_is_read() -> None:
    pipe, owner = Pipe("broken", "after"), Owner()
    one = connection(pipe, owner)
    await rounds()
    assert owner.told == ["connected", "broken: not what was agreed upon"]
    one.close(4000, "")
    await asyncio.wait_for(one.task, 10)


async def test_a_writer_that_breaks_ends_the_connection_with_its_error() -> None:
    error = ZeroDivisionError("of somebody's transport")
    one = connection(Pipe(breaks=error), Owner())
    one.send(b"anything")
    with pytest.raises(ZeroDivisionError, match="of somebody's transport"):
        await asyncio.wait_for(one.task, 10)


async def test_a_paused_connection_reads_no_further() -> None:
    pipe, owner = Pipe("one", "two", "three"), Owner()
    one = connection(pipe, owner)
    one.pause()
    await rounds()
    before = list(owner.told)
    one.resume()
    await rounds()
    assert (before, owner.told[-1]) == (["connected", "message 'one'"], "message 'three'")
    one.abort()
    await asyncio.wait([one.task])


# A sender


async def test_a_sender_waits_for_the_ticket_that_it_gave() -> None:
    driver, stats = Driver().live(), Stats()
    sender = Sender(CODEC, stats, lambda effects: carry_out(effects))

    def carry_out(effects: list[Effect]) -> None:
        for effect in driver.run(effects):
            if isinstance(effect, Send):
                sender.sent(effect.tickets)

    leave = UpdateVoiceState(guild_id=1, channel_id=None, self_mute=False, self_deaf=False)
    assert await sender.send(driver.protocol, leave, None) >= 0
    assert stats.commands == 1
    for _ in range(200):
        driver.send(4, {})
    with pytest.raises(SendTimeout):
        await sender.send(driver.protocol, leave, 0.001)
    waiting = asyncio.create_task(sender.send(driver.protocol, leave, None))
    await rounds()
    sender.fail(None)
    with pytest.raises(ShardClosed):
        await waiting


async def test_a_sender_refuses_what_is_too_large() -> None:
    class Large(UpdateVoiceState):
        def payload(self) -> dict[str, Any]:
            return {"padding": "x" * 5000}

    large = Large(guild_id=Snowflake(1), channel_id=None, self_mute=False, self_deaf=False)
    with pytest.raises(CommandError, match=r"has 50\d\d bytes encoded, Discord takes 4096"):
        await Sender(CODEC, Stats(), lambda _: None).send(Driver().live().protocol, large, None)


# A dispatcher and a delivery


def deleted(s: int, data: str = '{"id": "1", "channel_id": "2"}') -> Any:
    return CODEC.envelope(f'{{"t":"MESSAGE_DELETE","s":{s},"op":0,"d":{data}}}'.encode())


def make_delivery(owner: Owner, **settings: Any) -> tuple[Delivery, HandlerList]:
    handlers = HandlerList()
    dispatcher = Dispatcher("the shard", lambda: delivery.replan(), handlers)
    chosen = {"queue_size": 4, "queue_bytes": 10_000, "overflow": "pause", "concurrency": None, **settings}
    delivery = Delivery(dispatcher, CODEC, Stats(), owner, None, DeliverySettings(**chosen))
    return delivery, handlers


async def test_a_delivery_hands_out_in_order_and_is_over_when_all_is_done() -> None:
    delivery, handlers = make_delivery(Owner())
    got: list[Any] = []

    async def handle(event: Event, shard: object) -> None:
        await asyncio.sleep(0)
        got.append((event.id, shard) if isinstance(event, MessageDelete) else event)

    handlers.add(handlers.listener(handle, classes=(Event,)))
    delivery.start()
    for s in range(1, 4):
        delivery.put(delivery.plans["MESSAGE_DELETE"], deleted(s, f'{{"id": "{s}", "channel_id": "2"}}'))
    delivery.put(delivery.plans["MESSAGE_DELETE"], deleted(4, "broken"))
    assert delivery.done_up_to(4) == 0
    delivery.end(None)
    await asyncio.wait_for(delivery.wait_over(10), 10)
    assert got[:3] == [(1, "the shard"), (2, "the shard"), (3, "the shard")]
    assert isinstance(got[3], InvalidEvent)
    assert delivery.done_up_to(4) == 4


async def test_an_event_with_private_attributes_is_not_taken_for_a_broken_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Noted(MessageDelete):
        _notes: list[str] = PrivateAttr(default_factory=list)

    monkeypatch.setitem(registry._classes, "MESSAGE_DELETE", Noted)
    delivery, handlers = make_delivery(Owner())
    told: list[Any] = []

    async def handle(event: Event) -> None:
        told.append(event.violation_count)

    async def on_error(error: Exception, event: Event | None) -> None:
        told.append(error)

    delivery.reports.on_error = on_error
    handlers.add(handlers.listener(handle, classes=(MessageDelete,)))
    delivery.start()
    delivery.put(delivery.plans["MESSAGE_DELETE"], deleted(1))
    delivery.end(None)
    await asyncio.wait_for(delivery.wait_over(10), 10)
    assert told == [0]


@pytest.mark.parametrize("concurrency", [None, "channel"])
async def test_a_delivery_says_when_it_is_full_and_when_there_is_room(concurrency: str | None) -> None:
    owner = Owner()
    delivery, handlers = make_delivery(owner, concurrency=concurrency, overflow=DropEvents("TYPING_START"))
    gate = asyncio.Event()

    async def handle(event: MessageDelete) -> None:
        await gate.wait()

    handlers.add(handlers.listener(handle, classes=(MessageDelete,)))
    delivery.start()
    for s in range(1, 6):
        delivery.put(delivery.plans["MESSAGE_DELETE"], deleted(s))
    await rounds()
    assert owner.told == ["full", "full"]
    gate.set()
    await rounds()
    assert owner.told == ["full", "full", "room"]
    delivery.cancel()


@pytest.mark.parametrize("concurrency", [None, "channel"])
async def test_room_is_told_of_too_when_the_last_event_was_broken_off_and_finished_by_another_task(
    monkeypatch: pytest.MonkeyPatch, concurrency: str | None
) -> None:
    monkeypatch.setattr(worker, "_MOMENT", 0.0)
    owner = Owner()
    delivery, handlers = make_delivery(owner, queue_size=1, concurrency=concurrency)

    async def handle(event: MessageDelete) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    handlers.add(handlers.listener(handle, classes=(MessageDelete,)))
    delivery.start()
    delivery.put(delivery.plans["MESSAGE_DELETE"], deleted(1))
    await rounds()
    assert owner.told == ["full", "room"]
    delivery.cancel()


# The runtime


async def test_a_runtime_goes_live_and_a_writer_that_is_cancelled_ends_it_with_an_error() -> None:
    hello = '{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":45000}}'
    ready = '{"t":"READY","s":1,"op":0,"d":{"session_id":"a","resume_gateway_url":"ws://127.0.0.1"}}'
    pipe = Pipe(hello, ready)
    settings = ShardSettings(token=Token("any"), url="ws://127.0.0.1", compress=None, connector=pipe)
    runtime = Runtime(settings, Dispatcher(None, lambda: None, HandlerList()))
    runtime.start(0)
    await asyncio.wait_for(runtime.lifetime.wait_live(), 10)
    assert runtime.keeper.session is not None
    assert b'"op":2' in pipe.sent[0]
    next(task for task in asyncio.all_tasks() if task.get_name() == "gatewaysdk writer").cancel()
    with pytest.raises(TaskCancelled):
        await asyncio.wait_for(runtime.lifetime.wait_ended(), 10)
    await runtime.stop(keep_session=True, grace=0)
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("gatewaysdk")]

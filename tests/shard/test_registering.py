"""Handlers: once, with the shard, in groups, removed again, and refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Event,
    GuildMemberAdd,
    Intents,
    MessageCreate,
    MessageDelete,
    Shard,
    TypingStart,
    listener,
    raw_listener,
)
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard


class Bot:
    """Runs a shard until the last event has passed all handlers."""

    def __init__(self, sim: Simulator, shard: Shard) -> None:
        self.sim = sim
        self.shard = shard
        self.done = asyncio.Event()

    async def feed(self, *numbers: int) -> None:
        self.shard.on(MessageDelete)(self._last)
        task = asyncio.create_task(self.shard.run())
        await self.sim.wait_for_session()
        for number in (*numbers, 999):
            await self.sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
        await asyncio.wait_for(self.done.wait(), 10)
        await self.shard.close()
        await task

    async def _last(self, event: MessageDelete) -> None:
        if event.id == 999:
            self.done.set()


async def test_once_is_once(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    got: list[tuple[str, int]] = []

    @shard.once(MessageDelete)
    async def first(event: MessageDelete) -> None:
        got.append(("once", event.id))

    @shard.on(MessageDelete)
    async def every(event: MessageDelete) -> None:
        got.append(("on", event.id))

    await Bot(sim, shard).feed(1, 2)
    assert got == [("once", 1), ("on", 1), ("on", 2), ("on", 999)]


async def test_plain_data_may_be_wanted_once_too(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    got: list[str] = []

    @shard.on_raw("MESSAGE_DELETE", once=True)
    async def first(data: Any) -> None:
        got.append(data["id"])

    await Bot(sim, shard).feed(1, 2)
    assert got == ["1"]


async def test_once_waits_for_the_place_it_is_told(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    got: list[int] = []

    @shard.once(MessageDelete, where="guild")
    async def first(event: MessageDelete) -> None:
        got.append(event.id)

    await Bot(sim, shard).feed(1, 2)
    assert got == []
    assert shard.intents & Intents.GUILD_MESSAGES


async def test_once_is_once_however_many_run_at_the_same_time(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(concurrency=lambda event: getattr(event, "id", None))
    got: list[int] = []

    @shard.once(MessageDelete)
    async def first(event: MessageDelete) -> None:
        await asyncio.sleep(0)
        got.append(event.id)

    await Bot(sim, shard).feed(*range(20))
    assert got == [0]


async def test_a_handler_that_takes_two_arguments_gets_the_shard(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    got: list[object] = []

    @shard.on(MessageDelete)
    async def with_shard(event: MessageDelete, shard: Shard) -> None:
        got.append(shard)

    @shard.on(MessageDelete)
    async def with_default(event: MessageDelete, extra: str = "mine") -> None:
        got.append(extra)

    @shard.on_raw("MESSAGE_DELETE")
    async def raw(data: Any, shard: Shard) -> None:
        got.append((data["id"], shard))

    await Bot(sim, shard).feed()
    assert got == [("999", shard), shard, "mine"]


async def test_a_removed_handler_is_called_no_more(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    got: list[int] = []

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        got.append(event.id)
        shard.off(handle)

    await Bot(sim, shard).feed(1, 2, 3)
    assert got == [1]
    with pytest.raises(ConfigurationError, match=r"handle is not registered; it may have been removed already"):
        shard.off(handle)


async def test_events_of_removed_handlers_are_not_decoded(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES | Intents.GUILDS)

    @shard.on(Event)
    async def everything(event: Event) -> None: ...

    shard.off(everything)
    await Bot(sim, shard).feed(1, 2, 3)
    assert shard.stats.decoded == 4  # those of the bot's own handler


class Base:
    def __init__(self) -> None:
        self.got: list[str] = []

    @listener(MessageDelete)
    async def base(self, event: MessageDelete) -> None:
        self.got.append(f"base {event.id}")

    @listener(MessageDelete)
    async def overridden(self, event: MessageDelete) -> None:
        raise AssertionError


class Group(Base):
    @property
    def dangerous(self) -> object:
        raise AssertionError

    @listener(MessageDelete)
    async def overridden(self, event: MessageDelete) -> None:
        self.got.append(f"own {event.id}")

    @listener(MessageDelete, MessageCreate)
    async def zebra(self, event: MessageDelete | MessageCreate, shard: Shard) -> None:
        self.got.append(f"zebra {event.id} {shard.state.name}")

    @listener(MessageDelete, once=True)
    async def apple(self, event: MessageDelete) -> None:
        self.got.append(f"apple {event.id}")

    @raw_listener("MESSAGE_DELETE")
    async def raw(self, data: Any) -> None:
        self.got.append(f"raw {data['id']}")


async def test_the_marked_methods_of_a_group_are_handlers_in_the_order_as_written(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard()
    group = Group()
    shard.add_listeners(group)
    await Bot(sim, shard).feed(1)
    assert group.got == [
        *("raw 1", "base 1", "own 1", "zebra 1 LIVE", "apple 1"),
        *("raw 999", "base 999", "own 999", "zebra 999 LIVE"),
    ]


async def test_a_group_is_removed_as_a_whole_and_another_one_stays(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    one, two = Base(), Group()
    shard.add_listeners(one)
    shard.add_listeners(two)
    shard.remove_listeners(two)
    with pytest.raises(ConfigurationError, match="is not registered"):
        shard.remove_listeners(two)
    shard.off(one.overridden)
    await Bot(sim, shard).feed()
    assert (one.got, two.got) == (["base 999"], [])


def test_a_group_without_handlers_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="object has no methods marked with listener"):
        Shard("t", intents=0).add_listeners(object())


async def test_a_group_with_a_method_that_is_no_handler_is_refused_as_a_whole(make_shard: MakeShard) -> None:
    class Group:
        @listener(MessageDelete)
        async def sound(self, event: MessageDelete) -> None: ...

        @listener(MessageDelete)  # type: ignore[arg-type]
        def broken(self, event: MessageDelete) -> None: ...

    shard, group = make_shard(), Group()
    with pytest.raises(ConfigurationError, match=r"Group\.broken is not a coroutine function"):
        shard.add_listeners(group)
    with pytest.raises(ConfigurationError, match="is not registered"):
        shard.off(group.sound)
    with pytest.raises(ConfigurationError, match=r"takes an object, not a class: pass Group\(\)"):
        shard.add_listeners(Group)


def test_a_decorator_without_brackets_is_refused_where_it_stands(make_shard: MakeShard) -> None:
    async def handle(event: Event) -> None: ...

    shard = make_shard()
    wrong: list[tuple[Any, str]] = [
        (shard.on, r"on\(\)"), (shard.once, r"once\(\)"), (listener, r"listener\(\)"),
        (shard.on_raw, r"on_raw\(\)"), (raw_listener, r"raw_listener\(\)"),
    ]  # fmt: skip
    for decorator, name in wrong:
        with pytest.raises(ConfigurationError, match=f"^{name} takes .* not <function"):
            decorator(handle)
    for decorator, name in wrong[:3]:
        with pytest.raises(ConfigurationError, match=f"^{name} takes at least one event class"):
            decorator()


async def test_a_group_that_can_not_be_fed_any_more_is_refused_as_a_whole(
    sim: Simulator, make_shard: MakeShard
) -> None:
    class Late:
        @listener(MessageDelete)
        async def fine(self, event: MessageDelete) -> None: ...

        @listener(GuildMemberAdd)
        async def late(self, event: GuildMemberAdd) -> None: ...

    shard = make_shard(intents=Intents.GUILD_MESSAGES)
    await shard.connect()
    group = Late()
    with pytest.raises(ConfigurationError, match="GUILD_MEMBER_ADD"):
        shard.add_listeners(group)
    with pytest.raises(ConfigurationError, match="is not registered"):
        shard.off(group.fine)


async def none() -> None: ...


async def three(event: Event, shard: Shard, more: int) -> None: ...


async def keyword(event: Event, *, more: int) -> None: ...


@pytest.mark.parametrize("handler", [none, three, keyword])
def test_a_handler_that_cannot_be_called_is_refused(handler: Any) -> None:
    shard = Shard("t", intents=0)
    with pytest.raises(ConfigurationError, match=rf"{handler.__name__} takes .*; it is called with the event"):
        shard.on(TypingStart)(handler)
    with pytest.raises(ConfigurationError, match="it is called with the event, or with the event and the shard"):
        shard.on_raw("TYPING_START")(handler)


@pytest.mark.parametrize(
    ("classes", "where", "problem"),
    [
        ((MessageCreate,), "dm", "where is 'dm'; it takes 'guild', 'direct' or None"),
        ((GuildMemberAdd,), "direct", "GuildMemberAdd does not come from direct messages"),
        ((MessageCreate, Event), "guild", "Event does not come from direct messages"),
    ],
)
def test_a_place_that_says_nothing_is_refused(classes: Any, where: Any, problem: str) -> None:
    async def handler(event: Event) -> None: ...

    with pytest.raises(ConfigurationError, match=problem):
        Shard("t").on(*classes, where=where)(handler)


def test_the_intents_are_split_by_place() -> None:
    async def handler(event: Event) -> None: ...

    shard = Shard("t")
    shard.on(MessageCreate, where="guild")(handler)
    assert shard.intents == Intents.GUILD_MESSAGES
    shard.on(TypingStart, where="direct")(handler)
    assert shard.intents == Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGE_TYPING
    shard.on(TypingStart)(handler)
    assert shard.intents == Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGE_TYPING | Intents.GUILD_MESSAGE_TYPING


async def test_intents_that_bring_an_event_from_elsewhere_only_are_not_enough() -> None:
    shard = Shard("t", intents=Intents.GUILD_MESSAGES)
    shard.on(MessageCreate, where="direct")(keyword_free)
    with pytest.raises(ConfigurationError, match=r"MESSAGE_CREATE .* it needs Intents\.DIRECT_MESSAGES; add it"):
        await shard.run()


async def keyword_free(event: Event) -> None: ...


async def test_privileged_intents_and_empty_content_are_pointed_out_in_the_log(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "gatewaysdk")
    shard = make_shard()
    shard.on(MessageCreate)(keyword_free)
    shard.on(GuildMemberAdd)(keyword_free)
    await shard.connect()
    assert "privileged intents, which must be on in the developer portal, else close code 4014: GUILD_MEMBERS" in (
        caplog.text
    )
    assert "extra_intents=Intents.MESSAGE_CONTENT" in caplog.text

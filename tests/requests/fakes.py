"""A shard without a gateway, events for it, and a loop whose time passes only when there is nothing else to do."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

from gatewaysdk import (
    AnyEvent,
    ChannelInfo,
    Command,
    Event,
    GuildMembersChunk,
    Intents,
    RateLimited,
    Ready,
    RequestGuildMembers,
    Resumed,
    Snowflake,
    SoundboardSounds,
    VoiceServerUpdate,
    VoiceStateUpdate,
)
from gatewaysdk.delivery.stream import EventStream
from gatewaysdk.delivery.tap import Tap
from gatewaysdk.listeners import ErrorHandler, Where
from gatewaysdk.models import GuildMember
from gatewaysdk.shard.asking import Requests
from gatewaysdk.simulator import sample, sample_model

P = ParamSpec("P")
E = TypeVar("E", bound=AnyEvent)

GUILD = Snowflake(81384788765712384)
USER = Snowflake(80351110224678912)


class _Selector(selectors.SelectSelector):
    passed = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits, for nobody"
            self.passed += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Nothing has to be waited for: timers go off as soon as all else is done."""

    def __init__(self) -> None:
        self._own_selector = _Selector()
        super().__init__(self._own_selector)

    def time(self) -> float:
        return self._own_selector.passed


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


def now() -> float:
    return asyncio.get_running_loop().time()


async def all_done() -> None:
    """Return when everybody waits for time to pass."""
    await asyncio.sleep(1e-6)


class FakeShard(Requests):
    """Requests as a shard has them; a test plays the gateway."""

    def __init__(self, intents: Intents = Intents.GUILD_VOICE_STATES, user_id: Snowflake | None = USER) -> None:
        self.fake_intents = intents
        self.fake_user_id = user_id
        self.fake_send_wait: float | None = 0.0
        self.commands: list[Any] = []
        self.times: list[float] = []
        self.timeouts: list[float | None] = []
        self.taps: list[Tap[Any]] = []
        self.can_send = asyncio.Event()
        self.can_send.set()

    @property
    def intents(self) -> Intents:
        return self.fake_intents

    @property
    def user_id(self) -> Snowflake | None:
        return self.fake_user_id

    @property
    def send_wait(self) -> float | None:
        return self.fake_send_wait

    async def send(self, command: Command, *, timeout: float | None = None) -> float:
        await self.can_send.wait()
        self.commands.append(command)
        self.times.append(now())
        self.timeouts.append(timeout)
        return 0.0

    @property
    def _receiver(self) -> FakeShard:
        return self

    def _askers(self, guild_ids: Sequence[Snowflake]) -> Iterable[tuple[FakeShard, Sequence[Snowflake]]]:
        return ((self, guild_ids),)

    def _open_tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        tap = Tap(classes, accept, lambda _: None)
        self.taps.append(tap)
        return tap

    def _open_stream(self, classes: tuple[type[AnyEvent], ...], where: Where | None) -> EventStream[Any]:
        raise AssertionError("requests open no stream")

    def _read(self) -> Iterable[tuple[type[AnyEvent], Where | None]]:
        return ()

    def _set_error_hook(self, handler: ErrorHandler) -> None:
        raise AssertionError("requests set no error hook")

    @property
    def open_taps(self) -> list[Tap[Any]]:
        return [tap for tap in self.taps if not tap.closed]

    async def arrive(self, *events: Event) -> None:
        """Let events come in, one after the other, and everybody do what follows from them."""
        for event in events:
            for tap in self.taps:
                tap.offer(event)
        await all_done()

    async def asked(self, count: int) -> Any:
        """Return the last command, which must be the one with this number."""
        await all_done()
        assert len(self.commands) == count
        return self.commands[-1]


# Events


@functools.cache
def _member() -> dict[str, Any]:
    return sample_model(GuildMember, full=False, seed=0)


@functools.cache
def _user() -> dict[str, Any]:
    return dict(sample("MESSAGE_CREATE", full=False, seed=0)["author"])


def member(user_id: int) -> dict[str, Any]:
    return {**_member(), "user": {**_user(), "id": str(user_id)}}


def chunk(
    command: RequestGuildMembers | str, index: int, count: int, user_ids: Iterable[int] = (), **more: Any
) -> GuildMembersChunk:
    """Return an answer to a command, or one with a nonce."""
    return GuildMembersChunk.model_validate(
        {
            "guild_id": str(GUILD),
            "members": [member(user_id) for user_id in user_ids],
            "chunk_index": index,
            "chunk_count": count,
            "nonce": command if isinstance(command, str) else command.nonce,
            **more,
        }
    )


def rate_limited(command: RequestGuildMembers, retry_after: float) -> RateLimited:
    meta = {"guild_id": str(command.guild_id), "nonce": command.nonce}
    return RateLimited.model_validate({"opcode": 8, "retry_after": retry_after, "meta": meta})


@functools.cache
def ready() -> Ready:
    return Ready.model_validate(sample("READY", full=False, seed=0))


@functools.cache
def resumed() -> Resumed:
    return Resumed.model_validate({})


def sounds(guild_id: int) -> SoundboardSounds:
    return SoundboardSounds.model_validate({"guild_id": str(guild_id), "soundboard_sounds": []})


def channel_info(guild_id: int, *channels: dict[str, Any]) -> ChannelInfo:
    return ChannelInfo.model_validate({"guild_id": str(guild_id), "channels": list(channels)})


def voice_state(channel_id: int | None, user_id: int = USER, guild_id: int = GUILD) -> VoiceStateUpdate:
    state = sample("VOICE_STATE_UPDATE", full=False, seed=0)
    ids = {"guild_id": str(guild_id), "user_id": str(user_id)}
    return VoiceStateUpdate.model_validate(
        {**state, **ids, "channel_id": None if channel_id is None else str(channel_id)}
    )


def voice_server(endpoint: str | None, guild_id: int = GUILD) -> VoiceServerUpdate:
    return VoiceServerUpdate.model_validate({"token": "a-secret", "guild_id": str(guild_id), "endpoint": endpoint})

"""All the shards of a bot, or those of this process, as one."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from ..bases.any_event import AnyEvent
from ..bases.command import Command, SnowflakeLike
from ..commands import RequestSoundboardSounds, UpdatePresence
from ..delivery.stream import EventStream
from ..delivery.tap import Tap
from ..errors import CommandError, ConfigurationError, ShardClosed, StateError, TaskCancelled
from ..listeners.handler_list import ErrorHandler, HandlerList
from ..listeners.intents import Where, explain
from ..sessions.file import FileSessionStore
from ..shard.asking import Requests
from ..shard.runtime import DEFAULT_GRACE
from ..shard.settings import ShardSettings
from ..shard.shard import Shard
from ..snowflake import Snowflake
from ..stats import Stats
from ..tasks.label import UNSHARDED
from ..tasks.lifetime import Lifetime
from ..tasks.signals import stop_on
from ..token import Token
from .gateway_bot import API_URL
from .generation import Common
from .health import FleetHealth
from .hints import check_auto_reshard, follow_hints, needs_more_shards
from .local import LocalFleet
from .observers import FleetObserver, FleetObservers
from .plan import FleetSize, ShardCount
from .reshard import ReshardPlan
from .restart import RestartBackoff, RestartPolicy
from .sharding import shard_id_for
from .start import FleetSettings, Start, make_directory

if TYPE_CHECKING:
    from ..shard.keywords import ShardKeywords

__all__ = ["ShardManager"]

E = TypeVar("E", bound=AnyEvent)


class ShardManager(Requests):
    """All the shards of a bot, or some of them, each supervised: ``ShardManager(token)`` runs what Discord recommends.

    It has the methods of a `Shard` with which programs listen, ask and send. Handlers may take the shard as their
    second argument. What concerns a guild goes to the guild's shard. A shard that fails starts again alone and resumes.

    Args:
        token: the bot token; no repr, log or error ever shows it.
        shards: how many shards the bot has. ``auto`` takes what Discord recommends, or what ran last if that is known.
        shard_ids: the shards of this manager, where several processes or machines have some each; None for all.
        api_url: Discord's HTTP API, which says where the gateway is and how many sessions may be started.
        state_dir: a directory that outlives the process, made if need be. It holds the sessions, so that a restart
            resumes; the count of started sessions; and the identify queue of all processes of this machine.
        restart: when a shard that failed starts again.
        auto_reshard: seconds between two looks at how many shards Discord recommends; `reshard` follows when that is
            more than run. None never looks. Only for ``shards="auto"``.
        settings: the arguments of `Shard` but for ``shard``, ``session`` and ``reconnect``. Without ``url`` the gateway
            is where ``GET /gateway/bot`` says. An ``identify_queue`` or ``session_store`` of yours takes the place of
            that in ``state_dir``.

    Raises:
        ConfigurationError: a setting that cannot work.
    """

    def __init__(
        self,
        token: str | bytes | Token,
        *,
        shards: ShardCount = "auto",
        shard_ids: Iterable[int] | None = None,
        api_url: str = API_URL,
        state_dir: str | os.PathLike[str] | None = None,
        restart: RestartPolicy | None = None,
        auto_reshard: float | None = None,
        **settings: Unpack[ShardKeywords],
    ) -> None:
        token = Token.hold(token)  # tracebacks may show local variables
        for name in {"shard", "session", "reconnect"} & settings.keys():
            raise ConfigurationError(f"{name} is for one Shard; a manager gives each of its shards its own")
        state = None if state_dir is None else make_directory(state_dir)
        if state is not None and "session_store" not in settings:
            settings["session_store"] = FileSessionStore(state / "session.json")
        self._chosen = FleetSettings(
            shard=ShardSettings(token=token, **settings),
            size=FleetSize(shards, shard_ids),
            api_url=api_url,
            state_dir=state,
            has_url="url" in settings,
        )
        self._auto_reshard = check_auto_reshard(auto_reshard, shards)
        self._set_intents(settings.get("intents"), settings.get("extra_intents", 0))
        self._handlers = HandlerList(settings.get("handler_timeout"))
        self._observers = FleetObservers()
        self._common = Common(
            self._handlers, RestartBackoff() if restart is None else restart, self._observers.tell, self._fleet_ended,
            lambda: () if self._fleet is None else self._fleet.running(),
        )  # fmt: skip
        self._fleet: LocalFleet | None = None
        self._lifetime = Lifetime()
        self._begun = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        self._replacing = False  # of a fleet that is closed because another one follows

    # From the start to the end

    async def run(self, *, stop_signals: Iterable[signal.Signals] | None = None) -> None:
        """Start the shards and call handlers until `close` or `stop` is called, or a signal comes.

        Args:
            stop_signals: signals that call `stop`; None for SIGINT and SIGTERM, in the main thread. Sessions are kept,
                so that the next start resumes them.

        Raises:
            FatalCloseError: the gateway refuses the whole bot; its ``remedy`` says what to do.
            ConfigurationError: Discord does not know the token; the intents cannot bring what is listened for.
            GatewayError: the restart policy has given a shard up.
            StateError: the manager runs already.
        """
        if self._lifetime.running:
            raise StateError("the manager runs already; await close() first")
        self._sent, self._fleet, self._replacing = None, None, False
        self._sent = self._resolve_intents()
        self._lifetime.begin()
        self._begun.set()
        try:
            with stop_on(_default_signals() if stop_signals is None else stop_signals, self.stop):
                if self._lifetime.take_stop():
                    self._end(None)
                else:
                    self._begin(self._start(), "start of the fleet")
                await self._lifetime.wait_ended()
        finally:
            await self.close()

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._starting = asyncio.create_task(work, name=f"gatewaysdk {name}")
        self._starting.add_done_callback(self._start_cancelled)

    def _start_cancelled(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():  # not by us: nobody else would tell those who wait
            self._end(TaskCancelled(task.get_name()))

    async def _start(self) -> None:
        try:
            assert self._sent is not None  # by `run`
            explain(self._sent, {name for name, _ in self._wanted()}, UNSHARDED.log)
            start = await Start.prepare(self._chosen, self._sent)
            await self._run_fleet(start)
        except Exception as error:  # for those who wait for the manager
            self._end(error)

    async def _run_fleet(self, start: Start) -> None:
        self._fleet = fleet = LocalFleet(start, self._common)
        if await fleet.run():
            self._lifetime.set_live()
            if self._auto_reshard is not None:
                await follow_hints(fleet, self._chosen, self._auto_reshard)

    def _fleet_ended(self, error: Exception | None) -> None:
        if self._replacing:
            return
        if needs_more_shards(error) and self._chosen.size.shards == "auto" and self._lifetime.running:
            assert isinstance(error, Exception)
            self._replacing = True
            self._begin(self._start_anew(error), "start with more shards")
        else:
            self._end(error)

    async def _start_anew(self, refusal: Exception) -> None:
        """Start with more shards, because the gateway refuses so few. The old ones cannot go on meanwhile."""
        old = self._fleet
        assert self._sent is not None
        assert old is not None  # it was refused
        try:
            await old.close(keep_session=False, grace=DEFAULT_GRACE)
            start = await Start.prepare(self._chosen, self._sent, at_least=old.num_shards + 1)
            if start.plan.num_shards <= old.num_shards:
                raise refusal
            self._replacing = False
            await self._run_fleet(start)
        except Exception as error:  # for those who wait for the manager
            self._end(error)

    async def wait_ready(self, timeout: float | None = None) -> None:
        """Return once all shards are live, which identify limits may make hours. `run` may begin later.

        Raises:
            TimeoutError: they are not within ``timeout`` seconds.
            StateError: the manager was closed.
            GatewayError: what ended the fleet.
        """
        async with asyncio.timeout(timeout):
            await self._begun.wait()
            await self._lifetime.wait_live()

    def stop(self, *, keep_session: bool = True) -> None:
        """Begin to close all shards, and return: `run` returns when it is done. From any thread and any context."""

        def begin() -> None:
            if self._fleet is None or self._replacing:
                self._end(None)
            else:
                self._fleet.stop(keep_session=keep_session)

        self._lifetime.request_stop(begin)

    async def close(self, *, keep_session: bool = True, grace: float = DEFAULT_GRACE) -> None:
        """Close all shards and wait until nothing is left of them.

        Called by a handler it begins to close and returns at once, as `Shard.close` does.

        Args:
            keep_session: leave the sessions resumable; otherwise the bot goes offline at once.
            grace: seconds that handlers get for the events that have arrived.
        """
        if self._starting is not None:
            self._starting.remove_done_callback(self._start_cancelled)
            self._starting.cancel()
        self._replacing = False
        if self._fleet is None or await self._fleet.close(keep_session=keep_session, grace=grace):
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if self._lifetime.end(error):
            self._begun.clear()
            self._common.readers.end(error, error or ShardClosed("the manager was closed"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # Shards

    @property
    def shards(self) -> Mapping[int, Shard]:
        """The shards of this manager by their numbers; none before the start. A restart puts another in its place."""
        return {} if self._fleet is None else self._fleet.shards

    @property
    def num_shards(self) -> int | None:
        """How many shards the bot has; None before the start of an ``auto`` fleet."""
        if self._fleet is not None:
            return self._fleet.num_shards
        return None if self._chosen.size.shards == "auto" else self._chosen.size.shards

    def shard_for(self, guild_id: SnowflakeLike) -> Shard:
        """Return the shard that a guild is on (events/gateway#sharding).

        Raises:
            StateError: before the start, or when the shard is not one of this manager's.
            ConfigurationError: no such id.
        """
        if self._fleet is None:
            raise StateError("the shards are not known before the start; call run() first, and await wait_ready()")
        shard_id = shard_id_for(guild_id, self._fleet.num_shards)
        shard = self._fleet.shards.get(shard_id)
        if shard is None:
            raise StateError(
                f"guild {guild_id} is on shard {shard_id} of {self._fleet.num_shards}, which another manager runs"
            )
        return shard

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id, None before the first READY."""
        return next((shard.user_id for shard in self.shards.values() if shard.user_id is not None), None)

    @property
    def latency(self) -> float | None:
        """The mean of the shards' latencies, in seconds; None before the first."""
        found = [shard.latency for shard in self.shards.values() if shard.latency is not None]
        return sum(found) / len(found) if found else None

    @property
    def stats(self) -> Stats:
        """The counters of all shards, added up; restarts do not set them back."""
        return self.health.stats

    @property
    def health(self) -> FleetHealth:
        """What each shard is at, as ages and numbers, with the sums."""
        if self._fleet is None:
            return FleetHealth([], self.num_shards or 0, None, None, None)
        return self._fleet.health()

    # Another number of shards

    async def plan_reshard(self, total: int) -> ReshardPlan:
        """Return what it would cost to have ``total`` shards, in sessions of the day and in seconds.

        Raises:
            StateError: the shards are not live yet.
            ConfigurationError: the number cannot be, or guilds would move to another manager.
        """
        return self._ready_fleet().plan_reshard(total)

    async def reshard(self, total: int, *, quiet: float = 5.0) -> ReshardPlan:
        """Have ``total`` shards from now on, without an outage and without a second copy of an event.

        New shards start beside the old ones, as identify limits allow it. When their guilds are there, they take over,
        and the old ones end. Both see each event meanwhile; handlers get it once, in order for each guild. GUILD_CREATE
        for guilds that are known already is left out; READY of the new shards is not. Returns when it is done.

        Args:
            total: how many shards the bot is to have.
            quiet: seconds for which, in the end, no event must have come to one of both fleets alone.

        Raises:
            StateError: the shards are not live yet, or it is done already just now.
            ConfigurationError: the number cannot be, or guilds would move to another manager.
            SessionStartsExhausted: too few sessions are left for today; nothing has been started.
            GatewayError: what has ended the new shards; the old ones go on.
        """
        return await self._ready_fleet().reshard(total, quiet)

    def _ready_fleet(self) -> LocalFleet:
        if self._fleet is None or not self._lifetime.running:
            raise StateError("the shards do not run; call run() first, and await wait_ready()")
        return self._fleet

    # What is sent

    async def send(self, command: Command, *, timeout: float | None = None, confirm: bool = False) -> float:
        """Send a command on the shard of its guild, or a presence on all; see `Shard.send`.

        A presence returns when it has gone out on the shards that are live; the others begin with it.

        Raises:
            StateError: besides what `Shard.send` means by it: the guild's shard is not one of this manager's.
            CommandError: besides what `Shard.send` means by it: a command that names no guild.
        """
        if isinstance(command, UpdatePresence):
            if self._fleet is None:
                raise StateError("UpdatePresence cannot be sent before the start; pass presence= to the manager")
            return await self._fleet.show_presence(command, timeout)
        if isinstance(command, RequestSoundboardSounds):
            waits = [
                await shard.send(RequestSoundboardSounds(guild_ids=ids), timeout=timeout, confirm=confirm)
                for shard, ids in self._askers(command.guild_ids)
            ]
            return max(waits)
        guild_id = getattr(command, "guild_id", None)
        if guild_id is None:
            raise CommandError(type(command).__name__, None, "names no guild; send it on one of manager.shards")
        return await self.shard_for(guild_id).send(command, timeout=timeout, confirm=confirm)

    def _askers(self, guild_ids: Sequence[Snowflake]) -> Iterable[tuple[Shard, Sequence[Snowflake]]]:
        by_shard: dict[Shard, list[Snowflake]] = {}
        for guild_id in guild_ids:
            by_shard.setdefault(self.shard_for(guild_id), []).append(guild_id)
        return by_shard.items()

    # What listening needs

    def observe(self, observer: FleetObserver, /) -> FleetObserver:
        """Call a function at each step of each shard's connection, and of the fleet; see `gatewaysdk.fleet.steps`.

        It takes the step, or the step and the shard, which is None for a step of the fleet as a whole. Keep it short.
        """
        self._observers.add(observer)
        return observer

    def unobserve(self, observer: FleetObserver, /) -> None:
        """Call an observer no more. Raises `ConfigurationError` when it does not observe."""
        self._observers.remove(observer)

    @property
    def _receiver(self) -> Shard:
        raise AssertionError("only its type is asked for")

    def _open_stream(self, classes: tuple[type[AnyEvent], ...], where: Where | None) -> EventStream[Any]:
        shard = self._chosen.shard
        return self._common.readers.open_stream(classes, shard.queue_size, shard.queue_bytes, where)

    def _open_tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        return self._common.readers.open_tap(classes, accept, where)

    def _read(self) -> Iterable[tuple[type[AnyEvent], Where | None]]:
        return self._common.readers.wanted()

    def _set_error_hook(self, handler: ErrorHandler) -> None:
        self._common.on_error = handler
        for shard in () if self._fleet is None else self._fleet.running():
            shard.on_error(handler)

    def __repr__(self) -> str:
        if not hasattr(self, "_lifetime"):
            return "<ShardManager unfinished>"
        shards = self.shards
        live = sum(shard.state.value == "live" for shard in shards.values())
        return f"<ShardManager {live} of {len(shards)} shards live>"


def _default_signals() -> tuple[signal.Signals, ...]:
    if threading.current_thread() is threading.main_thread():
        return (signal.SIGINT, signal.SIGTERM)
    return ()

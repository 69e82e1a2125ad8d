"""All the shards of a bot, or those of this process, as one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from ..bases.any_event import AnyEvent
from ..bases.command import SnowflakeLike
from ..commands import UpdatePresence
from ..delivery.stream import EventStream
from ..delivery.tap import Tap
from ..errors import ConfigurationError, StateError
from ..listeners.handler_list import ErrorHandler, HandlerList
from ..listeners.intents import Where
from ..requests.exchange import RemoteAsker
from ..sessions.file import FileSessionStore
from ..shard.settings import ShardSettings
from ..shard.shard import Shard
from ..snowflake import Snowflake, read_id
from ..stats import Stats
from ..token import Token
from .gateway_bot import API_URL
from .generation import Common
from .health import FleetHealth
from .hints import check_auto_reshard
from .interface import Fleet
from .observers import FleetObserver, FleetObservers, TrafficObserver
from .plan import FleetSize, ShardCount
from .reshard import ReshardPlan
from .restart import RestartBackoff, RestartPolicy
from .running import Running
from .sharding import shard_id_for
from .start import FleetSettings, make_directory
from .steps import FleetStep

if TYPE_CHECKING:
    from ..shard.keywords import ShardKeywords

__all__ = ["ShardManager"]

E = TypeVar("E", bound=AnyEvent)


class ShardManager(Running):
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
        super().__init__()
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
        self._observers: FleetObservers[FleetStep] = FleetObservers()
        self._common = Common(
            self._handlers, RestartBackoff() if restart is None else restart, self._observers.tell, self._fleet_ended,
            lambda: () if self._fleet is None else self._fleet.running(),
        )  # fmt: skip

    # Shards

    @property
    def shards(self) -> Mapping[int, Shard]:
        """The shards that run in this process by their numbers; none before the start, nor in the parent of workers.

        A restart puts another in a shard's place.
        """
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
            StateError: before the start, or when the shard is not in this process.
            ConfigurationError: no such id.
        """
        fleet, shard_id = self._place_of(guild_id)
        shard = fleet.shards.get(shard_id)
        if shard is None:
            where = fleet.whereabouts(shard_id)
            raise StateError(f"guild {guild_id} is on shard {shard_id} of {fleet.num_shards}, {where}")
        return shard

    def _place_of(self, guild_id: SnowflakeLike) -> tuple[Fleet, int]:
        if self._fleet is None:
            raise StateError("the shards are not known before the start; call run() first, and await wait_ready()")
        return self._fleet, shard_id_for(guild_id, self._fleet.num_shards)

    def _route(self, guild_id: SnowflakeLike) -> Shard | RemoteAsker:
        """Return the shard of a guild, here or in another process of the fleet."""
        fleet, shard_id = self._place_of(guild_id)
        shard = fleet.shards.get(shard_id)
        return fleet.reach(read_id("guild_id", guild_id), shard_id) if shard is None else shard

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id, None before the first READY."""
        return None if self._fleet is None else self._fleet.user_id

    @property
    def latency(self) -> float | None:
        """The mean of the shards' latencies, in seconds; None before the first."""
        return self.health.latency

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

    # Workers

    async def gather(self, function: Callable[..., Any], *args: Any) -> list[Any]:
        """Call a function in every worker process, and return what it returns, in the order of the workers.

        Without workers it is called once, here. Handlers may call this too.

        Args:
            function: an async or plain function of a module. Its first argument is the manager of the worker.
            args: the other arguments.

        Raises:
            StateError: the shards do not run.
            ConfigurationError: function, arguments or results cannot go to another process.
            WorkerLost: a worker ended meanwhile. Besides that, what the function raises.
        """
        return await self._ready_fleet().gather(self, function, args)

    async def broadcast(self, function: Callable[..., Any], *args: Any) -> None:
        """Call a function in every worker process, as `gather` does, and return when all are done with it."""
        await self._ready_fleet().gather(self, function, args, results=False)

    async def reload(self) -> None:
        """Replace one worker process after the other, so that the code is imported as it is now.

        A new process imports the program while the old one goes on. Then the old one stores its sessions and ends, the
        new one resumes them, and the next is replaced once all its shards are live.

        Raises:
            StateError: there are no workers, they are replaced just now, or a worker has called this.
            WorkerLost: a new process ended. Besides that, what the program raises while it is imported; the worker
                that was to be replaced goes on then, and so do those after it.
        """
        await self._ready_fleet().reload()

    def _ready_fleet(self) -> Fleet:
        if self._fleet is None or not self._lifetime.running:
            raise StateError("the shards do not run; call run() first, and await wait_ready()")
        return self._fleet

    # What is sent

    async def _show_presence(self, command: UpdatePresence, timeout: float | None) -> float:
        if self._fleet is None:
            raise StateError("UpdatePresence cannot be sent before the start; pass presence= to the manager")
        return await self._fleet.show_presence(command, timeout)

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

    def count_events(self) -> None:
        """Count events by name from now on, on all shards; see `Shard.count_events`."""
        self._common.counts_events = True
        if self._fleet is not None:
            self._fleet.count_events()

    def observe_traffic(self, observer: TrafficObserver, /) -> TrafficObserver:
        """Call a function with each message that shards of this process receive or send; see `Shard.observe_traffic`.

        It takes the message, or the message and the shard. What it raises goes to the log. With worker processes each
        worker calls the observers that the program registers when it is imported, for its own shards.

        Raises:
            StateError: in the parent of workers, once they run: messages do not come here.
        """
        self._check_events_here()
        self._common.traffic.add(observer)
        self._pass_traffic()
        return observer

    def unobserve_traffic(self, observer: TrafficObserver, /) -> None:
        """Call an observer of the traffic no more. Raises `ConfigurationError` when it does not observe."""
        self._common.traffic.remove(observer)
        self._pass_traffic()

    def _pass_traffic(self) -> None:
        traffic = self._common.traffic
        for shard in () if self._fleet is None else self._fleet.running():
            shard.pass_traffic_to(traffic.tell if traffic else None)

    @property
    def _receiver(self) -> Shard:
        raise AssertionError("only its type is asked for")

    def _open_stream(self, classes: tuple[type[AnyEvent], ...], where: Where | None) -> EventStream[Any]:
        self._check_events_here()
        shard = self._chosen.shard
        return self._common.readers.open_stream(classes, shard.queue_size, shard.queue_bytes, where)

    def _open_tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        self._check_events_here()
        return self._common.readers.open_tap(classes, accept, where)

    def _check_events_here(self) -> None:
        if self._in_workers:
            raise StateError(
                "events come to the workers, not to their parent: use handlers, or gather() a function that opens the "
                "stream, waits or observes in each worker"
            )

    def _read(self) -> Iterable[tuple[type[AnyEvent], Where | None]]:
        return self._common.readers.wanted()

    def _set_error_hook(self, handler: ErrorHandler) -> None:
        self._common.on_error = handler
        for shard in () if self._fleet is None else self._fleet.running():
            shard.on_error(handler)

    def __repr__(self) -> str:
        if not hasattr(self, "_lifetime"):
            return "<ShardManager unfinished>"
        if self._in_workers:
            return f"<ShardManager of {self.num_shards} shards in workers>"
        shards = self.shards
        live = sum(shard.state.value == "live" for shard in shards.values())
        return f"<ShardManager {live} of {len(shards)} shards live>"

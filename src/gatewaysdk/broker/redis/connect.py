"""From an address to an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ...errors import BrokerUnavailable, ConfigurationError, plain_url
from ..engine import Engine
from ..names import check_name
from .bus import RedisBus
from .leases import RedisLeases, RedisRegister
from .store import RedisStore
from .wire import RedisWire, answered

__all__ = ["RedisSettings", "connect_redis"]


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """How much is kept, and how long it may take.

    Attributes:
        max_events: that are kept of a shard, about; the oldest go first.
        timeout: seconds that an answer may take, above 2.

    Raises:
        ConfigurationError: a value that cannot work.
    """

    max_events: int = 1_000_000
    timeout: float = 5.0

    def __post_init__(self) -> None:
        if self.max_events < 1:
            raise ConfigurationError(f"max_events is {self.max_events}; it takes an integer above 0")
        if self.timeout <= 2:
            raise ConfigurationError(f"timeout is {self.timeout:g}; it takes seconds above 2")


async def connect_redis(url: str, app: str, settings: RedisSettings | None = None, **options: Any) -> Engine:
    """Return an engine on one node of Valkey or Redis.

    Args:
        url: such as ``redis://127.0.0.1:6379``, or ``rediss://`` for TLS.
        app: what tells this bot's keys from others': letters, digits, _ and -.
        settings: bounds.
        options: go to ``redis.asyncio.Redis.from_url`` as they are, such as ``username``, ``password`` and
            ``ssl_ca_certs``.

    Raises:
        ConfigurationError: a name, address or option that cannot work.
        BrokerUnavailable: no server answers.
    """
    check_name("app", app)
    settings = RedisSettings() if settings is None else settings
    # A command is never sent twice: its first answer may be all that was lost.
    defaults: dict[str, Any] = {"protocol": 2, "socket_timeout": settings.timeout, "retry": Retry(NoBackoff(), 0)}
    try:
        client = Redis.from_url(url, **(defaults | options))
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{plain_url(url)!r} cannot be used: {error}") from error
    try:
        await answered(client.ping())
    except BrokerUnavailable as error:
        await client.aclose()
        raise BrokerUnavailable(f"no Redis server answers at {plain_url(url)}: {error}") from error
    wire = RedisWire(client, app)
    bus = RedisBus(wire)

    async def close() -> None:
        await bus.close()
        await client.aclose()

    return Engine(RedisLeases(wire), RedisRegister(wire), RedisStore(wire, settings.max_events), bus, close)

"""From addresses to an engine: connects, and makes the streams and buckets that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nats.aio.client import Client
from nats.errors import Error, NoServersError

from ...errors import BrokerUnavailable, ConfigurationError, plain_url
from ...tasks.label import UNSHARDED
from ..engine import Engine
from ..names import check_name
from .bus import NatsBus
from .leases import NatsLeases, NatsRegister
from .outage import OutageLog
from .store import NatsStore
from .streams import NatsSettings, make_stream
from .wire import NatsWire

__all__ = ["NatsSettings", "connect_nats"]

_log = UNSHARDED.log

_OLDEST = (2, 12)
"""Of nats-server: the first with atomic batches."""


async def connect_nats(
    servers: str | Sequence[str], app: str, settings: NatsSettings | None = None, **options: Any
) -> Engine:
    """Return an engine on NATS.

    Args:
        servers: such as ``nats://127.0.0.1:4222``, one or more.
        app: what tells this bot's subjects, streams and buckets from others': letters, digits, _ and -.
        settings: how streams are made; the defaults suit one node.
        options: go to ``nats.connect`` as they are, such as ``tls``, ``user``, ``password``, ``token`` and
            ``user_credentials``.

    Raises:
        ConfigurationError: a name or setting that cannot work, or a server that is too old or without JetStream.
        BrokerUnavailable: no server answers.
    """
    check_name("app", app)
    settings = NatsSettings() if settings is None else settings
    wire = await _connect([servers] if isinstance(servers, str) else list(servers), app, settings, options)
    try:
        _check_version(wire.client)
        await make_stream(wire, settings.bucket(f"{app}-leases"))
        await make_stream(wire, settings.bucket(f"{app}-register"))
        store = NatsStore(wire, app, settings)
        await store.prepare()
    except BaseException:
        await wire.client.close()
        raise
    return Engine(
        NatsLeases(wire, f"{app}-leases"),
        NatsRegister(wire, f"{app}-register"),
        store,
        NatsBus(wire, f"gwbus.{app}."),
        wire.client.close,
    )


async def _connect(servers: list[str], app: str, settings: NatsSettings, options: dict[str, Any]) -> NatsWire:
    client = Client()
    wire = NatsWire(client, settings.timeout)
    outage = OutageLog(_log)

    async def note_loss() -> None:
        if not client.is_closed:
            wire.losses += 1
            outage.note_loss()

    async def note_return() -> None:
        outage.note_return()

    async def note_error(error: Exception) -> None:
        outage.note_error(error)

    defaults: dict[str, Any] = {
        "name": f"gatewaysdk {app}",
        # A frozen server is noticed after 2 s.
        "ping_interval": 1,
        "max_outstanding_pings": 2,
        "reconnect_time_wait": 0.2,
        "max_reconnect_attempts": -1,
        "disconnected_cb": note_loss,
        "reconnected_cb": note_return,
        "error_cb": note_error,
    }
    shown = ", ".join(plain_url(server) for server in servers)
    # Without a reconnect the first connection gives up, as a wrong address must not look like a slow start.
    first: dict[str, Any] = {**defaults, "max_reconnect_attempts": 1, **options}
    try:
        await client.connect(servers, **first)
    except (Error, NoServersError, OSError, TimeoutError) as error:
        await client.close()
        raise BrokerUnavailable(f"no NATS server answers at {shown}: {error}") from error
    client.options["max_reconnect_attempts"] = options.get("max_reconnect_attempts", -1)
    return wire


def _check_version(client: Client) -> None:
    version = client.connected_server_version
    if (version.major, version.minor) < _OLDEST:
        raise ConfigurationError(
            f"nats-server is {version.major}.{version.minor}; it must be {_OLDEST[0]}.{_OLDEST[1]} or newer, "
            "for batches that are stored as a whole"
        )

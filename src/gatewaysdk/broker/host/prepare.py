"""From a cluster's file to a host: asks Discord, and agrees with the other hosts on the number of shards."""

from __future__ import annotations

from typing import cast

from ...codec import Encoding
from ...compression import Compression
from ...errors import ConfigurationError
from ...fleet.gateway_bot import API_URL
from ...fleet.plan import ask_gateway_bot
from ...shard.settings import ShardSettings
from ...token import Token
from ..cluster_file import ClusterFile
from ..engine import Engine
from .card import HostCard
from .holding import Beside
from .host import GatewayHost
from .lease import LeaseTimes

__all__ = ["prepare_host"]


async def prepare_host(
    cluster: ClusterFile, engine: Engine, token: Token, *, beside: Beside | None = None
) -> GatewayHost:
    """Return the host that the file describes.

    Asks ``GET /gateway/bot`` for the gateway's URL, the number of shards if it is ``auto``, and the limits of today's
    session starts (events/gateway#get-gateway-bot).

    Raises:
        ConfigurationError: the file says no intents, Discord does not know the token, or other hosts run another
            number of shards.
        BrokerUnavailable: the engine did not answer.
    """
    if cluster.intents is None:
        raise ConfigurationError("gateway.intents is missing; a host takes a list of names such as ['GUILD_MESSAGES']")
    answer = await ask_gateway_bot(token, API_URL if cluster.api_url is None else cluster.api_url)
    num_shards = await _agree(engine, cluster.shards, answer.shards)
    queue = engine.identify_queue(cluster.host)
    await queue.starts.renew(answer.session_start_limit)
    settings = ShardSettings(
        token=token,
        intents=cluster.intents,
        url=answer.url,
        encoding=cast(Encoding, cluster.encoding),
        compress=cast("Compression | None", cluster.compress),
        session_store=engine.sessions,
        identify_queue=queue,
    )
    return GatewayHost(
        cluster.host,
        cluster.capacity,
        num_shards,
        engine.leases,
        engine.log,
        settings,
        times=LeaseTimes.of(cluster.lease),
        beside=beside,
    )


async def _agree(engine: Engine, wanted: int | str, recommended: int) -> int:
    """Return how many shards the cluster runs: what live hosts run, else what is wanted, else what is recommended."""
    hosts = await engine.leases.held("host.")
    running = {HostCard.load(lease.value).num_shards for lease in hosts.values()}
    if wanted != "auto":
        return int(wanted)  # the host itself refuses to run beside others with another number
    return running.pop() if running else recommended

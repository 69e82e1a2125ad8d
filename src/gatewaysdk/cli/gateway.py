"""``gatewaysdk gateway``: run one host of a cluster, which leases shards and writes their events into the log."""

from __future__ import annotations

import asyncio
import logging
import signal
from argparse import Namespace
from functools import partial

from ..broker.cluster_file import ClusterFile, read_cluster_file
from ..broker.commands import serve_shard
from ..broker.engine import Engine
from ..broker.host import GatewayHost, prepare_host
from ..broker.opening import open_engine
from ..errors import BrokerUnavailable
from ..token import Token
from .run import set_up_logging
from .token_source import read_token

__all__ = ["gateway"]

_log = logging.getLogger("gatewaysdk")

_AGAIN = 2.0
"""Seconds between two attempts to start while the engine does not answer."""


def gateway(options: Namespace) -> int:
    """Run until SIGTERM or Ctrl-C, which hand the shards over, and return 0."""
    set_up_logging(options.log_level)
    try:
        return asyncio.run(_run(options))
    except KeyboardInterrupt:  # before the host ran; from then on it heeds the signal
        return 0


async def _run(options: Namespace) -> int:
    cluster, token = read_cluster_file(options.cluster), read_token(options)
    engine, host = await _prepare(cluster, token)
    try:
        await host.run(stop_signals=(signal.SIGINT, signal.SIGTERM))
    finally:
        await engine.close()
    _log.info("host %s has left", cluster.host)
    return 0


async def _prepare(cluster: ClusterFile, token: Token) -> tuple[Engine, GatewayHost]:
    """Return engine and host as soon as the engine answers: brokers may start after hosts, and elect leaders."""
    while True:
        try:
            engine = await open_engine(cluster)
            try:
                return engine, await prepare_host(cluster, engine, token, beside=partial(serve_shard, engine.bus))
            except BaseException:
                await engine.close()
                raise
        except BrokerUnavailable as error:
            _log.warning("the host cannot start yet: %s; it tries again in %g s", error, _AGAIN)
        await asyncio.sleep(_AGAIN)

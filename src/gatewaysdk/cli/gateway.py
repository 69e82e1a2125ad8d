"""``gatewaysdk gateway``: run one host of a cluster, which leases shards and writes their events into the log."""

from __future__ import annotations

import asyncio
import logging
import signal
from argparse import Namespace
from functools import partial

from ..broker.cluster_file import read_cluster_file
from ..broker.commands import serve_shard
from ..broker.host.prepare import prepare_host
from ..broker.opening import open_engine
from .run import set_up_logging
from .token_source import read_token

__all__ = ["gateway"]

_log = logging.getLogger("gatewaysdk")


def gateway(options: Namespace) -> int:
    """Run until SIGTERM or Ctrl-C, which hand the shards over, and return 0."""
    set_up_logging(options.log_level)
    try:
        return asyncio.run(_run(options))
    except KeyboardInterrupt:  # before the host ran; from then on it heeds the signal
        return 0


async def _run(options: Namespace) -> int:
    cluster, token = read_cluster_file(options.cluster), read_token(options)
    engine = await open_engine(cluster)
    try:
        host = await prepare_host(cluster, engine, token, beside=partial(serve_shard, engine.bus))
        await host.run(stop_signals=(signal.SIGINT, signal.SIGTERM))
    finally:
        await engine.close()
    _log.info("host %s has left", cluster.host)
    return 0

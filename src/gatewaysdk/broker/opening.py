"""From a cluster's file to its engine."""

from __future__ import annotations

import ssl
from typing import Any

from ..errors import ConfigurationError
from .cluster_file import BrokerAccess, ClusterFile
from .engine import Engine

__all__ = ["open_engine"]


async def open_engine(cluster: ClusterFile) -> Engine:
    """Return the engine that the file names; `Engine.close` ends it.

    Raises:
        ConfigurationError: a file that ``[broker]`` names cannot be used, or the extra ``gatewaysdk[nats]`` is missing.
        BrokerUnavailable: no server answers.
    """
    try:
        from .nats import NatsSettings, connect_nats
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "nats":
            raise
        raise ConfigurationError("nats-py is not installed; pip install 'gatewaysdk[nats]'") from None
    broker = cluster.broker
    return await connect_nats(
        broker.servers,
        cluster.app,
        NatsSettings(broker.replicas, broker.max_age, broker.max_bytes),
        **_access_options(broker),
    )


def _access_options(broker: BrokerAccess) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if broker.credentials is not None:
        if not broker.credentials.is_file():
            raise ConfigurationError(f"broker.credentials is {broker.credentials}, which is no file; name another")
        options["user_credentials"] = str(broker.credentials)
    if broker.tls_ca is not None or broker.tls_cert is not None:
        try:
            context = ssl.create_default_context(cafile=broker.tls_ca)
            if broker.tls_cert is not None:
                context.load_cert_chain(broker.tls_cert, broker.tls_key)
        except OSError as error:  # SSLError among them
            raise ConfigurationError(f"broker.tls_ca, tls_cert or tls_key cannot be used: {error}") from None
        options["tls"] = context
    return options

"""The file that says what a cluster is: ``cluster.toml``, the same for all its processes, or environment variables."""

from __future__ import annotations

import os
import socket
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..enums.intents import Intents
from ..errors import ConfigurationError
from .names import check_name

__all__ = ["BrokerAccess", "ClusterFile", "read_cluster_file"]

_ENVIRONMENT = "GATEWAYSDK_"


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """How to reach the engine.

    Attributes:
        servers: its URLs, such as ``nats://10.0.0.1:4222``, with user and password if it needs them.
        credentials: a file of credentials; None for none.
        tls_ca, tls_cert, tls_key: files for TLS; None for none.
        replicas: on how many servers the engine keeps everything; 1 or 3, or 5.
        max_age: seconds for which events are kept.
        max_bytes: of one stream, which holds at most 50 shards; the oldest events go first.
    """

    servers: tuple[str, ...]
    credentials: Path | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    replicas: int = 1
    max_age: int = 86_400
    max_bytes: int = 4_000_000_000

    def __repr__(self) -> str:
        return f"BrokerAccess({len(self.servers)} servers)"  # their URLs may have passwords


@dataclass(frozen=True, slots=True)
class ClusterFile:
    """What a cluster is.

    Attributes:
        app: name of the bot; several bots may share an engine.
        broker: how to reach the engine.
        shards: how many shards the bot has; ``auto`` for what Discord recommends when the first host starts.
        intents: what the bot asks for; None if the file does not say, as for consumers alone.
        encoding: ``json`` or ``etf``.
        compress: ``zlib-stream``, ``zstd-stream``, or None.
        api_url: Discord's HTTP API; None for Discord's own.
        host: name of this host.
        capacity: the most shards of this host.
        lease: seconds after which the shards of a host that died are free.
    """

    app: str
    broker: BrokerAccess
    shards: int | str
    intents: Intents | None
    encoding: str
    compress: str | None
    api_url: str | None
    host: str
    capacity: int
    lease: int


def read_cluster_file(path: Path | None, environment: Mapping[str, str] = os.environ) -> ClusterFile:
    """Read the file; each value can also be an environment variable, which goes first.

    ``GATEWAYSDK_BROKER_SERVERS`` is ``servers`` of ``[broker]``; lists are separated by commas.

    Raises:
        ConfigurationError: the file cannot be read, or a value is missing, unknown or wrong; the message names it.
    """
    values: dict[str, Any] = {}
    source = "the environment" if path is None else str(path)
    if path is not None:
        values = _flatten(_load(path), source)
    for key in _READERS:
        text = environment.get(_ENVIRONMENT + key.upper().replace(".", "_"))
        if text is not None:
            values[key] = text
    return _build({key: _read(key, value, source) for key, value in values.items()}, source)


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}; name another file") from None
    except ValueError as error:  # of TOML, and of UTF-8
        raise ConfigurationError(f"{path} is not TOML: {error}") from None


def _flatten(tables: Mapping[str, Any], source: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tables.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": one for key, one in value.items()}
        else:
            flat[name] = value
    for key in flat:
        if "token" in key.lower():
            raise ConfigurationError(f"{source} has {key}; a token belongs into the environment variable DISCORD_TOKEN")
        if key not in _READERS:
            raise ConfigurationError(f"{source} has {key}, which is unknown; it takes {', '.join(_READERS)}")
    return flat


def _read(key: str, value: Any, source: str) -> Any:
    reader, rule = _READERS[key]
    try:
        return reader(value)
    except (ValueError, TypeError, KeyError):
        shown = "" if key == "broker.servers" else f" {value!r}"  # URLs may have passwords
        raise ConfigurationError(f"{key} of {source} is{shown or ' wrong'}; it takes {rule}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _file(value: Any) -> Path:
    return Path(_text(value))


def _whole(value: Any) -> int:
    if isinstance(value, str):
        value = int(value)
    if type(value) is not int or value < 1:
        raise ValueError
    return value


def _lease(value: Any) -> int:
    seconds = _whole(value)
    if seconds < 5:
        raise ValueError
    return seconds


def _shards(value: Any) -> int | str:
    return "auto" if value == "auto" else _whole(value)


def _list(value: Any) -> tuple[str, ...]:
    parts = tuple(value.split(",")) if isinstance(value, str) else tuple(value)
    if not parts:
        raise ValueError
    return tuple(_text(part).strip() for part in parts)


def _servers(value: Any) -> tuple[str, ...]:
    servers = _list(value)
    if not all(one.startswith(("nats://", "tls://", "ws://", "wss://")) for one in servers):
        raise ValueError
    return servers


def _intents(value: Any) -> Intents:
    intents = Intents(0)
    for name in _list(value):
        intents |= Intents[name]
    return intents


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError
        return str(value)

    return read


def _replicas(value: Any) -> int:
    replicas = _whole(value)
    if replicas not in (1, 3, 5):
        raise ValueError
    return replicas


_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "app": (_text, "the name of the bot"),
    "broker.servers": (_servers, "a list of URLs such as nats://10.0.0.1:4222"),
    "broker.credentials": (_file, "the path of a file"),
    "broker.tls_ca": (_file, "the path of a file"),
    "broker.tls_cert": (_file, "the path of a file"),
    "broker.tls_key": (_file, "the path of a file"),
    "broker.replicas": (_replicas, "1, 3 or 5"),
    "broker.max_age": (_whole, "seconds from 1 on"),
    "broker.max_bytes": (_whole, "bytes from 1 on"),
    "gateway.shards": (_shards, "'auto', or a number from 1 on"),
    "gateway.intents": (_intents, "a list of names of intents such as GUILD_MESSAGES"),
    "gateway.encoding": (_one_of("json", "etf"), "'json' or 'etf'"),
    "gateway.compress": (_one_of("zlib-stream", "zstd-stream", "none"), "'zlib-stream', 'zstd-stream' or 'none'"),
    "gateway.api_url": (_text, "a URL"),
    "host.name": (_text, "a name unlike that of all other hosts"),
    "host.capacity": (_whole, "a number from 1 on"),
    "host.lease": (_lease, "seconds from 5 on, the same for all hosts"),
}


def _build(given: Mapping[str, Any], source: str) -> ClusterFile:
    for key in ("app", "broker.servers"):
        if key not in given:
            name = _ENVIRONMENT + key.upper().replace(".", "_")
            raise ConfigurationError(f"{source} does not say {key}; write it there, or set {name}")
    broker = {key.partition(".")[2]: value for key, value in given.items() if key.startswith("broker.")}
    if ("tls_cert" in broker) != ("tls_key" in broker):
        raise ConfigurationError(f"{source} has one of broker.tls_cert and broker.tls_key; it takes both or none")
    compress = given.get("gateway.compress", "zlib-stream")
    return ClusterFile(
        app=check_name("app", given["app"]),
        broker=BrokerAccess(**broker),
        shards=given.get("gateway.shards", "auto"),
        intents=given.get("gateway.intents"),
        encoding=given.get("gateway.encoding", "json"),
        compress=None if compress == "none" else compress,
        api_url=given.get("gateway.api_url"),
        host=check_name("host.name", given.get("host.name", socket.gethostname().partition(".")[0])),
        capacity=given.get("host.capacity", 1000),
        lease=given.get("host.lease", 15),
    )

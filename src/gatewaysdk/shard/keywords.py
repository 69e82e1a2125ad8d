"""The settings that all shards of a bot have in common, as keyword arguments."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, TypedDict

from ..codec import BackendName, Encoding
from ..compression import Compression
from ..delivery.concurrency import Concurrency
from ..delivery.overflow import Overflow
from ..enums.intents import Intents
from ..identify import IdentifyQueue
from ..protocol import ReconnectPolicy, Timeouts
from ..sessions.store import SessionStore
from ..transport import Connector

if TYPE_CHECKING:
    from ..commands.identify_connection_properties import IdentifyConnectionProperties
    from ..commands.update_presence import UpdatePresence
    from ..enums.capabilities import Capabilities

__all__ = ["ShardKeywords"]


class ShardKeywords(TypedDict, total=False):
    """The arguments of `Shard` but for the token and those that name one shard; `Shard` describes them."""

    intents: Intents | int | None
    extra_intents: Intents | int
    url: str
    encoding: Encoding
    etf_backend: BackendName | None
    compress: Compression | None
    payload_compression: bool
    large_threshold: int | None
    presence: UpdatePresence | None
    properties: IdentifyConnectionProperties | None
    capabilities: Capabilities | int
    session_store: SessionStore | None
    timeouts: Timeouts | None
    policy: ReconnectPolicy | None
    identify_queue: IdentifyQueue | None
    connector: Connector | None
    proxy: str | None
    store_timeout: float
    queue_size: int
    queue_bytes: int
    overflow: Overflow
    concurrency: Concurrency
    handler_timeout: float | None
    max_size: int
    resume_hosts: Collection[str] | None
    content_warning: bool

"""The settings of a shard as a value: checked when it is made, copied for each shard of a bot."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

from ..codec import BackendName, Codec, Encoding, get_codec
from ..compression import Compression, Inflater
from ..compression.bounds import MAX_SIZE, max_values_within
from ..compression.choose import choose_inflater
from ..delivery.concurrency import Concurrency
from ..delivery.overflow import Overflow
from ..delivery.settings import QUEUE_BYTES, DeliverySettings
from ..enums.intents import Intents
from ..errors import ConfigurationError
from ..identify import IdentifyQueue, LocalIdentifyQueue
from ..listeners.handler_timeout import check_handler_timeout
from ..protocol import GatewayProtocol, IdentifySettings, ReconnectPolicy, Session, Timeouts
from ..sessions.keeper import STORE_TIMEOUT, check_store_timeout
from ..sessions.store import SessionStore
from ..token import Token, refuse_plain_token
from ..transport import Connector
from ..transport.proxy import check_proxy
from .sender import check_identify

if TYPE_CHECKING:
    from ..commands.identify_connection_properties import IdentifyConnectionProperties
    from ..commands.update_presence import UpdatePresence
    from ..enums.capabilities import Capabilities

__all__ = ["API_VERSION", "DEFAULT_URL", "ShardSettings"]

API_VERSION = 10
"""Version of the gateway that the models describe."""

DEFAULT_URL = "wss://gateway.discord.gg"
"""The URL of Discord's gateway, unless ``GET /gateway/bot`` returns another."""

# Users may pass their own objects for these, so they are checked for the methods and attributes that the shard uses.
_METHODS: dict[str, tuple[tuple[str, ...], str]] = {
    "presence": (("payload",), "UpdatePresence(...)"),
    "properties": (("payload",), "IdentifyConnectionProperties(...)"),
    "session_store": (("load", "save"), "a SessionStore such as FileSessionStore('session.json')"),
    "policy": (("delay", "healthy_after", "max_failed_resumes"), "a ReconnectPolicy such as Backoff()"),
    "identify_queue": (("acquire",), "an IdentifyQueue such as LocalIdentifyQueue()"),
    "connector": (("connect", "close"), "a Connector such as AiohttpConnector()"),
}
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "session": ((Session,), "a Session, such as the value of Shard.session"),
    "timeouts": ((Timeouts,), "Timeouts(...)"),
    "intents": ((int,), "members of Intents, such as Intents.GUILDS | Intents.GUILD_MESSAGES"),
    "extra_intents": ((int,), "members of Intents, such as Intents.MESSAGE_CONTENT"),
    "store_timeout": ((int, float), "seconds above 0"),
    "queue_size": ((int,), "the most events to hold"),
    "handler_timeout": ((int, float), "seconds, or None for no limit"),
    "max_size": ((int,), "bytes"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardSettings:
    """The arguments of `Shard` as a value that cannot change; its attributes have their names.

    `Shard.from_settings` makes a shard with it. Copies are shallow: shards share the session store, the identify queue,
    the policy and your connector.

    Raises:
        ConfigurationError: a setting that cannot work, or a token that is not a `Token`.
    """

    token: Token
    intents: Intents | int | None = None
    extra_intents: Intents | int = 0
    shard: tuple[int, int] | None = None
    url: str = DEFAULT_URL
    encoding: Encoding = "json"
    etf_backend: BackendName | None = None
    compress: Compression | None = "zlib-stream"
    payload_compression: bool = False
    large_threshold: int | None = None
    presence: UpdatePresence | None = None
    properties: IdentifyConnectionProperties | None = None
    capabilities: Capabilities | int = 0
    session: Session | None = None
    session_store: SessionStore | None = None
    timeouts: Timeouts | None = None
    policy: ReconnectPolicy | None = None
    identify_queue: IdentifyQueue | None = None
    reconnect: bool = True
    connector: Connector | None = None
    proxy: str | None = field(default=None, repr=False)  # may have a password
    store_timeout: float = STORE_TIMEOUT
    queue_size: int = 1000
    queue_bytes: int = QUEUE_BYTES
    overflow: Overflow = "pause"
    concurrency: Concurrency = None
    handler_timeout: float | None = None
    max_size: int = MAX_SIZE
    resume_hosts: Collection[str] | None = None
    content_warning: bool = True
    codec: Codec = field(init=False, repr=False, compare=False)
    """The codec of the encoding."""
    identify: IdentifySettings = field(init=False, repr=False, compare=False)
    """The settings of IDENTIFY. The intents are 0 here: the shard finds them when it starts."""
    delivery: DeliverySettings = field(init=False, repr=False, compare=False)
    """The settings of the delivery."""

    def __new__(cls, **given: Any) -> Self:
        refuse_plain_token(given)
        return object.__new__(cls)

    def __post_init__(self) -> None:
        if not isinstance(self.token, Token):
            raise ConfigurationError("token is None; pass a Token(...)")
        self.token.check()
        for name in ("extra_intents", "store_timeout", "queue_size", "queue_bytes", "max_size"):
            if getattr(self, name) is None:
                raise ConfigurationError(f"{name} is None; leave it out for the default")
        check_kinds(**{name: getattr(self, name) for name in (*_METHODS, *_KINDS)})
        self._choose_inflater()
        self._set(
            "codec", get_codec(self.encoding, backend=self.etf_backend, max_values=max_values_within(self.max_size))
        )
        if self.codec.name != "json" and self.payload_compression:
            raise ConfigurationError(
                f"payload_compression goes with encoding 'json' only, not {self.encoding!r}; turn it off"
            )
        if self.connector is not None and self.proxy is not None:
            raise ConfigurationError("proxy is for the built-in connector; give yours the proxy itself")
        if self.session is not None and self.session_store is not None:
            raise ConfigurationError("session and session_store are two sources of a session; pass one of them")
        for name, given in (("intents", self.intents), ("extra_intents", self.extra_intents)):
            if given is not None and not 0 <= int(given) < 2**63:
                raise ConfigurationError(f"{name} is {int(given)}; combine members of Intents, such as Intents.GUILDS")
        self._set("identify", self._make_identify())
        check_identify(self.codec, self.identify)
        self.make_protocol(self.identify, self.session)
        delivery = DeliverySettings(self.queue_size, self.queue_bytes, self.overflow, self.concurrency)
        self._set("delivery", delivery)
        check_handler_timeout(self.handler_timeout)
        check_store_timeout(self.store_timeout)
        if self.proxy is not None:
            check_proxy(self.proxy)

    def _set(self, name: str, made: object) -> None:
        object.__setattr__(self, name, made)  # as dataclasses do in __init__, for the class is frozen

    def for_shard(self, shard_id: int, num_shards: int) -> Self:
        """Return a copy of the settings for one shard of the bot. It has a ``session`` only if that is this shard's.

        Raises `ConfigurationError` unless ``0 <= shard_id < num_shards``.
        """
        shard = (shard_id, num_shards)
        session = self.session if self.session is not None and self.session.shard == shard else None
        return replace(self, shard=shard, session=session)

    def with_session(self, session: Session) -> Self:
        """Return the same settings for a shard that resumes a session."""
        return replace(self, session=session)

    def keywords(self) -> dict[str, Any]:
        """Return the settings as keyword arguments of `Shard`."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.init}

    # Objects made from the settings

    def _make_identify(self) -> IdentifySettings:
        properties = {} if self.properties is None else {"properties": self.properties.payload()}
        return IdentifySettings(
            token=self.token,
            intents=0,
            compress=self.payload_compression,
            large_threshold=self.large_threshold,
            shard=self.shard,
            presence=None if self.presence is None else self.presence.payload(),
            capabilities=self.capabilities,
            **properties,
        )

    def make_inflater(self) -> Inflater:
        """Return a new inflater, for one connection."""
        return self._choose_inflater()()

    def _choose_inflater(self) -> Callable[[], Inflater]:
        return choose_inflater(self.compress, payload=self.payload_compression, max_size=self.max_size)

    def make_protocol(self, identify: IdentifySettings, session: Session | None) -> GatewayProtocol:
        """Return a new protocol core, which resumes ``session`` if there is one."""
        query = f"v={API_VERSION}&encoding={self.codec.name}"
        if self.compress not in (None, "none"):
            query += f"&compress={self.compress}"
        return GatewayProtocol(
            identify,
            url=self.url,
            query=query,
            random=random.random,
            session=session,
            timeouts=self.timeouts,
            policy=self.policy,
            resume_hosts=self.resume_hosts,
        )

    def make_identify_queue(self) -> IdentifyQueue:
        """Return the given identify queue, or a new one for this shard alone."""
        return LocalIdentifyQueue() if self.identify_queue is None else self.identify_queue

    def make_connector(self) -> Connector:
        """Return the given connector, or a new one that uses aiohttp."""
        if self.connector is not None:
            return self.connector
        # Imported here, because it imports aiohttp, which takes longer than all the rest together.
        from ..transport import AiohttpConnector

        return AiohttpConnector(proxy=self.proxy, max_message_size=self.max_size)


def check_kinds(**settings: Any) -> None:
    """Raise `ConfigurationError` for settings of a wrong type. None is not checked here."""
    for name, value in settings.items():
        if value is None:
            continue
        if name in _KINDS:
            kinds, wanted = _KINDS[name]
            fits = isinstance(value, kinds) and not isinstance(value, bool)
        else:
            methods, wanted = _METHODS[name]
            # A class has the methods of its instances, but cannot be used instead of one.
            fits = not isinstance(value, type) and all(hasattr(value, method) for method in methods)
        if not fits:
            # The message leaves out the value: it may be a secret that was meant for another argument.
            what = f"the class {value.__name__}" if isinstance(value, type) else f"of type {type(value).__name__}"
            raise ConfigurationError(f"{name} is {what}; it takes {wanted}")

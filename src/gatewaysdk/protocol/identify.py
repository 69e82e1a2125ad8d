"""The data of IDENTIFY and RESUME, the first frames that a client sends."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ..errors import ConfigurationError
from ..token import Token, refuse_plain_token
from .session import Session

__all__ = ["IdentifySettings"]


def _default_properties() -> dict[str, str]:
    return {"os": sys.platform, "browser": "gatewaysdk", "device": "gatewaysdk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifySettings:
    """The settings of a session (events/gateway-events#identify). Raises ``ConfigurationError`` when they cannot work.

    Attributes:
        token: the bot token; only the codecs reveal it, when they encode a payload.
        intents: the bits of the intents, 0 for none.
        properties: ``os``, ``browser`` and ``device``, as Discord shows them.
        compress: ask for payload compression (events/gateway#payload-compression).
        large_threshold: a guild with more members than this, 50 to 250, comes without those that are offline; None:
            Discord's default.
        shard: (shard_id, num_shards), or None for a bot that is not sharded.
        presence: the presence to start with, as op 3 has it; None: Discord's default.
        capabilities: the bits of the capabilities, 0 for none (events/gateway-events#identify-gateway-capabilities).
    """

    token: Token
    intents: int
    properties: Mapping[str, str] = field(default_factory=_default_properties)
    compress: bool = False
    large_threshold: int | None = None
    shard: tuple[int, int] | None = None
    presence: Mapping[str, Any] | None = None
    capabilities: int = 0

    def __new__(cls, **settings: Any) -> Self:
        refuse_plain_token(settings)
        return object.__new__(cls)

    def __post_init__(self) -> None:
        if not isinstance(self.token, Token):
            raise ConfigurationError("token is None; pass a Token(...)")
        if not _is_int(self.intents) or not 0 <= self.intents < 2**63:
            raise ConfigurationError(f"intents is {self.intents!r}; pass the sum of the intents' bits, 0 to 2**63 - 1")
        if not _is_int(self.capabilities) or not 0 <= self.capabilities < 2**63:
            raise ConfigurationError(
                f"capabilities is {self.capabilities!r}; pass the sum of the bits of Capabilities, 0 or more"
            )
        for key in ("os", "browser", "device"):
            if not isinstance(self.properties.get(key), str):
                raise ConfigurationError(f"properties has no string {key!r}; Discord wants os, browser and device")
        if self.presence is not None and not isinstance(self.presence, Mapping):
            raise ConfigurationError("presence is not an object; pass the data of op 3")
        threshold = self.large_threshold
        if threshold is not None and (not _is_int(threshold) or not 50 <= threshold <= 250):
            raise ConfigurationError(f"large_threshold is {threshold!r}; Discord takes 50 to 250")
        if self.shard is not None:
            _check_shard(self.shard)

    def payload(self) -> dict[str, Any]:
        """Return the data of IDENTIFY, without settings left at their default. The codecs encode its `Token`."""
        data: dict[str, Any] = {
            "token": self.token,
            "properties": dict(self.properties),
            "intents": int(self.intents),
        }
        if self.compress:
            data["compress"] = True
        if self.large_threshold is not None:
            data["large_threshold"] = self.large_threshold
        if self.shard is not None:
            data["shard"] = list(self.shard)
        if self.presence is not None:
            data["presence"] = dict(self.presence)
        if self.capabilities:
            data["capabilities"] = int(self.capabilities)
        return data

    def resume_payload(self, session: Session) -> dict[str, Any]:
        """Return the data of RESUME (events/gateway-events#resume). The codecs encode its `Token`."""
        return {"token": self.token, "session_id": session.session_id, "seq": session.sequence}


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_shard(shard: tuple[int, int]) -> None:
    if not isinstance(shard, tuple) or len(shard) != 2 or not all(map(_is_int, shard)):
        raise ConfigurationError(f"shard is {shard!r}; pass (shard_id, num_shards), two ints")
    shard_id, num_shards = shard
    if not 0 <= shard_id < num_shards:
        raise ConfigurationError(f"shard is {shard!r}; shard_id goes from 0 to num_shards - 1")

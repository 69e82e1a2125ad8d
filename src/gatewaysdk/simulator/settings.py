"""The settings of a simulator, fixed when it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..codec.etf import STYLES
from ..enums.intents import Intents
from ..enums.permissions import Permissions
from ..errors import ConfigurationError
from ..token import Token

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of a `Simulator`, described there. Raises `ConfigurationError` for settings that cannot work."""

    token: Token
    guilds: int
    members: int
    heartbeat_interval: int
    privileged: Intents
    shards: int
    max_concurrency: int
    session_starts: int
    enforce_limits: bool
    send_limit: int
    replay_limit: int
    resume_seconds: float | None
    history: int | None
    resume_gateway_url: str | None
    seed: int
    etf_style: str
    bot_permissions: Permissions
    rest_limit: int | None
    answer_seconds: float
    rate: int
    load_events: Sequence[str]

    def __post_init__(self) -> None:
        if self.etf_style not in STYLES:
            known = " or ".join(repr(style) for style in STYLES)
            raise ConfigurationError(f"etf_style is {self.etf_style!r}; it takes {known}")
        for name in ("guilds", "members", "replay_limit", "session_starts", "rate"):
            if getattr(self, name) < 0:
                raise ConfigurationError(f"{name} is {getattr(self, name)}; it takes 0 or more")
        for name, least in (("resume_seconds", 0), ("history", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ConfigurationError(f"{name} is {value}; it takes {least} or more, or None for no bound")
        for name in ("heartbeat_interval", "shards", "max_concurrency", "send_limit"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"{name} is {getattr(self, name)}; it takes 1 or more")

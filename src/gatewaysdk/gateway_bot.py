"""What Discord advises a bot before it connects: ``GET /gateway/bot``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from .errors import ConfigurationError, ConnectError
from .protocol import SessionStartLimit
from .token import Token

__all__ = ["API_URL", "GatewayBot", "fetch_gateway_bot"]

API_URL = "https://discord.com/api/v10"
"""Where Discord's HTTP API is."""


@dataclass(frozen=True, slots=True)
class GatewayBot:
    """The answer (events/gateway#get-gateway-bot).

    Attributes:
        url: the gateway, for ``Shard(url=...)``.
        shards: how many shards Discord recommends.
        session_start_limit: how many sessions may still be started today, for ``SessionStarts(...)``.
    """

    url: str
    shards: int
    session_start_limit: SessionStartLimit


async def fetch_gateway_bot(
    token: str | Token,
    *,
    api_url: str = API_URL,
    session: aiohttp.ClientSession | None = None,
    timeout: float = 10.0,
) -> GatewayBot:
    """Ask Discord where to connect, with how many shards, and how many sessions may still be started.

    Args:
        token: the bot token.
        api_url: the HTTP API, another one for a simulator.
        session: a client session of yours, such as one with a proxy; by default one is made for the call.
        timeout: seconds that the answer may take.

    Raises:
        ConfigurationError: Discord does not know the token.
        ConnectError: no usable answer, with the reason.
    """
    url = f"{api_url.rstrip('/')}/gateway/bot"
    token = Token(token)  # tracebacks may show local variables
    if session is None:
        async with aiohttp.ClientSession() as own:
            return await _fetch(own, url, token, timeout)
    return await _fetch(session, url, token, timeout)


async def _fetch(session: aiohttp.ClientSession, url: str, token: Token, timeout: float) -> GatewayBot:
    try:
        async with session.get(
            url, headers={"Authorization": f"Bot {token.reveal()}"}, timeout=aiohttp.ClientTimeout(total=timeout)
        ) as response:
            if response.status == 401:
                raise ConfigurationError(f"{url} does not know the token; take a new one from the developer portal")
            if response.status == 429:
                after = response.headers.get("Retry-After", "some")
                raise ConnectError(url, f"asked too often; try again after {after} s")
            if response.status != 200:
                raise ConnectError(url, f"the server answered HTTP {response.status}")
            return _read(url, await response.json(content_type=None))
    except TimeoutError:
        raise ConnectError(url, f"no answer within {timeout:g} s") from None
    except (aiohttp.ClientError, OSError) as error:
        reason = str(error) or type(error).__name__
        # Without its cause: the local variables of aiohttp's frames hold the token.
        raise ConnectError(url, token.redact(reason)) from None
    except ValueError as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConnectError(url, f"the answer is no JSON: {error}") from None


def _read(url: str, data: Any) -> GatewayBot:
    try:
        limit = data["session_start_limit"]
        return GatewayBot(
            url=str(data["url"]),
            shards=int(data["shards"]),
            session_start_limit=SessionStartLimit(
                total=int(limit["total"]),
                remaining=int(limit["remaining"]),
                reset_after=int(limit["reset_after"]) / 1000,
                max_concurrency=int(limit["max_concurrency"]),
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConnectError(url, f"the answer lacks what it should have: {error!r}") from error

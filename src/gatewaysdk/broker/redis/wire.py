"""Commands and scripts over redis-py, with our errors."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from ...errors import BrokerUnavailable

__all__ = ["RedisWire", "Script", "answered"]


async def answered(call: object) -> Any:
    """Return what a call of redis-py returns. Raises `BrokerUnavailable` instead of its errors."""
    try:
        return await cast(Awaitable[Any], call)
    except (RedisError, OSError) as error:
        raise BrokerUnavailable(f"Redis did not do it: {error}") from error


class Script:
    """A script in Lua, which the server runs as a whole, with no other command in between.

    Args:
        client: the client.
        text: the script.
    """

    def __init__(self, client: Redis, text: str) -> None:
        self._run = client.register_script(text)

    async def __call__(self, keys: list[str], *args: str | bytes | int) -> Any:
        """Return the result of the script. Raises `BrokerUnavailable`."""
        return await answered(self._run(keys=keys, args=list(args)))


class RedisWire:
    """The client, and the names of keys.

    Args:
        client: the client.
        app: what tells this bot's keys from others'.

    Attributes:
        client: as given.
        app: as given.
    """

    def __init__(self, client: Redis, app: str) -> None:
        self.client = client
        self.app = app

    def key(self, *parts: object) -> str:
        """Return the name of a key."""
        return ":".join(["gw", self.app, *map(str, parts)])

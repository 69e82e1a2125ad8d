"""How many shards a bot has, which of them run here, and where the gateway is."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ..errors import ConfigurationError, ConnectError
from ..identify import SessionStartLimit
from ..protocol import Backoff, Failure
from ..tasks.label import UNSHARDED
from ..token import Token
from .gateway_bot import GatewayBot, fetch_gateway_bot

__all__ = ["FleetPlan", "FleetSize", "ShardCount", "ask_gateway_bot", "read_num_shards", "write_num_shards"]

_log = UNSHARDED.log

ShardCount: TypeAlias = int | Literal["auto"]
"""How many shards a bot has; ``auto`` is what Discord recommends."""

_GROWN = 2
"""``auto`` keeps the number that ran last, whose sessions can be resumed, until Discord recommends so many times that.

Discord recommends a shard for 1,000 guilds and refuses more than 2,500 on one (events/gateway#sharding).
"""


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """What a manager is going to run.

    Attributes:
        url: the gateway.
        num_shards: how many shards the bot has.
        shard_ids: those of this manager.
        limit: how many sessions may be started, as ``GET /gateway/bot`` says.
    """

    url: str
    num_shards: int
    shard_ids: tuple[int, ...]
    limit: SessionStartLimit


class FleetSize:
    """The user's choice of shards.

    Args:
        shards: how many the bot has; ``auto`` takes what Discord recommends, or what ran last.
        shard_ids: those of this manager, None for all.

    Raises:
        ConfigurationError: a number below 1, an id outside of 0 to ``shards`` - 1, ids of an ``auto`` fleet.
    """

    def __init__(self, shards: ShardCount, shard_ids: Iterable[int] | None) -> None:
        if shards != "auto" and (type(shards) is not int or shards < 1):
            raise ConfigurationError(
                f"shards is {shards!r}; it takes 'auto' or the number of the bot's shards, from 1 on"
            )
        ids = None if shard_ids is None else tuple(sorted(set(shard_ids)))
        if ids is not None:
            if shards == "auto":
                raise ConfigurationError("shard_ids takes a number as shards, as all processes must agree on it")
            outside = [one for one in ids if type(one) is not int or not 0 <= one < shards]
            if outside or not ids:
                raise ConfigurationError(f"shard_ids is {outside or ids!r}; it takes ids from 0 to {shards - 1}")
        self.shards: ShardCount = shards
        self.shard_ids = ids

    def plan(self, answer: GatewayBot, ran_before: int | None) -> FleetPlan:
        """Return the shards to run, given what Discord says and how many ran last."""
        recommended, number = answer.shards, self.shards
        if number == "auto":
            number = ran_before if ran_before is not None and recommended < _GROWN * ran_before else recommended
        if recommended > number:
            _log.warning(
                "Discord recommends %d shards, and %d run; reshard(%d) changes that without an outage",
                recommended, number, recommended,
            )  # fmt: skip
        ids = tuple(range(number)) if self.shard_ids is None else self.shard_ids
        return FleetPlan(answer.url, number, ids, answer.session_start_limit)


async def ask_gateway_bot(
    token: Token,
    api_url: str,
    *,
    fetch: Callable[..., Awaitable[GatewayBot]] = fetch_gateway_bot,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> GatewayBot:
    """Return what ``GET /gateway/bot`` says; ask again, ever more rarely, for as long as there is no usable answer.

    Raises:
        ConfigurationError: Discord does not know the token.
    """
    backoff, attempt = Backoff(), 0
    while True:
        try:
            return await fetch(token, api_url=api_url)
        except ConnectError as error:
            seconds = backoff.delay(Failure(attempt, False, str(error), error), random.random) or 0.0
            _log.warning("asks again in %.1f s how many shards to start: %s", seconds, error)
            attempt += 1
        await sleep(seconds)


def read_num_shards(path: Path | None) -> int | None:
    """Return how many shards ran last, as `write_num_shards` noted it; None when that is not known."""
    if path is None:
        return None
    try:
        number = json.loads(path.read_bytes())["num_shards"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ConfigurationError(f"{path} does not say how many shards ran last ({error}); remove it") from error
    if type(number) is not int or number < 1:
        raise ConfigurationError(f"{path} says that {number!r} shards ran last; remove it")
    return number


def write_num_shards(path: Path | None, number: int) -> None:
    """Note how many shards run, so that the next start with ``auto`` can resume their sessions."""
    if path is None:
        return
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps({"num_shards": number}), encoding="ascii")
    os.replace(temporary, path)

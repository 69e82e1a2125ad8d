"""From what the user chose to what a fleet starts with: Discord is asked, the cost is told, the queue is made."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path

from ..enums.intents import Intents
from ..errors import ConfigurationError
from ..identify import FileIdentifyQueue, IdentifyQueue, LocalIdentifyQueue, SessionStarts, StartForecast
from ..shard.settings import ShardSettings
from ..tasks.label import UNSHARDED
from .plan import FleetPlan, FleetSize, ask_gateway_bot, read_num_shards, write_num_shards
from .steps import FleetPlanned

__all__ = ["FleetSettings", "Start", "count_stored", "make_directory"]

_log = UNSHARDED.log


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """What the user chose for a fleet.

    Attributes:
        shard: the settings that all shards have in common.
        size: how many shards there are, and which of them run here.
        api_url: Discord's HTTP API.
        state_dir: what outlives the process; None for nothing.
        has_url: whether ``shard.url`` was given, and not what ``GET /gateway/bot`` says is to be used.
    """

    shard: ShardSettings
    size: FleetSize
    api_url: str
    state_dir: Path | None
    has_url: bool


@dataclass(frozen=True, slots=True)
class Start:
    """What a fleet is about to start with.

    Attributes:
        plan: its shards.
        settings: what each is made with.
        queue: says when each may identify.
        planned: what observers are told.
        size_file: where the number of shards is noted; None for nowhere.
    """

    plan: FleetPlan
    settings: ShardSettings
    queue: IdentifyQueue
    planned: FleetPlanned
    size_file: Path | None

    def note_size(self, num_shards: int) -> None:
        """Note how many shards run, so that the next start with ``auto`` can resume them."""
        write_num_shards(self.size_file, num_shards)

    @classmethod
    async def prepare(cls, chosen: FleetSettings, intents: Intents, *, at_least: int = 1) -> Start:
        """Ask Discord, and say in the log what the start costs, before the first session is started.

        An ``auto`` fleet that is known to need ``at_least`` so many shards does not go by what ran last.

        Raises:
            ConfigurationError: Discord does not know the token, or ``state_dir`` cannot be used.
        """
        file = None if chosen.state_dir is None else chosen.state_dir / "fleet.json"
        answer = await ask_gateway_bot(chosen.shard.token, chosen.api_url)
        ran_before = read_num_shards(file)
        plan = chosen.size.plan(answer, ran_before if ran_before is None or ran_before >= at_least else None)
        queue = _make_queue(chosen, plan)
        settings = replace(chosen.shard, intents=intents, extra_intents=0, identify_queue=queue)
        if not chosen.has_url:
            settings = replace(settings, url=plan.url)
        planned = await _forecast(plan, settings, queue)
        start = cls(plan, settings, queue, planned, file)
        start.note_size(plan.num_shards)
        return start


def _make_queue(chosen: FleetSettings, plan: FleetPlan) -> IdentifyQueue:
    if chosen.shard.identify_queue is not None:
        return chosen.shard.identify_queue
    if chosen.state_dir is None:
        return LocalIdentifyQueue(session_starts=SessionStarts(plan.limit))
    queue = FileIdentifyQueue(chosen.state_dir / "identify")
    queue.renew(plan.limit)
    return queue


async def _forecast(plan: FleetPlan, settings: ShardSettings, queue: IdentifyQueue) -> FleetPlanned:
    total, stored = len(plan.shard_ids), await count_stored(plan, settings)
    forecast: StartForecast | None = None
    if isinstance(queue, LocalIdentifyQueue | FileIdentifyQueue):
        forecast = queue.forecast(total - stored)
        _log.info("%d of %d shards have a session to resume; %s", stored, total, forecast)
        if forecast.left < forecast.reserve:
            _log.warning("not all shards can start now, the others wait until Discord allows it: %s", forecast)
    return FleetPlanned(
        num_shards=plan.num_shards,
        shard_ids=plan.shard_ids,
        identifies=total - stored,
        remaining=None if forecast is None else forecast.remaining,
        reset_after=None if forecast is None else forecast.reset_after,
        max_concurrency=plan.limit.max_concurrency,
        reserve=0 if forecast is None else forecast.reserve,
    )


async def count_stored(plan: FleetPlan, settings: ShardSettings) -> int:
    """Return how many of the shards have a stored session, as far as that can be read."""
    store, stored = settings.session_store, 0
    if store is not None:
        try:
            async with asyncio.timeout(settings.store_timeout):
                for shard_id in plan.shard_ids:
                    stored += await store.load((shard_id, plan.num_shards)) is not None
        except Exception as error:  # each shard meets it again, and says what it means
            _log.warning("it is not known how many shards can resume: %s", str(error) or type(error).__name__)
    return stored


def make_directory(path: str | os.PathLike[str]) -> Path:
    """Return the directory, made if need be. Raises `ConfigurationError` when it cannot be."""
    if not isinstance(path, str | os.PathLike):
        raise ConfigurationError(f"state_dir is of type {type(path).__name__}; it takes the path of a directory")
    directory = Path(path)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"state_dir cannot be made: {error}; name another directory") from error
    return directory

"""Typed, generated SDK for Discord's Gateway: ``from gatewaysdk import Shard, MessageCreate``.

Most programs need only the names below. ``gatewaysdk.models`` and ``gatewaysdk.enums`` hold the structures and enums
of events, ``gatewaysdk.structs`` the same events as structs of msgspec, ``gatewaysdk.protocol`` the core without I/O,
``gatewaysdk.simulator`` a gateway to test against.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import commands, errors, events
from .bases.any_event import AnyEvent
from .bases.command import UNSET, Command, SnowflakeLike, Unset
from .bases.event import Event, InvalidEvent, UnknownEvent
from .bases.findings import Violation
from .bases.model import Model
from .bases.raw_command import RawCommand
from .bases.unions import UnknownObject
from .decoding.registry import decode_event, event_class, register_event
from .delivery.overflow import DropEvents
from .delivery.stream import EventStream
from .errors import *
from .fleet.sharding import shard_id_for
from .formatting import (
    TimestampStyle,
    channel_mention,
    channel_url,
    command_mention,
    format_emoji,
    format_timestamp,
    guild_navigation,
    message_url,
    role_mention,
    user_mention,
)
from .identify import (
    FileIdentifyQueue,
    IdentifyBudget,
    IdentifyPermit,
    IdentifyQueue,
    LocalIdentifyQueue,
    SessionStartLimit,
    SessionStarts,
    StartForecast,
)
from .listeners.marks import listener, raw_listener
from .program import run
from .protocol import (
    Backoff,
    Effect,
    Failure,
    ReconnectPolicy,
    Session,
    State,
    Timeouts,
)
from .requests import GuildMembers, Request, VoiceConnectionInfo
from .sessions.file import FileSessionStore
from .sessions.store import MemorySessionStore, SessionStore
from .shard.health import Health
from .shard.settings import API_VERSION, DEFAULT_URL, ShardSettings
from .shard.shard import Shard
from .shard.traffic import Traffic
from .snowflake import Snowflake
from .stats import Stats
from .token import Token

if TYPE_CHECKING:
    from .commands import *
    from .enums.intents import Intents
    from .events import *
    from .fleet import (
        FleetHealth,
        FleetPlanned,
        FleetReady,
        FleetStep,
        GatewayBot,
        RestartBackoff,
        RestartPolicy,
        ShardFailed,
        ShardFailure,
        ShardManager,
        ShardRestarted,
        ShardStatus,
        WorkerEnded,
        WorkerStarted,
        fetch_gateway_bot,
    )

__version__ = "0.1.0"

__all__ = [
    "API_VERSION",
    "DEFAULT_URL",
    "UNSET",
    "AnyEvent",
    "Backoff",
    "Command",
    "DropEvents",
    "Effect",
    "Event",
    "EventStream",
    "Failure",
    "FileIdentifyQueue",
    "FileSessionStore",
    "FleetHealth",
    "FleetPlanned",
    "FleetReady",
    "FleetStep",
    "GatewayBot",
    "GuildMembers",
    "Health",
    "IdentifyBudget",
    "IdentifyPermit",
    "IdentifyQueue",
    "Intents",
    "InvalidEvent",
    "LocalIdentifyQueue",
    "MemorySessionStore",
    "Model",
    "RawCommand",
    "ReconnectPolicy",
    "Request",
    "RestartBackoff",
    "RestartPolicy",
    "Session",
    "SessionStartLimit",
    "SessionStarts",
    "SessionStore",
    "Shard",
    "ShardFailed",
    "ShardFailure",
    "ShardManager",
    "ShardRestarted",
    "ShardSettings",
    "ShardStatus",
    "Snowflake",
    "SnowflakeLike",
    "StartForecast",
    "State",
    "Stats",
    "Timeouts",
    "TimestampStyle",
    "Token",
    "Traffic",
    "UnknownEvent",
    "UnknownObject",
    "Unset",
    "Violation",
    "VoiceConnectionInfo",
    "WorkerEnded",
    "WorkerStarted",
    "channel_mention",
    "channel_url",
    "command_mention",
    "decode_event",
    "event_class",
    "fetch_gateway_bot",
    "format_emoji",
    "format_timestamp",
    "guild_navigation",
    "listener",
    "message_url",
    "raw_listener",
    "register_event",
    "role_mention",
    "run",
    "shard_id_for",
    "user_mention",
]
__all__ += errors.__all__
__all__ += commands.__all__
__all__ += events.__all__

_FLEET = (
    "FleetHealth", "FleetPlanned", "FleetReady", "FleetStep", "GatewayBot", "RestartBackoff", "RestartPolicy",
    "ShardFailed", "ShardFailure", "ShardManager", "ShardRestarted", "ShardStatus", "WorkerEnded",
    "WorkerStarted", "fetch_gateway_bot",
)  # fmt: skip
_LAZY = {"Intents": ".enums.intents", **dict.fromkeys(_FLEET, ".fleet")}


if not TYPE_CHECKING:  # else type checkers would accept any name in this package

    def __getattr__(name: str) -> Any:
        # Events, commands and names that need aiohttp are imported on first use: a program needs few of them.
        if name in _LAZY:
            return getattr(import_module(_LAZY[name], __name__), name)
        for package in (events, commands):
            if name in package.__all__:
                return getattr(package, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""What there is, as the control API shows it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ..actions import REQUIRED, Action
from ..connection import SimulatedConnection
from ..feed import FeedEntry
from ..handshake import names_of
from ..named_faults import FAULTS
from ..payloads import EVENT_NAMES
from ..sessions import SimulatedSession
from ..simulation import Simulation
from ..world import Guild, Payload, SimulatedMessage
from .asks import PlaceRequest
from .places import DIRECT, find_channel, find_venue

__all__ = ["messages", "shown_entry", "shown_message", "state"]

_MOST = 100  # guilds, members of a guild, closed connections, messages
_LOADING = 1 << 7


def state(sim: Simulation) -> Payload:
    """Return connections, sessions, guilds, commands, and the names of events; of what is many, the first 100."""
    commands = [one for scope in sim.world.state.commands.values() for one in scope.values()]
    return {
        "bot": {"id": str(sim.bot.user.id), "name": sim.bot.user.username},
        "connections": [_connection(one) for one in sim.connections[-_MOST:]],
        "sessions": [_session(one) for one in sim.sessions],
        "guilds": [_guild(one.guild) for one in sim.world.guilds[:_MOST]],
        "commands": [_command(one) for one in commands],
        "events": list(EVENT_NAMES),
        "faults": [_fault(one) for one in FAULTS.values()],
    }


def messages(sim: Simulation, place: PlaceRequest) -> Payload:
    """Return the last 100 messages of a channel, with those that only this person sees."""
    world = sim.world.state
    venue = find_venue(sim, place.guild)
    user = next((one for one in world.users.values() if one.username == place.person), None)
    if place.channel == DIRECT:
        channel = None if user is None else world.direct.get(user.id)
    else:
        channel = find_channel(venue, place.channel)
    if channel is None:
        return {"messages": []}
    shown = list(channel.messages.values())[-_MOST:]
    for interaction in world.interactions.values():
        if interaction.user is user and interaction.channel is channel:
            shown += [one for one in interaction.messages if one.ephemeral]
    shown.sort(key=lambda message: message.id)
    return {"messages": [shown_message(sim, message) for message in shown[-_MOST:]]}


def shown_message(sim: Simulation, message: SimulatedMessage) -> Payload:
    """Return a message as Discord writes it, with ``ephemeral``, and ``waiting`` while the bot is thinking."""
    payload = message.payload(sim.bot.user.id)
    return payload | {"ephemeral": message.ephemeral, "waiting": bool(payload["flags"] & _LOADING)}


def shown_entry(entry: FeedEntry) -> Payload:
    """Return an entry of the traffic as JSON."""
    return entry._asdict() | {"seconds": round(entry.seconds, 3)}


def _connection(connection: SimulatedConnection) -> Payload:
    return {
        "number": connection.number,
        "open": connection.open,
        "query": connection.query,
        "shard": None if connection.session is None else connection.session.shard_id,
        "close_code": connection.close_code,
        "client_close_code": connection.client_close_code,
    }


def _session(session: SimulatedSession) -> Payload:
    return {
        "shard": list(session.shard or (0, 1)),
        "connected": session.connection is not None,
        "intents": names_of(session.intents).split(", ") if session.intents else [],
        "sequence": session.sequence,
        "guilds": len(session.guild_ids),
    }


def _guild(guild: Guild) -> Payload:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "member_count": guild.member_count,
        "channels": [{"id": str(one.id), "name": one.name, "type": int(one.type)} for one in guild.channels.values()],
        "members": [one.user.username for one in islice(guild.members.values(), _MOST)],
    }


def _fault(fault: Action[Any]) -> Payload:
    parameters = fault.parameters.values()
    return {
        "name": fault.name,
        "description": fault.description,
        "parameters": [
            {
                "name": one.name,
                "type": one.kind,
                "description": one.about.text,
                "default": None if one.default is REQUIRED else one.default,
            }
            for one in parameters
        ],
    }


def _command(command: Payload) -> Payload:
    return {key: command.get(key) for key in ("id", "name", "description", "type", "options", "guild_id")}

"""The gateway's answers to the commands of a session (events/gateway-events#send-events)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from ..enums.intents import Intents
from ..enums.opcode import Opcode
from ..models import SoundboardSound
from .payloads import sample, sample_model
from .reading import Refusal, read_field, read_id
from .sessions import SimulatedSession
from .world import Guild, Payload, SimulatedMember, World
from .world.members import move_voice
from .world.view import presence

__all__ = ["COMMANDS", "Answer", "answer", "asks_for_all_members", "rate_limited"]

Answer: TypeAlias = tuple[str, Payload]
"""Name and data of an event."""

_CHUNK_SIZE = 1000
_MOST_FOUND = 100
_MOST_NONCE_BYTES = 32
_CREATED_AT = 1_600_000_000_000  # Unix time in milliseconds


def answer(op: int, d: Any, session: SimulatedSession, world: World) -> Iterator[Answer]:
    """Yield the events that answer a command. Raises `Refusal` if its data is malformed."""
    if not isinstance(d, dict):
        raise Refusal(4002)
    for name, event in COMMANDS[op](d, session, world):
        # For a guild that is not one of the session's, Discord sends no answer at all.
        if int(event["guild_id"]) in session.guild_ids:
            yield name, event


def asks_for_all_members(d: Any) -> bool:
    """Whether a REQUEST_GUILD_MEMBERS asks for all members, which Discord limits to once in 30 s per guild."""
    return isinstance(d, dict) and d.get("query") == "" and d.get("limit") == 0


def rate_limited(d: Payload, retry_after: float) -> Answer:
    """Return the RATE_LIMITED that answers a REQUEST_GUILD_MEMBERS (events/gateway-events#rate-limited)."""
    meta = {key: d[key] for key in ("guild_id", "nonce") if key in d}
    return "RATE_LIMITED", {"opcode": int(Opcode.REQUEST_GUILD_MEMBERS), "retry_after": retry_after, "meta": meta}


def _request_guild_members(d: Payload, session: SimulatedSession, world: World) -> Iterator[Answer]:
    guild_id = read_id(d.get("guild_id"))
    guild = world.guilds.get(int(guild_id)) if int(guild_id) in session.guild_ids else None
    found, not_found = _find_members(d, guild)
    chunks = [found[start : start + _CHUNK_SIZE] for start in range(0, len(found), _CHUNK_SIZE)] or [[]]
    for index, chunk in enumerate(chunks):
        members = [member.payload() for member in chunk]
        event: Payload = {"guild_id": guild_id, "members": members, "chunk_index": index, "chunk_count": len(chunks)}
        if not_found and index == 0:
            event["not_found"] = not_found
        if d.get("presences") is True and Intents.GUILD_PRESENCES in session.intents:
            event["presences"] = [presence(member, "online", []) for member in chunk]
        if "nonce" in d and len(read_field(d, "nonce", str).encode()) <= _MOST_NONCE_BYTES:
            event["nonce"] = d["nonce"]
        yield "GUILD_MEMBERS_CHUNK", event


def _find_members(d: Payload, guild: Guild | None) -> tuple[list[SimulatedMember], list[str]]:
    members = {} if guild is None else guild.members
    if "user_ids" in d:
        wanted = d["user_ids"] if isinstance(d["user_ids"], list) else [d["user_ids"]]
        ids = [int(read_id(user_id)) for user_id in wanted][:_MOST_FOUND]
        return [members[one] for one in ids if one in members], [str(one) for one in ids if one not in members]
    start, limit = read_field(d, "query", str).lower(), read_field(d, "limit", int)
    if asks_for_all_members(d):
        return list(members.values()), []
    names = ((member, (member.user.username, member.nick or "")) for member in members.values())
    found = [member for member, both in names if any(name.lower().startswith(start) for name in both)]
    return found[: min(limit or _MOST_FOUND, _MOST_FOUND)], []


def _request_soundboard_sounds(d: Payload, session: SimulatedSession, world: World) -> Iterator[Answer]:
    for guild_id in map(read_id, read_field(d, "guild_ids", list)):
        sounds = [sample_model(SoundboardSound, seed=int(guild_id) + number, full=True) for number in range(2)]
        sounds = [{**sound, "guild_id": guild_id} for sound in sounds]
        yield "SOUNDBOARD_SOUNDS", {"guild_id": guild_id, "soundboard_sounds": sounds}


def _request_channel_info(d: Payload, session: SimulatedSession, world: World) -> Iterator[Answer]:
    guild_id = read_id(d.get("guild_id"))
    wanted = ["id", *read_field(d, "fields", list)]
    info = sample("CHANNEL_INFO", seed=int(guild_id), full=True)
    channels = [{key: value for key, value in one.items() if key in wanted} for one in info["channels"]]
    yield "CHANNEL_INFO", {"guild_id": guild_id, "channels": channels}


def _update_voice_state(d: Payload, session: SimulatedSession, world: World) -> Iterator[Answer]:
    guild_id = read_id(d.get("guild_id"))
    channel_id = None if d.get("channel_id") is None else int(read_id(d["channel_id"]))
    flags = {key: read_field(d, key, bool) for key in ("self_mute", "self_deaf")}
    guild = world.guilds.get(int(guild_id))
    if guild is None or guild.id not in session.guild_ids:
        return
    # The state is told by the world, to all who listen; the server is for the bot alone.
    move_voice(world, guild, world.bot_in(guild), channel_id, **flags)
    if channel_id is not None:
        yield "VOICE_SERVER_UPDATE", {**sample("VOICE_SERVER_UPDATE", seed=0, full=True), "guild_id": guild_id}


def _update_presence(d: Payload, session: SimulatedSession, world: World) -> Iterator[Answer]:
    status = read_field(d, "status", str)
    # Bots set four fields of an activity; Discord adds when it was created.
    activities = [{**activity, "created_at": _CREATED_AT} for activity in read_field(d, "activities", list)]
    for guild_id in session.guild_ids:
        bot = world.bot_in(world.guilds[guild_id])
        yield "PRESENCE_UPDATE", presence(bot, status, activities) | {"guild_id": str(guild_id)}


COMMANDS = {
    int(Opcode.PRESENCE_UPDATE): _update_presence,
    int(Opcode.VOICE_STATE_UPDATE): _update_voice_state,
    int(Opcode.REQUEST_GUILD_MEMBERS): _request_guild_members,
    int(Opcode.REQUEST_SOUNDBOARD_SOUNDS): _request_soundboard_sounds,
    int(Opcode.REQUEST_CHANNEL_INFO): _request_channel_info,
}
"""The commands of a session, by opcode."""

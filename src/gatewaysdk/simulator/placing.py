"""Made-up events happen in the world: in a guild of the session's, in its channel, by one of its members."""

from __future__ import annotations

from typing import Any

from .sessions import SimulatedSession
from .world import SimulatedMember, World

__all__ = ["place"]

_CREATED = ("MESSAGE_CREATE", "INTERACTION_CREATE", "CHANNEL_CREATE", "THREAD_CREATE", "INTEGRATION_CREATE")


def place(name: str, made: dict[str, Any], session: SimulatedSession, world: World) -> dict[str, Any]:
    """Return a made-up payload with the ids of what is there; what concerns no guild stays as it is.

    What is created gets an id of its own, as clients drop what they have seen already.
    """
    placed = {**made, "id": str(world.ids.new())} if name in _CREATED else made
    if "guild_id" not in made or not session.guild_ids:
        return placed
    guild = world.guilds[session.guild_ids[0]]
    placed = {**placed, "guild_id": str(guild.id)}
    if "channel_id" in made and guild.channels:
        placed["channel_id"] = str(next(iter(guild.channels)))
    if name.startswith(("MESSAGE_", "TYPING_", "VOICE_STATE_")):
        someone = next((member for member in guild.members.values() if not member.user.bot), None)
        if someone is not None:
            _act(placed, someone)
    return placed


def _act(placed: dict[str, Any], member: SimulatedMember) -> None:
    if "user_id" in placed:
        placed["user_id"] = str(member.id)
    if "author" in placed and "webhook_id" not in placed:
        placed["author"] = member.user.payload()
        placed["member"] = member.payload(user=False)
    elif "member" in placed:
        placed["member"] = member.payload()

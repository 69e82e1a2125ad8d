"""From the names in a request to guild, channel, person and message."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from ...enums.channel_type import ChannelType
from ..acting import Person, Venue
from ..simulation import Simulation
from ..world import SimulatedChannel, SimulatedMessage
from .asks import PlaceRequest
from .problem import ControlProblem

__all__ = ["DIRECT", "Scene", "find_channel", "find_message", "find_scene", "find_venue", "named"]

T = TypeVar("T")
DIRECT = "@me"
_MOST_LISTED = 20


class Scene(NamedTuple):
    """Where somebody does something."""

    venue: Venue
    channel: SimulatedChannel
    person: Person


def find_scene(sim: Simulation, place: PlaceRequest) -> Scene:
    """Return what a request names; raises `ControlProblem` for what is not there."""
    venue = find_venue(sim, place.guild)
    if place.person == sim.bot.user.username:
        raise ControlProblem(f"as is {place.person!r}, which is the bot; choose another name")
    found = None if place.channel == DIRECT else find_channel(venue, place.channel)
    person = venue.member(place.person)
    return Scene(venue, person.direct if found is None else found, person)


def find_venue(sim: Simulation, guild: str | None) -> Venue:
    """Return a guild by name or id, the first without either."""
    venues = sim.world.guilds
    if not venues:
        raise ControlProblem("the bot is in no guild; start the simulator with one")
    return venues[0] if guild is None else named("guild", guild, {(str(one.id), one.name): one for one in venues})


def find_channel(venue: Venue, channel: str | None) -> SimulatedChannel:
    """Return a channel of a guild by name or id, the first for text without either."""
    channels = list(venue.guild.channels.values())
    if channel is not None:
        return named("channel", channel.removeprefix("#"), {(str(one.id), one.name): one for one in channels})
    for one in channels:
        if one.type is ChannelType.GUILD_TEXT:
            return one
    raise ControlProblem(f"guild {venue.name!r} has no text channel; name another guild")


def find_message(scene: Scene, bot_id: int, message: str | None, *, of_bot: bool) -> SimulatedMessage:
    """Return a message by id; without one, the last in the channel, or the last of the bot that has components."""
    messages = scene.channel.messages
    if message is None:
        for one in reversed(messages.values()):
            if not of_bot or (one.author.id == bot_id and one.components):
                return one
        what = "message of the bot with components" if of_bot else "message"
        raise ControlProblem(f"there is no {what} in #{scene.channel.name}; give the id of one as message")
    found = messages.get(int(message)) if message.isdecimal() else None
    if found is None:
        raise ControlProblem(f"message is {message!r}; it takes the id of a message in #{scene.channel.name}")
    return found


def named(what: str, wanted: str, there: dict[tuple[str, str], T]) -> T:
    """Return what has an id or a name; raises `ControlProblem`, which lists what there is."""
    for key, one in there.items():
        if wanted in key:
            return one
    names = ", ".join(repr(name) for _, name in list(there)[:_MOST_LISTED])
    raise ControlProblem(f"{what} is {wanted!r}; there are {names}")

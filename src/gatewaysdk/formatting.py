"""Text that Discord's clients turn into mentions, emojis, times and links (reference#message-formatting).

All functions check their ids, and raise `ConfigurationError` for a value that cannot be one.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias, get_args, overload

from .bases.command import SnowflakeLike
from .errors import ConfigurationError
from .snowflake import read_id

__all__ = [
    "TimestampStyle",
    "channel_mention",
    "channel_url",
    "command_mention",
    "format_emoji",
    "format_timestamp",
    "guild_navigation",
    "message_url",
    "role_mention",
    "user_mention",
]

TimestampStyle: TypeAlias = Literal["t", "T", "d", "D", "f", "F", "s", "S", "R"]
"""How clients show a time, in the reader's language and time zone (reference#message-formatting-timestamp-styles).

======  ===================================================
``t``   hours and minutes: 16:20
``T``   hours, minutes and seconds: 16:20:30
``d``   the date in numbers: 20/04/2021
``D``   the date in words: April 20, 2021
``f``   the date in words, hours and minutes; the default
``F``   the same with the day of the week
``s``   the date in numbers, hours and minutes
``S``   the date in numbers, hours, minutes and seconds
``R``   the distance from now: 2 months ago
======  ===================================================
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANNELS = "https://discord.com/channels"
_PLACES = ("customize", "browse", "guide", "linked-roles")

# Discord does not document in full which characters names may have. These refuse only those that break the markup.
_EMOJI = r"[^\s<>:]+"
_COMMAND = r"[^\s<>:/]+(?: [^\s<>:/]+){0,2}"


def user_mention(user_id: SnowflakeLike) -> str:
    """Return ``<@id>``, which clients show as the user's name."""
    return f"<@{read_id('user_id', user_id)}>"


def channel_mention(channel_id: SnowflakeLike) -> str:
    """Return ``<#id>``, which clients show as a link to the channel or thread."""
    return f"<#{read_id('channel_id', channel_id)}>"


def role_mention(role_id: SnowflakeLike) -> str:
    """Return ``<@&id>``, which clients show as the role's name. Write ``@everyone`` for the role of everyone."""
    return f"<@&{read_id('role_id', role_id)}>"


def command_mention(name: str, command_id: SnowflakeLike) -> str:
    """Return ``</name:id>``, which clients show as a slash command to be clicked on.

    Args:
        name: the command, followed by its subcommand group and subcommand if it has any: ``role user add``.
        command_id: the id of the command itself.

    Raises:
        ConfigurationError: the name is not one to three words, or has a slash.
    """
    if not re.fullmatch(_COMMAND, name):
        raise ConfigurationError(
            f"name is {name!r:.100}; pass the command and its subcommands with a space between, and no slash"
        )
    return f"</{name}:{read_id('command_id', command_id)}>"


def format_emoji(name: str, emoji_id: SnowflakeLike | None, *, animated: bool | None = False) -> str:
    """Return ``<:name:id>``, or ``<a:name:id>`` for an animated emoji. Takes an emoji's fields as events have them.

    Args:
        name: its name, without colons.
        emoji_id: its id; None for a Unicode emoji, whose name is returned as it is.
        animated: whether it is animated.

    Raises:
        ConfigurationError: the name has spaces, colons or angle brackets, or is empty.
    """
    if not re.fullmatch(_EMOJI, name):
        raise ConfigurationError(f"name is {name!r:.100}; pass the emoji's name without colons")
    if emoji_id is None:
        return name
    return f"<{'a' if animated else ''}:{name}:{read_id('emoji_id', emoji_id)}>"


def format_timestamp(moment: datetime | float, style: TimestampStyle | None = None) -> str:
    """Return ``<t:seconds>`` or ``<t:seconds:style>``, which clients show in the reader's time zone.

    Args:
        moment: an aware datetime, or seconds since 1970 as `time.time` gives them; fractions are dropped.
        style: see `TimestampStyle`; with None, clients show ``f``.

    Raises:
        ConfigurationError: a datetime without a time zone, NaN or an infinity, or an unknown style.
    """
    if style is not None and style not in get_args(TimestampStyle):
        raise ConfigurationError(f"style is {style!r:.100}; pass one of {', '.join(get_args(TimestampStyle))}")
    if isinstance(moment, datetime):
        if moment.utcoffset() is None:
            raise ConfigurationError(
                f"moment is {moment}, which has no time zone; pass an aware one, such as datetime.now(UTC)"
            )
        seconds = (moment - _EPOCH) // timedelta(seconds=1)
    elif math.isfinite(moment):
        seconds = math.floor(moment)
    else:
        raise ConfigurationError(f"moment is {moment}; pass seconds since 1970, or an aware datetime")
    return f"<t:{seconds}>" if style is None else f"<t:{seconds}:{style}>"


@overload
def guild_navigation(place: Literal["customize", "browse", "guide"]) -> str: ...
@overload
def guild_navigation(place: Literal["linked-roles"], role_id: SnowflakeLike | None = ...) -> str: ...
def guild_navigation(place: str, role_id: SnowflakeLike | None = None) -> str:
    """Return ``<id:place>``, which clients show as a link to a part of the guild in which it is read.

    See reference#message-formatting-guild-navigation-types.

    Args:
        place: ``customize`` for the onboarding questions, ``browse`` for the list of channels, ``guide`` for the
            server guide, ``linked-roles`` for the linked roles.
        role_id: the one linked role to connect to; None for the list of them.

    Raises:
        ConfigurationError: an unknown place, or a role for a place other than ``linked-roles``.
    """
    if place not in _PLACES:
        raise ConfigurationError(f"place is {place!r:.100}; pass one of {', '.join(_PLACES)}")
    if role_id is None:
        return f"<id:{place}>"
    if place != "linked-roles":
        raise ConfigurationError(f"role_id goes with 'linked-roles', not with {place!r}; leave it out")
    return f"<id:{place}:{read_id('role_id', role_id)}>"


def channel_url(guild_id: SnowflakeLike | None, channel_id: SnowflakeLike) -> str:
    """Return the address of a channel or thread, as the client's Copy Link gives it.

    Discord's documentation does not mention these addresses.

    Args:
        guild_id: the guild; None for direct messages, as in events.
        channel_id: the channel or thread.
    """
    guild = "@me" if guild_id is None else read_id("guild_id", guild_id)
    return f"{_CHANNELS}/{guild}/{read_id('channel_id', channel_id)}"


def message_url(guild_id: SnowflakeLike | None, channel_id: SnowflakeLike, message_id: SnowflakeLike) -> str:
    """Return the address that jumps to a message, as the client's Copy Message Link gives it.

    The arguments are those of `channel_url`, and the message's id.
    """
    return f"{channel_url(guild_id, channel_id)}/{read_id('message_id', message_id)}"

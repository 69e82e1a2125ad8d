"""Derives intents from the events that are listened for, and checks that given intents bring these events."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Literal, TypeAlias

from ..bases.any_event import AnyEvent
from ..enums.intents import Intents
from ..errors import ConfigurationError
from ..tables.intents import EVENT_INTENTS, PARTLY_WITHOUT_INTENTS, PRIVILEGED_INTENTS

__all__ = [
    "ALL_INTENTS",
    "DIRECT_INTENTS",
    "Wanted",
    "Where",
    "check_intents",
    "check_where",
    "derive_intents",
    "explain",
    "is_at",
]

Where: TypeAlias = Literal["guild", "direct"]
"""Take events that come from guilds and from direct messages only from one of them."""

Wanted: TypeAlias = tuple[str, Where | None]
"""Name of an event, and from where a listener takes it; None for both."""

ALL_INTENTS = Intents(sum(intent for intent in Intents))
"""Every intent, privileged ones included."""

DIRECT_INTENTS = (
    Intents.DIRECT_MESSAGES
    | Intents.DIRECT_MESSAGE_REACTIONS
    | Intents.DIRECT_MESSAGE_TYPING
    | Intents.DIRECT_MESSAGE_POLLS
)
"""The intents that bring events from direct messages."""


_WITH_CONTENT = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})


def derive_intents(wanted: Iterable[Wanted]) -> Intents:
    """Return the intents that bring the events; a privileged one only if no other intent brings its event."""
    intents = Intents(0)
    for one in wanted:
        needed = _needed(one)
        intents |= (needed & ~PRIVILEGED_INTENTS) or needed
    return intents


def check_intents(intents: Intents, wanted: Iterable[Wanted], remedy: str = "add it to intents") -> None:
    """Raise `ConfigurationError` if one of the events is never brought by ``intents``."""
    for one in sorted(wanted, key=str):
        needed = _needed(one)
        if needed and not needed & intents and one[0] not in PARTLY_WITHOUT_INTENTS:
            which = " or ".join(f"Intents.{intent.name}" for intent in needed)
            raise ConfigurationError(f"{one[0]} has a listener but can never come: it needs {which}; {remedy}")


def _needed(wanted: Wanted) -> Intents:
    name, where = wanted
    needed = EVENT_INTENTS.get(name, Intents(0))
    if where is None:
        return needed
    return needed & DIRECT_INTENTS if where == "direct" else needed & ~DIRECT_INTENTS


def check_where(classes: tuple[type[AnyEvent], ...], where: Where | None) -> None:
    """Raise `ConfigurationError` if ``where`` is unknown, or if an event never comes from direct messages."""
    if where is None:
        return
    if where not in ("guild", "direct"):
        raise ConfigurationError(f"where is {where!r}; it takes 'guild', 'direct' or None for both")
    for one in classes:
        if not EVENT_INTENTS.get(one.event_name, Intents(0)) & DIRECT_INTENTS:
            raise ConfigurationError(
                f"{one.__name__} does not come from direct messages, so where={where!r} has no meaning; leave it out"
            )


def explain(
    intents: Intents, names: set[str], log: logging.LoggerAdapter[logging.Logger], *, content_warning: bool = True
) -> None:
    """Log which privileged intents are asked for, and warn if messages will lack their content."""
    privileged = intents & PRIVILEGED_INTENTS
    if privileged:
        which = ", ".join(f"{intent.name}" for intent in privileged)
        log.info("privileged intents, which must be on in the developer portal, else close code 4014: %s", which)
    # Only from guilds: direct messages always have their content.
    lacks = intents & Intents.GUILD_MESSAGES and not intents & Intents.MESSAGE_CONTENT
    if content_warning and lacks and names & _WITH_CONTENT:
        log.warning(
            "messages come without content, embeds, attachments, components and poll, unless they are the bot's own, "
            "direct, or mention it; to get these for all messages, pass extra_intents=Intents.MESSAGE_CONTENT; "
            "if you do without them, pass content_warning=False"
        )


def is_at(event: AnyEvent, where: Where) -> bool:
    """Whether an event comes from ``where``: events from guilds have a ``guild_id``, direct messages have none."""
    return (getattr(event, "guild_id", None) is None) is (where == "direct")

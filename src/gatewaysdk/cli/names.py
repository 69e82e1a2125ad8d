"""Names on the command line: events and intents, in any of their spellings."""

from __future__ import annotations

import difflib
from argparse import ArgumentTypeError
from collections.abc import Iterable
from functools import reduce
from operator import or_

from ..enums.intents import Intents
from ..tables.events import EVENT_CLASSES
from ..tables.intents import PRIVILEGED_INTENTS

__all__ = ["event_names", "intent_names", "intents_in_words", "privileged_intents"]


def event_names(text: str) -> tuple[str, ...]:
    """Return the wire names of the events in a text such as ``MESSAGE_CREATE,GuildCreate``."""
    return tuple(_find(part, "event", EVENT_CLASSES) for part in _split(text))


def intent_names(text: str) -> Intents:
    """Return the intents in a text such as ``GUILDS,GUILD_MESSAGES``."""
    found = [Intents[_find(part, "intent", Intents.__members__)] for part in _split(text)]
    return reduce(or_, found, Intents(0))


def privileged_intents(text: str) -> Intents:
    """Return the privileged intents in a text; ``PRIVILEGED`` stands for all of them."""
    found = Intents(0)
    for part in _split(text):
        found |= PRIVILEGED_INTENTS if part.upper() == "PRIVILEGED" else intent_names(part)
    if found & ~PRIVILEGED_INTENTS:
        raise ArgumentTypeError(
            f"{intents_in_words(found & ~PRIVILEGED_INTENTS)} cannot be refused; "
            f"PRIVILEGED, or some of {intents_in_words(PRIVILEGED_INTENTS)} can"
        )
    return found


def intents_in_words(intents: Intents) -> str:
    """Return the names of intents, such as ``GUILDS, GUILD_MESSAGES``."""
    return ", ".join(str(intent.name) for intent in intents) or "none"


def _split(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if not any(parts):
        raise ArgumentTypeError("no name given")
    return [part for part in parts if part]


def _find(name: str, kind: str, known: Iterable[str]) -> str:
    # MESSAGE_CREATE, MessageCreate and message-create name the same event.
    by_letters = {_letters(one): one for one in known}
    letters = _letters(name)
    if letters in by_letters:
        return by_letters[letters]
    close = difflib.get_close_matches(letters, by_letters, n=3)
    hint = f"did you mean {' or '.join(by_letters[one] for one in close)}?" if close else f"known: {', '.join(known)}"
    raise ArgumentTypeError(f"there is no {kind} {name!r}; {hint}")


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).upper()

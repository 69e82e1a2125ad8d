"""From the options of a command to the shard with which it connects as a bot."""

from __future__ import annotations

from argparse import Namespace

from .. import Intents, Shard, Timeouts, Token
from ..listeners.intents import ALL_INTENTS, Wanted, check_intents, derive_intents
from ..tables.intents import PRIVILEGED_INTENTS
from .names import intents_in_words

__all__ = ["choose_intents", "intents_asked_for", "make_shard"]

_UNPRIVILEGED = ALL_INTENTS & ~PRIVILEGED_INTENTS


def make_shard(token: Token, intents: Intents, options: Namespace) -> Shard:
    """Return the shard that the options describe."""
    seconds = options.timeout
    per_payload = options.compress == "payload"
    return Shard(
        token,
        intents=intents,
        shard=options.shard,
        url=options.url,
        encoding=options.encoding,
        etf_backend=options.etf_backend,
        compress=None if per_payload else options.compress,
        payload_compression=per_payload,
        timeouts=Timeouts(connect=seconds, hello=seconds, ready=seconds, resumed=seconds),
        proxy=options.proxy,
    )


def choose_intents(names: set[str], given: Intents | None) -> Intents:
    """Return the given intents, else those that the events need, else all that are not privileged.

    Raises `ConfigurationError` if the given ones never bring one of the events.
    """
    wanted: set[Wanted] = {(name, None) for name in names}
    if given is not None:
        check_intents(given, wanted, "name it in --intents, or leave --intents out")
        return given
    # Discord refuses privileged intents to many bots, so ask for them only if one of the events needs them.
    return derive_intents(wanted) if wanted else _UNPRIVILEGED


def intents_asked_for(intents: Intents) -> str:
    """Return the intents in words, for the greeting."""
    if intents == _UNPRIVILEGED:
        return "all intents but the privileged ones"
    return f"intents {intents_in_words(intents)}"

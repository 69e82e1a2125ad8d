"""``gatewaysdk listen``: connect as a bot and show its events."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable

from .. import Shard, Timeouts, Token
from ..enums.intents import Intents
from ..errors import GatewayError, UsageError, plain_url
from ..listeners.intents import ALL_INTENTS, Wanted, check_intents, derive_intents
from ..tables.intents import PRIVILEGED_INTENTS
from .json_lines import JsonLines, RawJsonLines
from .names import intents_in_words
from .notices import Notices, say
from .problems import explain
from .show import DIM, event_line, name_of, paint, uses_colour
from .token_source import read_token

__all__ = ["listen"]

_UNPRIVILEGED = ALL_INTENTS & ~PRIVILEGED_INTENTS


async def listen(options: Namespace) -> int:
    """Show events until Ctrl-C, until ``--count`` events have come, or until an error ends the shard for good."""
    token = read_token(options)
    names = {name for group in options.events or () for name in group}
    intents = _choose_intents(names, options.intents)
    shard = _make_shard(token, intents, options)
    try:
        await _show(shard, names, options, token.redact)
    except UsageError:
        raise
    except GatewayError as error:
        say(token.redact(explain(error, options, intents)))
        return 1
    finally:
        # End the session, too, so the bot goes offline at once.
        await shard.close(keep_session=False, grace=0)
    return 0


async def _show(shard: Shard, names: set[str], options: Namespace, redact: Callable[[str], str]) -> None:
    colour = uses_colour(sys.stdout, wanted=not options.no_color)
    json_lines = RawJsonLines(shard, names) if options.raw else JsonLines() if options.json else None
    ours = shard.intents
    words = "all intents but the privileged ones" if ours == _UNPRIVILEGED else f"intents {intents_in_words(ours)}"
    shard.observe(Notices(f"connected to {plain_url(options.url)} with {words}; press Ctrl-C to stop", redact))
    await shard.connect()
    count = 0
    async for event in shard.events():
        if names and name_of(event) not in names:
            continue
        if json_lines is not None:
            line = json_lines.line(event)
        else:
            line = f"{paint(time.strftime('%H:%M:%S'), DIM, colour)} {event_line(event, colour=colour)}"
        print(redact(line), flush=True)
        count += 1
        if count == options.count:
            return


def _make_shard(token: Token, intents: Intents, options: Namespace) -> Shard:
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


def _choose_intents(names: set[str], given: Intents | None) -> Intents:
    wanted: set[Wanted] = {(name, None) for name in names}
    if given is not None:
        check_intents(given, wanted, "name it in --intents, or leave --intents out")
        return given
    # Discord refuses privileged intents to many bots, so ask for them only if one of the events needs them.
    return derive_intents(wanted) if wanted else _UNPRIVILEGED

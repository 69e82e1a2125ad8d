"""``gatewaysdk listen``: connect as a bot and show its events."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable

from .. import Shard
from ..errors import GatewayError, UsageError, plain_url
from .connecting import choose_intents, intents_asked_for, make_shard
from .json_lines import JsonLines, RawJsonLines
from .notices import Notices, say
from .problems import explain
from .show import DIM, event_line, name_of, paint, uses_colour
from .token_source import read_token

__all__ = ["listen"]


async def listen(options: Namespace) -> int:
    """Show events until Ctrl-C, until ``--count`` events have come, or until an error ends the shard for good."""
    token = read_token(options)
    names = {name for group in options.events or () for name in group}
    intents = choose_intents(names, options.intents)
    shard = make_shard(token, intents, options)
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
    words = intents_asked_for(shard.intents)
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

"""``gatewaysdk record``: connect as a bot and keep its frames in a file."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from .. import Shard
from ..errors import GatewayError, RecordingError, UsageError, plain_url
from ..record import Recorder
from ..shard.traffic import Traffic
from .connecting import choose_intents, intents_asked_for, make_shard
from .notices import Notices, say
from .problems import explain
from .token_source import read_token

__all__ = ["record"]


async def record(options: Namespace) -> int:
    """Record until Ctrl-C, ``--duration``, ``--count``, or an error that ends the shard or the file."""
    token = read_token(options)
    intents = choose_intents(set(), options.intents)
    shard = make_shard(token, intents, options)
    recorder = Recorder(options.file, shard, redact=options.redact or ())
    words = f"connected to {plain_url(options.url)} with {intents_asked_for(intents)}; recording into {options.file}"
    shard.observe(Notices(f"{words}; press Ctrl-C to stop", token.redact))
    try:
        with recorder:
            await _run(shard, recorder, options)
    except (UsageError, RecordingError):
        raise
    except GatewayError as error:
        say(token.redact(explain(error, options, intents)))
        return 1
    finally:
        if recorder.count:
            left_out = f", {recorder.left_out} left out (gatewaysdk show says why)" if recorder.left_out else ""
            say(f"{recorder.count} messages are in {options.file}{left_out}")
    return 0


async def _run(shard: Shard, recorder: Recorder, options: Namespace) -> None:
    stopped = asyncio.Event()

    def look(traffic: Traffic) -> None:
        if recorder.error is not None or (options.count is not None and recorder.count >= options.count):
            recorder.stop()
            stopped.set()

    shard.observe_traffic(look)  # after the recorder, which observes already
    try:
        await shard.connect()
        running = asyncio.create_task(shard.run())
        stopping = asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait([running, stopping], timeout=options.duration, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # End the session, too, so the bot goes offline at once.
            await shard.close(keep_session=False, grace=0)
            stopping.cancel()
            await asyncio.wait([running, stopping])
        running.result()
    finally:
        await shard.close(keep_session=False, grace=0)

"""Our shard, or many: ``python -m benchmarks.clients.ours http://127.0.0.1:PORT/SCENARIO``."""

from __future__ import annotations

import argparse
import asyncio
import gc
from importlib import import_module
from typing import Any

from gatewaysdk import AnyEvent, Event, Intents, Shard, ShardManager
from gatewaysdk.decoding.registry import event_class

from ..scenario import MARK, MIX
from .meter import Meter, arguments, pin

HANDLERS = ("all", "structs", "rare", "raw", "none")
# All but the privileged ones' checks: the server does not care, and warnings of ours would.
INTENTS = Intents(sum(Intents))


def listen(shard: Shard | ShardManager, meter: Meter, handlers: str) -> None:
    """Register what the measurement is about, and what tells it when it begins and ends."""
    names = (*MIX, "GUILD_CREATE")
    if handlers in ("all", "structs"):
        for name in names:
            shard.on(class_of(name, handlers))(meter.handler)
    elif handlers == "raw":
        for name in names:
            shard.on_raw(name)(meter.handler)

    async def mark(event: Any) -> None:
        meter.mark(event.message_id)

    async def raw_mark(data: Any) -> None:
        meter.mark(data["message_id"])

    if handlers == "raw":
        shard.on_raw(MARK)(raw_mark)
    elif handlers != "none":
        shard.on(class_of(MARK, handlers))(mark)


def class_of(name: str, handlers: str) -> type[AnyEvent]:
    """Return the class of an event, of the family that the handlers are for."""
    # Imported by those who measure it, as its memory is measured, too.
    family: Any = import_module("gatewaysdk.structs").Event if handlers == "structs" else Event
    kind: type[AnyEvent] | None = event_class(name, family)
    assert kind is not None
    return kind


async def watch(shard: Shard | ShardManager, meter: Meter) -> None:
    """Where nobody listens, what has come is counted from outside, a hundred times a second."""
    before = 2 + meter.scenario.guilds + meter.scenario.warm  # READY and the mark
    while shard.stats.events < before:  # noqa: ASYNC110 - to wait for an event would be to listen
        await asyncio.sleep(0.01)
    meter.first()
    while shard.stats.events <= before + meter.scenario.events:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    meter.last()


def read_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = arguments()
    parser.add_argument("--encoding", default="json")
    parser.add_argument("--compress", default="zlib-stream")
    parser.add_argument("--freeze", action="store_true", help="gc.freeze() and a high threshold, as the docs advise")
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--manager", action="store_true", help="one manager of all the shards")
    return parser.parse_args()


def make_shards(options: argparse.Namespace, count: int) -> list[Shard] | list[ShardManager]:
    """Return so many shards, or the one manager that has them."""
    url = options.base.replace("http", "ws", 1) + "/"
    compress = None if options.compress == "none" else options.compress
    if options.manager:
        api_url = f"{options.base}/api"
        manager = ShardManager(
            "bench",
            shards=count,
            api_url=api_url,
            url=url,
            encoding=options.encoding,
            compress=compress,
            intents=INTENTS,
        )
        return [manager]
    return [
        Shard("bench", url=url, encoding=options.encoding, compress=compress, intents=INTENTS) for _ in range(count)
    ]


async def main(options: argparse.Namespace) -> None:
    """Connect, play and report."""
    meter = Meter(options.base, latency=options.latency)
    shards = make_shards(options, meter.scenario.shards)
    for shard in shards:
        listen(shard, meter, options.handlers)
    if options.freeze:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
    tasks = [asyncio.create_task(shard.run()) for shard in shards]
    if options.handlers == "none":
        watching = asyncio.create_task(watch(shards[0], meter))
        watching.add_done_callback(asyncio.Task.result)
    ending = asyncio.create_task(meter.done.wait())
    await asyncio.wait([*tasks, ending], return_when=asyncio.FIRST_COMPLETED)
    assert meter.done.is_set(), [task for task in tasks if task.done()]
    stats = [shard.stats for shard in shards]
    assert not any(one.violations + one.handler_errors for one in stats)
    # One heartbeat is acknowledged beforehand, unless the shard happened to beat at that very moment.
    assert sum(one.unexpected for one in stats) <= meter.scenario.shards
    meter.report(decoded=sum(one.decoded for one in stats))
    for shard in shards:
        shard.stop()
    await asyncio.gather(*tasks)


def run() -> None:
    """Run on asyncio's own loop, or on uvloop."""
    options = read_arguments()
    pin()
    factory = import_module("uvloop").new_event_loop if options.uvloop else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main(options))


if __name__ == "__main__":
    run()

"""What an event costs without our package: a bare aiohttp WebSocket, then step by step more of a client's work."""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeAlias

import aiohttp

from ..scenario import MARK, MIX
from .meter import Meter, arguments, pin

# A scan of what stands before the data, as Discord writes it.
_EVENT = re.compile(rb'\{"t":"([A-Z_]+)","s":(\d+),"op":0,"d":').match

Work: TypeAlias = Callable[[bytes], object]
LEVELS = ("receive", "inflate", "scan", "orjson", "msgspec", "pydantic")


def by_pydantic(name: str) -> Work:
    """Return what validates the data of an event by its generated model."""
    from gatewaysdk.decoding.registry import event_class

    model = event_class(name)
    assert model is not None
    model.model_rebuild()  # else what is found here is a stand-in that builds the model at each call
    validate: Work = model.__pydantic_validator__.validate_json
    return validate


def by_msgspec(name: str) -> Work:
    """Return what decodes the data of an event to its generated struct."""
    from gatewaysdk.decoding.structs import Decoder, struct_class

    kind = struct_class(name)
    assert kind is not None
    decode: Work = Decoder(kind).validate_json
    return decode


def typed_floor(make: Callable[[str], Work]) -> Work:
    """Make objects of the data, and nothing else."""
    works = {name.encode(): make(name) for name in (*MIX, MARK, "READY", "GUILD_CREATE")}

    def work(text: bytes) -> object:
        found = _EVENT(text)
        if found is None:
            return None
        return works[found[1]](text[found.end() : -1])

    return work


def make_work(level: str) -> Work:
    """Return what a floor does with an inflated message."""
    if level in ("receive", "inflate"):
        return lambda text: None
    if level == "scan":
        return lambda text: (found := _EVENT(text)) and (found[1], int(found[2]))
    if level == "orjson":
        loads: Work = import_module("orjson").loads
        return loads
    return typed_floor(by_msgspec if level == "msgspec" else by_pydantic)


def make_inflate(compress: str) -> Callable[[Any], bytes]:
    """Return what makes text of a WebSocket message."""
    if compress == "zlib-stream":
        return zlib.decompressobj().decompress
    if compress == "zstd-stream":
        from gatewaysdk.compression.zstd_library import ZstdDecompressor

        return ZstdDecompressor().decompress
    return lambda message: message.encode() if isinstance(message, str) else message


async def play(socket: aiohttp.ClientWebSocketResponse, meter: Meter, level: str, compress: str) -> None:
    """Read a stream to its end. Marks are found by a look at the text, which each level but the first can pay for."""
    inflate, work, mark = make_inflate(compress), make_work(level), MARK.encode()
    identified = False
    async for message in socket:
        if level == "receive" and meter.started.is_set():
            meter.events += 1
            if meter.events > meter.scenario.events:
                meter.last()
                return
            continue
        text = inflate(message.data)
        # The mark's place is fixed, so that looking for it costs no more than a comparison.
        if text.startswith(mark, 6):
            meter.mark(json.loads(text)["d"]["message_id"])
            if meter.done.is_set():
                return
            continue
        work(text)
        meter.events += 1
        if not identified:
            identified = True
            await socket.send_str('{"op":2,"d":{"token":"bench","intents":0,"properties":{}}}')


async def main() -> None:
    """Connect, play and report."""
    parser = arguments()
    parser.add_argument("--level", choices=LEVELS, default="pydantic")
    parser.add_argument("--compress", default="zlib-stream")
    options = parser.parse_args()
    pin()
    meter = Meter(options.base)
    url = options.base.replace("http", "ws", 1) + f"/?v=10&encoding=json&compress={options.compress}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url, max_msg_size=0) as socket:
        await play(socket, meter, options.level, options.compress)
    meter.report()


if __name__ == "__main__":
    asyncio.run(main())

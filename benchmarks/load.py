"""What the simulator's load sends from one core to a client that only receives: ``python -m benchmarks.load``."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import sys
import time
from urllib.parse import urlsplit

from gatewaysdk.codec import get_codec
from gatewaysdk.simulator import Simulator

__all__ = ["main"]

SECONDS = 4.0
TOKEN = "any"
ENCODINGS = ("json", "etf")
COMPRESSIONS = ("none", "zlib-stream", "zstd-stream")
# More than it can send, so that it sends what it can.
RATE = 100_000_000
INTENTS = 53608447
_IDENTIFY = 2


async def measure(encoding: str, compress: str) -> tuple[float, float]:
    """Return events a second, and bytes on the wire for each."""
    async with Simulator(token=TOKEN, rate=RATE) as sim:
        url = f"{sim.url}/?v=10&encoding={encoding}&compress={compress}"
        command = (sys.executable, "-m", "benchmarks.load", url, encoding)
        client = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        await sim.wait_for_session()
        await asyncio.sleep(1.0)  # events are encoded, buffers full
        before, start = sim.load_sent, time.monotonic()
        await asyncio.sleep(SECONDS)
        rate = (sim.load_sent - before) / (time.monotonic() - start)
        sent = sim.load_sent
        await sim.drop()
        out, _ = await client.communicate()
        return rate, int(out) / sent


def receive(url: str, encoding: str) -> None:
    """Identify, then take all bytes and look at none. Prints how many came."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port)) as connection:
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /?{where.query} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        connection.sendall(f"{head}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        payload = get_codec(encoding).encode(_IDENTIFY, {"token": TOKEN, "intents": INTENTS, "properties": {}})
        # A mask of zeros leaves the payload as it is (RFC 6455, section 5.3).
        connection.sendall(b"\x82\xfe" + len(payload).to_bytes(2, "big") + bytes(4) + payload)
        taken, buffer = 0, bytearray(1 << 20)
        try:
            while size := connection.recv_into(buffer):
                taken += size
        except ConnectionResetError:
            pass  # the simulator cuts the connection at the end
        print(json.dumps(taken))


async def main() -> None:
    """Print the table."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    print("| Encoding | Compression | Events a second | Bytes each |\n|---|---|---:|---:|", flush=True)
    if cores:
        os.sched_setaffinity(0, cores[:1])
    for encoding in ENCODINGS:
        for compress in COMPRESSIONS:
            rate, size = await measure(encoding, compress)
            print(f"| {encoding} | {compress} | {round(rate, -3):,.0f} | {size:.0f} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, range(os.cpu_count() or 1))
        receive(*sys.argv[1:])
    else:
        asyncio.run(main())

"""The rows of what we set out to reach. Each function runs what it needs, and returns its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from . import import_time
from .peers import PEERS, python_of
from .result import Result
from .running import Bench, Client, Runs, floor, ours
from .scenario import Scenario
from .sizing import PROCESS_MB, SHARD_KB

__all__ = ["ROWS", "Kept"]

Kept = dict[str, Any]
"""What is written to results.json besides the table."""

EVENTS = 50_000
# What a shard cost in discord.py when the bound was set: KB of memory.
IDLE_KB = 55.0
LATENCY_MS = 2.0


def _clients() -> dict[str, Client]:
    """Return who is measured, in an order in which those stand side by side that are compared."""
    clients = {level: floor(level) for level in ("receive", "inflate", "scan")}
    clients |= {"ours, one rare": ours("rare"), "ours, none": ours("none")}
    clients |= _peers("rare")
    clients |= {"orjson": floor("orjson"), "ours, raw": ours("raw")}
    if find_spec("msgspec") is not None:
        clients["msgspec"] = floor("msgspec")
        clients |= {"ours, structs": ours("structs"), "ours, structs, etf": ours("structs", encoding="etf")}
    clients |= {"pydantic": floor("pydantic"), "ours, all": ours("all")}
    for encoding, compress in (
        ("etf", "zlib-stream"),
        ("json", "zstd-stream"),
        ("etf", "zstd-stream"),
        ("json", "none"),
    ):
        clients[f"ours, all, {encoding} {compress}"] = ours("all", encoding=encoding, compress=compress)
    clients["ours, all, gc frozen"] = ours("all", more=("--freeze",))
    if find_spec("uvloop") is not None:
        clients["ours, all, uvloop"] = ours("all", more=("--uvloop",))
    return clients | _peers("all")


def _peers(handlers: str) -> dict[str, Client]:
    """Return the peers that can be installed, as they come, and with the optional packages that speed them up."""
    clients = {}
    for peer in PEERS:
        python = python_of(peer)
        if python is not None:
            # -O is what hikari itself asks for.
            module, interpreter = f"peer_{peer.replace('.', '_')}", (python, "-O")
            options = ("--handlers", handlers)
            clients[f"{peer}, {handlers}"] = Client(module, (*options, "--plain"), python=interpreter)
            clients[f"{peer}, {handlers}, orjson"] = Client(module, options, python=interpreter)
    return clients


def throughput(bench: Bench, kept: Kept) -> Iterable[Result]:
    """Saturated: as many events as the client takes."""
    scenario = Scenario(events=bench.events(EVENTS))
    runs = bench.take_turns({name: (client, scenario) for name, client in _clients().items()}, bench.rounds())
    kept["throughput"] = dict(runs.runs)
    yield runs.compare("all typed / pydantic floor", "ours, all", "pydantic", 1.15)
    yield from _against_peers(runs)
    yield from _structs(runs)
    yield runs.compare("one rare listener / receive, inflate, scan", "ours, one rare", "scan", 1.2)
    if "discord.py, rare" in runs:
        yield runs.compare("one rare listener / discord.py", "ours, one rare", "discord.py, rare", 0.16)
    yield runs.compare("ETF all typed / JSON all typed", "ours, all, etf zlib-stream", "ours, all", 1.0)
    yield runs.compare("zstd-stream / zlib-stream, all typed", "ours, all, json zstd-stream", "ours, all", 0.92)
    yield runs.compare("raw handlers / aiohttp, inflate, orjson", "ours, raw", "orjson", 1.2)


def _against_peers(runs: Runs) -> Iterable[Result]:
    there = [peer for peer in PEERS if f"{peer}, all" in runs]
    if there:
        best = min(there, key=lambda peer: runs.middle(f"{peer}, all"))
        yield runs.compare(f"all typed / the faster peer, {best}", "ours, all", f"{best}, all", 0.42)


def _structs(runs: Runs) -> Iterable[Result]:
    if "ours, structs" not in runs:
        return
    yield runs.compare("all structs / aiohttp, inflate, msgspec on the same structs", "ours, structs", "msgspec", 1.25)
    yield runs.compare("all structs / raw handlers", "ours, structs", "ours, raw", 1.0)
    yield runs.compare("ETF all structs / JSON all structs", "ours, structs, etf", "ours, structs", 1.1)
    if "hikari, all, orjson" in runs:
        yield runs.compare("all structs / hikari with speed-ups", "ours, structs", "hikari, all, orjson", 0.28)


def memory(bench: Bench, kept: Kept) -> Iterable[Result]:
    """50 guilds of up to 1 MB, then many events that nobody keeps."""
    few = Scenario(events=2_000, guilds=1)
    runs = bench.take_turns(
        {
            "full": (ours("all"), Scenario(events=bench.events(100_000))),
            "bare": (ours("all"), few),
            "largest": (floor("pydantic"), Scenario(events=2_000, guilds=-1)),
            "smallest": (floor("pydantic"), few),
            **({"structs": (ours("structs"), few)} if find_spec("msgspec") is not None else {}),
        },
        bench.rounds(3),
    )
    kept["memory"] = dict(runs.runs)
    growth = (runs.middle("full", "peak") - runs.middle("bare", "peak")) / 1024
    needs = (runs.middle("largest", "peak") - runs.middle("smallest", "peak")) / 1024
    yield Result("peak above the bare process / the largest frame's needs", growth, needs, "MB", 1.5)
    if "structs" in runs:
        # 46 MB of it are there once a shard is made, before the first struct.
        yield Result("memory of a process, all structs / 50 MB", runs.middle("structs", "rss") / 1024, 50.0, "MB", 1.1)
    flat = [runs.middle("full", key) / 1024 for key in ("rss", "rss_before")]
    yield Result("memory after the events / before them", flat[0], flat[1], "MB", 1.02)


def paced(bench: Bench, kept: Kept) -> Iterable[Result]:
    """1,000 events a second: waking up costs more than working."""
    # Short runs and many: what runs once in a millisecond differs by a third from one to the next.
    scenario = Scenario(events=bench.events(1_500), rate=1_000)
    clients = {"ours": (ours("all"), scenario), "floor": (floor("pydantic"), scenario)}
    if find_spec("uvloop") is not None:
        clients["ours, uvloop"] = (ours("all", more=("--uvloop",)), scenario)
    if find_spec("msgspec") is not None:
        clients["ours, structs"] = (ours("structs"), scenario)
    clients |= {name: (client, scenario) for name, client in _peers("all").items() if name == "hikari, all, orjson"}
    runs = bench.take_turns(clients, bench.rounds(15))
    kept["paced"] = dict(runs.runs)
    yield runs.compare("1,000 events/s, all typed / pydantic floor", "ours", "floor", 1.1)
    if "ours, structs" in runs and "hikari, all, orjson" in runs:
        yield runs.compare(
            "1,000 events/s, all structs / hikari with speed-ups", "ours, structs", "hikari, all, orjson", 0.7
        )


def idle(bench: Bench, kept: Kept) -> Iterable[Result]:
    """100 shards that have nothing to do, and 1,000 of a manager."""
    # READY alone: the window that zlib fills later is the same for everybody.
    empty = Scenario(events=0, guilds=0, warm=0)
    clients = {
        "idle": (Client("idle"), empty),
        "managed": (Client("fleet"), empty),
        "managed, window full": (Client("fleet"), replace(empty, warm=200)),
    }
    runs = bench.take_turns(clients, bench.rounds(3))
    kept["idle"] = dict(runs.runs)
    yield Result("memory of an idle shard / 55 KB", runs.middle("idle", "per_shard"), IDLE_KB, "KB", 1.0)
    managed = runs.middle("managed", "per_shard")
    yield Result("memory of an idle shard of a manager's 1,000 / 55 KB", managed, IDLE_KB, "KB", 1.0)
    full = [runs.middle("managed, window full", key) for key in ("per_shard", "rss_before")]
    yield Result("memory of a managed shard, zlib's window full / 90 KB", full[0], SHARD_KB, "KB", 1.0)
    yield Result("memory of a process with 10 shards / 65 MB", full[1] / 1024, PROCESS_MB, "MB", 1.0)


def latency(bench: Bench, kept: Kept) -> Iterable[Result]:
    """From the server's write to the handler, both by the same clock."""
    scenario = Scenario(events=bench.events(20_000), rate=5_000)
    runs = bench.take_turns({"ours": (ours("all", more=("--latency",)), scenario)}, bench.rounds())
    kept["latency"] = dict(runs.runs)
    yield Result(
        "99th percentile of latency at 5,000 events/s / 2 ms", runs.middle("ours", "p99"), LATENCY_MS, "ms", 1.0
    )


def imports(bench: Bench, kept: Kept) -> Iterable[Result]:
    """What a program pays before it does anything."""
    yield from import_time.measure(3 if bench.quick else 15)


def shards(bench: Bench, kept: Kept) -> Iterable[Result]:
    """The same events, by one shard or spread over many in a process."""
    total = bench.events(40_000)
    clients: dict[str, tuple[Client, Scenario]] = {}
    for count in (1, 10, 50, 200):
        clients[str(count)] = (ours("all"), _spread(total, count))
    for count in (1, 1_000):
        clients[f"{count} managed"] = (ours("all", more=("--manager",)), _spread(200_000, count))
    runs = bench.take_turns(clients, bench.rounds())
    kept["shards"] = dict(runs.runs)
    yield runs.compare("cost of an event, 200 shards / 1 shard", "200", "1", 1.1)
    yield runs.compare("cost of an event, a manager of 1,000 shards / of 1", "1000 managed", "1 managed", 1.1)


def _spread(total: int, shards: int) -> Scenario:
    # The same 200 events over and over, so that a short stream has what a long one has.
    return Scenario(events=max(200, total // shards), unique=200, guilds=0, shards=shards, warm=200)


ROWS: Mapping[str, Callable[[Bench, Kept], Iterable[Result]]] = {
    "throughput": throughput,
    "memory": memory,
    "paced": paced,
    "idle": idle,
    "latency": latency,
    "import": imports,
    "shards": shards,
}

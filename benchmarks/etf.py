"""Compares ETF with JSON and with erlpack on the same payloads: ``python -m benchmarks.etf``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from statistics import median
from typing import Any

import orjson

from gatewaysdk.codec.etf import EtfCodec, backends, choose_backend
from gatewaysdk.codec.json import JsonCodec
from gatewaysdk.decoding.registry import decode_event
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import sample

from .result import Result

__all__ = ["main", "measure", "members_chunk", "message_create", "take_turns"]

Task = Callable[[], object]

MESSAGE_SIZE = 2_600
CHUNK_SIZE = 500_000


def message_create() -> dict[str, Any]:
    """Make an everyday message of `MESSAGE_SIZE` bytes of JSON: in a guild, with a mention, a file and an embed."""
    full = sample("MESSAGE_CREATE", seed=1, full=True)
    message = sample("MESSAGE_CREATE", seed=1, full=False)
    for key in ("author", "mention_roles", "guild_id", "channel_type", "flags", "nonce", "message_reference"):
        message[key] = full[key]
    mention = full["mentions"][0]
    message["mentions"] = [{**_flat(mention), "member": _flat(mention["member"])}]
    message["attachments"] = [_flat(full["attachments"][0])]
    message["embeds"] = [_flat(full["embeds"][0])]
    missing = MESSAGE_SIZE - len(orjson.dumps(message))
    assert missing >= 0
    message["content"] += ("; and so on, and so forth" * 100)[:missing]
    return message


def members_chunk() -> dict[str, Any]:
    """Make a chunk of `CHUNK_SIZE` bytes of JSON or a little more, its members all different."""
    chunk = sample("GUILD_MEMBERS_CHUNK", seed=0, full=True)
    members: list[Any] = []
    size = seed = 0
    while size < CHUNK_SIZE:
        new = sample("GUILD_MEMBERS_CHUNK", seed=seed, full=True)["members"]
        members += new
        size += len(orjson.dumps(new))
        seed += 1
    return {**chunk, "members": members, "presences": []}


def take_turns(tasks: dict[str, Task], *, seconds: float = 3.0, spell: float = 0.01) -> dict[str, list[float]]:
    """Return microseconds of each task in each round.

    In a round every task runs once, or for a ``spell`` of seconds: a busy moment of the machine hits all alike, and
    the median leaves it out.
    """
    repeats = {}
    for name, task in tasks.items():
        task()
        start = time.perf_counter()
        task()
        repeats[name] = max(1, int(spell / (time.perf_counter() - start)))
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for name, task in tasks.items():
            turns = range(repeats[name])
            start = time.perf_counter()
            for _ in turns:
                task()
            taken[name].append((time.perf_counter() - start) / repeats[name] * 1e6)
    return taken


def compare(name: str, ours: Task, baseline: Task, bound: float) -> Result:
    """Run two tasks in turns; ours is what the median of the rounds' ratios makes of the baseline's median."""
    taken = take_turns({"ours": ours, "baseline": baseline})
    middle = median(taken["baseline"])
    ratio = median(one / other for one, other in zip(taken["ours"], taken["baseline"], strict=True))
    return Result(name, ratio * middle, middle, "us", bound)


def measure() -> list[Result]:
    """Measure what there is on this machine: without a native backend or erlpack, their rows are left out."""
    have = {report.name for report in backends() if report.available}
    results = []
    for title, t, d in (
        ("2.6 KB message", "MESSAGE_CREATE", message_create()),
        ("0.5 MB chunk", "GUILD_MEMBERS_CHUNK", members_chunk()),
    ):
        text = orjson.dumps(d)
        json, etf = JsonCodec(), EtfCodec()
        json_message, etf_message = json.encode_frame(Frame(0, d, 42, t)), etf.encode_frame(Frame(0, d, 42, t))
        *_, start, end = choose_backend("python").peek(etf_message)

        def by_orjson(text: bytes = text) -> object:
            return orjson.loads(text)

        def by(name: str, message: bytes = etf_message, start: int = start, end: int = end) -> Task:
            decode = choose_backend(name).decode
            return lambda: decode(message, start, end)

        def typed(codec: Any, message: bytes) -> Task:
            return lambda: decode_event(codec.peek(message))

        if "native" in have:
            peek = choose_backend("native").peek
            results.append(compare(f"{title}: native / orjson", by("native"), by_orjson, 0.90))
            if t == "GUILD_MEMBERS_CHUNK":
                last = _with_d_last(etf_message, start, end)
                first = median(take_turns({"peek": lambda: peek(etf_message)})["peek"])  # noqa: B023
                results.append(Result(f"{title}: native peek, d first / 2 us", first, 2.0, "us", 1.0))
                results.append(compare(f"{title}: native peek, d last / orjson", lambda: peek(last), by_orjson, 0.10))  # noqa: B023
        if "erlpack" in have:
            # With an encoding, as otherwise it leaves every text as bytes.
            unpack = import_module("erlpack").ErlangTermDecoder(encoding="utf-8").loads
            term = b"\x83" + etf_message[start:end]
            for name, bound in (("native", 1 / 15), ("python", 1.1)):
                if name in have:
                    results.append(compare(f"{title}: {name} / erlpack", by(name), lambda: unpack(term), bound))  # noqa: B023
        if t == "MESSAGE_CREATE":
            results.append(
                compare(f"{title}: typed, etf / json", typed(etf, etf_message), typed(json, json_message), 1.05)
            )
    return results


def _with_d_last(message: bytes, start: int, end: int) -> bytes:
    """Write the same map with its first pair at the end."""
    head = message.index(b"d\0\x01d")
    return message[:head] + message[end:] + message[head:end]


def _flat(structure: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in structure.items() if not isinstance(value, (dict, list))}


def main() -> int:
    """Print the table; return 1 when a figure is over its bound."""
    for report in backends():
        print(f"{report.name}: {'here' if report.available else f'not here, {report.why_not}'}")
    ok = True
    for one in measure():
        ok = ok and one.within
        print(
            f"{one.name:44} {one.ours:>9.2f} {one.unit} {one.baseline:>9.2f} {one.unit} {one.ratio:>7.3f} "
            f"{one.bound:>6.3f}{'' if one.within else '  over its bound'}"
        )
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())

"""``gatewaysdk top``: all hosts of a cluster, and their shards."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from ..broker.cluster_file import read_cluster_file
from ..broker.engine import Engine
from ..broker.host.card import HostCard, ShardCard
from ..broker.opening import open_engine
from ..errors import BrokerUnavailable

__all__ = ["ClusterView", "look", "top"]

_LIVE = "live"
_CLEAR = "\x1b[H\x1b[2J"


@dataclass(frozen=True, slots=True)
class ClusterView:
    """What the hosts say of themselves.

    Attributes:
        hosts: by name.
        lags: how many stored events each consumer that was asked for has not finished.
    """

    hosts: Mapping[str, HostCard]
    lags: Mapping[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> list[int]:
        """The shards that no host runs."""
        most = max((card.num_shards for card in self.hosts.values()), default=0)
        run = {shard_id for card in self.hosts.values() for shard_id in card.shards}
        return [shard_id for shard_id in range(most) if shard_id not in run]

    def lines(self) -> list[str]:
        """Return it as a table: a line for each host, then one for each of its shards."""
        rows: list[tuple[str, ...]] = [
            ("HOST", "SHARD", "STATE", "LATENCY", "STORED", "WAITING", "BEHIND", "RESTARTS"),
        ]
        for name, card in sorted(self.hosts.items()):
            rows.append(_host_row(name, card))
            rows += [("", *_shard_row(shard_id, shard)) for shard_id, shard in sorted(card.shards.items())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(_fit(row, widths)).rstrip() for row in rows] if self.hosts else ["no host is there"]
        if self.missing:
            lines.append(f"no host runs shard {', '.join(map(str, self.missing))}")
        return lines + [f"consumer {name}: {lag} events behind" for name, lag in self.lags.items()]

    def as_json(self) -> str:
        """Return it as one line of JSON."""
        hosts = {name: asdict(card) for name, card in sorted(self.hosts.items())}
        return json.dumps({"hosts": hosts, "missing": self.missing, "consumers": dict(self.lags)})


def _fit(row: tuple[str, ...], widths: list[int]) -> list[str]:
    left = (0, 2)
    return [
        text.ljust(width) if at in left else text.rjust(width)
        for at, (text, width) in enumerate(zip(row, widths, strict=True))
    ]


def _host_row(name: str, card: HostCard) -> tuple[str, ...]:
    shards = card.shards.values()
    live = sum(one.state == _LIVE for one in shards)
    written, waiting = sum(one.written for one in shards), sum(one.waiting for one in shards)
    behind, restarts = max((one.behind for one in shards), default=0.0), sum(one.restarts for one in shards)
    count = f"{len(card.shards)}/{card.capacity}"
    return name, count, f"{live} live", "", f"{written:,}", f"{waiting:,}", f"{behind:.1f} s", str(restarts)


def _shard_row(shard_id: int, card: ShardCard) -> tuple[str, ...]:
    latency = "-" if card.latency is None else f"{1000 * card.latency:.0f} ms"
    return (
        str(shard_id), card.state, latency, f"{card.written:,}", f"{card.waiting:,}", f"{card.behind:.1f} s",
        str(card.restarts),
    )  # fmt: skip


async def look(engine: Engine, consumers: tuple[str, ...] = ()) -> ClusterView:
    """Return what the hosts say now. Raises `BrokerUnavailable`."""
    held = await engine.leases.held("host.")
    hosts = {lease.name.removeprefix("host."): HostCard.load(lease.value) for lease in held.values()}
    return ClusterView(hosts, {name: await engine.log.lag(name) for name in consumers})


async def top(options: Namespace) -> int:
    """Print the table once, or in a terminal again and again until Ctrl-C."""
    engine = await open_engine(read_cluster_file(options.cluster))
    try:
        while True:
            try:
                view = await look(engine, options.consumers)
                text = view.as_json() if options.json else "\n".join(view.lines())
            except BrokerUnavailable as error:
                if not sys.stdout.isatty():
                    raise
                text = str(error)
            if options.json or options.once or not sys.stdout.isatty():
                print(text)
                return 0
            print(_CLEAR + text, flush=True)
            await asyncio.sleep(options.every)
    finally:
        await engine.close()

"""Runs clients against the server, in turns, and collects their results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from .result import Result
from .scenario import Scenario

__all__ = ["Bench", "Client", "Runs", "floor", "ours", "serving"]

ROOT = Path(__file__).resolve().parent.parent
_TIMEOUT = 300

Run = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """A program to be measured.

    Attributes:
        module: in ``benchmarks.clients``.
        options: its arguments besides the URL.
        encoding, compress: of the stream that it asks for, for the server to prepare.
        python: the interpreter with its flags.
    """

    module: str
    options: tuple[str, ...] = ()
    encoding: str = "json"
    compress: str = "zlib-stream"
    python: tuple[str, ...] = (sys.executable,)


def ours(handlers: str, *, encoding: str = "json", compress: str = "zlib-stream", more: tuple[str, ...] = ()) -> Client:
    """Return our shard with some handlers."""
    options = ("--handlers", handlers, "--encoding", encoding, "--compress", compress, *more)
    return Client("ours", options, encoding, compress)


def floor(level: str, *, compress: str = "zlib-stream") -> Client:
    """Return a bare aiohttp client that does no more than it must."""
    return Client("floor", ("--level", level, "--compress", compress), compress=compress)


class Runs:
    """What clients measured, run by run; the n-th run of each was in the same round."""

    def __init__(self, runs: Mapping[str, Sequence[Run]]) -> None:
        self.runs = runs

    def __contains__(self, name: str) -> bool:
        return bool(self.runs.get(name))

    def values(self, name: str, key: str = "cpu_us") -> list[float]:
        """Return a figure of each run."""
        return [float(run[key]) for run in self.runs[name]]

    def middle(self, name: str, key: str = "cpu_us") -> float:
        """Return the median of a figure."""
        return median(self.values(name, key))

    def compare(
        self, title: str, one: str, other: str, bound: float, *, key: str = "cpu_us", unit: str = "us"
    ) -> Result:
        """Return the ratio of two clients: the median over the rounds, as a busy moment of the machine hits both."""
        baseline = self.middle(other, key)
        ratios = [a / b for a, b in zip(self.values(one, key), self.values(other, key), strict=True)]
        best = min(self.values(one, key)) / min(self.values(other, key))
        return Result(title, median(ratios) * baseline, baseline, unit, bound, best)


class Bench:
    """A server that runs, and how much time measurements may take."""

    def __init__(self, port: int, *, quick: bool) -> None:
        self.quick = quick
        self._url = f"http://127.0.0.1:{port}"

    def rounds(self, count: int = 5) -> int:
        """Return how often to measure."""
        return 1 if self.quick else count

    def events(self, count: int) -> int:
        """Return how many events to take."""
        return max(2_000, count // 10) if self.quick else count

    def take_turns(self, clients: Mapping[str, tuple[Client, Scenario]], rounds: int) -> Runs:
        """Run all clients in each round."""
        runs: dict[str, list[Run]] = {name: [] for name in clients}
        for number in range(rounds):
            for name, (client, scenario) in clients.items():
                runs[name].append(self.run(client, scenario, seed=number))
        return Runs(runs)

    def run(self, client: Client, scenario: Scenario, seed: int = 0) -> Run:
        """Run a client in a process of its own.

        Python hashes strings by ``seed``, as the places that these give to names in dicts are worth up to a tenth of
        the time; so clients of a round have equal luck, and rounds have not.
        """
        base = self._url + scenario.path
        with urlopen(f"{base}/prepare?encoding={client.encoding}&compress={client.compress}") as answer:
            wire = json.load(answer)["bytes"]
        command = (*client.python, "-m", f"benchmarks.clients.{client.module}", base, *client.options)
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_TIMEOUT, cwd=ROOT, env=environment
        )
        if done.returncode:
            raise RuntimeError(f"{client.module} {' '.join(client.options)} failed:\n{done.stderr[-2000:]}")
        run: Run = json.loads(done.stdout.splitlines()[-1])
        return {**run, "wire": wire / (scenario.events or 1)}


@contextmanager
def serving(*, quick: bool) -> Iterator[Bench]:
    """Start the server, and end it."""
    command = (sys.executable, "-m", "benchmarks.server")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield Bench(int(server.stdout.readline()), quick=quick)
        finally:
            server.stdin.close()  # which it takes for the end
            server.wait(timeout=10)

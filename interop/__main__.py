"""``python -m interop``: install other people's clients, run them against the simulator, print what works."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import faults
from .environments import (
    BOTS,
    CLIENTS,
    NODE_CLIENTS,
    OWN,
    PYTHON_CLIENTS,
    QUICK,
    ROOT,
    Client,
    install_node,
    install_python,
    install_quick,
)
from .running import Running, run
from .steps import MEMBERS, STEPS, Failed, run_two_shards

SHARDED = "two shards"
COLUMNS = (*STEPS, SHARDED)
AT_ONCE = 3


def command_of(client: Client, *, shared: bool) -> tuple[list[str | Path], dict[str, str]]:
    """Install a client; return what starts its program, and with which environment."""
    program: list[str | Path] = [CLIENTS / client.program, *client.arguments]
    if not client.is_python:
        return ["node", *program], {"NODE_PATH": str(install_node(client))}
    if client is OWN:
        return [sys.executable, *program], {"PYTHONPATH": str(ROOT / "src")}
    python = install_quick() if shared else install_python(client.name, client.packages)
    return [python, *program], {}


async def examine(client: Client, command: list[str | Path], environment: dict[str, str]) -> dict[str, str]:
    """Run a client through all steps, and beside that as two shards; return yes or no for each."""
    results = dict.fromkeys(COLUMNS, "no")
    of_client = (client, command, environment, results)
    await asyncio.gather(_run_steps(*of_client), _run_shards(*of_client))
    return results


async def _run_steps(
    client: Client, command: list[str | Path], environment: dict[str, str], results: dict[str, str]
) -> None:
    async with run(command, environment=environment, guilds=2, members=MEMBERS) as running:
        for name, step in STEPS.items():
            try:
                await step(running)
            except (Failed, TimeoutError, EOFError) as error:
                _complain(client, name, error, running)
                break
            results[name] = "yes"


async def _run_shards(
    client: Client, command: list[str | Path], environment: dict[str, str], results: dict[str, str]
) -> None:
    async with run(command, environment=environment, shards=2, guilds=2) as running:
        try:
            await run_two_shards(running)
        except (Failed, TimeoutError, EOFError) as error:
            _complain(client, SHARDED, error, running)
        else:
            results[SHARDED] = "yes"


def _complain(client: Client, step: str, error: Exception, running: Running) -> None:
    print(f"== {client.name}: {step}: {type(error).__name__} {error}", *running.output[-15:], sep="\n   ", flush=True)
    for request in running.sim.rest.unknown:
        print(f"   no route: {request}")


async def examine_all(clients: list[Client], *, shared: bool) -> dict[str, dict[str, str]]:
    """Install one client after the other, and run a few at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(client: Client) -> dict[str, str]:
        async with room:
            began = time.monotonic()
            results = await examine(client, *commands[client.name])
            print(f"== {client.name} took {time.monotonic() - began:.0f} s", flush=True)
            return results

    began = time.monotonic()
    commands = {client.name: command_of(client, shared=shared) for client in clients}
    print(f"== installed in {time.monotonic() - began:.0f} s", flush=True)
    found = await asyncio.gather(*(one(client) for client in clients))
    return dict(zip((client.name for client in clients), found, strict=True))


async def examine_faults(clients: list[Client], *, shared: bool) -> dict[str, dict[str, str]]:
    """Put our own shard and other clients through the faults, a few at a time."""
    room = asyncio.Semaphore(faults.AT_ONCE)

    async def one(client: Client, case: faults.Case) -> str:
        async with room:
            return await faults.examine(client.name, *commands[client.name], case)

    clients = [OWN, *clients]
    commands = {client.name: command_of(client, shared=shared) for client in clients}
    found = await asyncio.gather(*(one(client, case) for client in clients for case in faults.CASES))
    labels = [case.label for case in faults.CASES]
    rows = [found[start : start + len(labels)] for start in range(0, len(found), len(labels))]
    return {client.name: dict(zip(labels, row, strict=True)) for client, row in zip(clients, rows, strict=True)}


def table(results: dict[str, dict[str, str]]) -> str:
    """Return the results as a table of Markdown."""
    lines = ["| Client | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    lines += ["| " + " | ".join([name, *(row[column] for column in COLUMNS)]) + " |" for name, row in results.items()]
    return "\n".join(lines)


def main() -> int:
    """Return 1 when something does not work, or when our own shard does not survive a fault."""
    names = [client.name for client in (*PYTHON_CLIENTS, *NODE_CLIENTS)]
    parser = argparse.ArgumentParser(prog="python -m interop")
    parser.add_argument("--only", nargs="+", choices=names, help="these clients alone")
    parser.add_argument("--quick", action="store_true", help="for CI: a few Python clients, in one environment")
    parser.add_argument("--faults", action="store_true", help="which client survives which fault, instead")
    options = parser.parse_args()
    wanted = options.only or (QUICK if options.quick else names)
    clients = [client for client in PYTHON_CLIENTS if client.name in wanted]
    if shutil.which("node") and shutil.which("npm"):
        clients += [client for client in NODE_CLIENTS if client.name in wanted]
    elif any(client.name in wanted for client in NODE_CLIENTS):
        print("== node and npm are not here: the clients for them are left out")
    if options.faults:
        survived = asyncio.run(examine_faults(clients, shared=options.quick))
        print(faults.table(survived))
        return int("no" in survived[OWN.name].values())  # what others do not survive is no failure of this project
    results = asyncio.run(examine_all(clients, shared=options.quick))
    print(table(results))
    works = all("no" not in row.values() for row in results.values())
    modules = next((install_node(client) for client in clients if client.name == "discord.js"), None)
    return int(not (works and (options.only is not None or test_bots(modules))))


def test_bots(modules: Path | None) -> bool:
    """Run the tests of the example bots, which are written as a user would; return whether they passed.

    ``modules`` is where discord.js is, None when it is not installed.
    """
    command: list[str | Path] = [install_quick(), "-m", "pytest", "-q", "-rs", "-c", BOTS / "pytest.ini"]
    # By its module, as it need not be installed; after `make install` it would be there by its name as well.
    command += ["-p", "no:gatewaysdk", "-p", "gatewaysdk.testing.pytest_plugin", BOTS]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    if modules is not None:
        environment["NODE_PATH"] = str(modules)
    return subprocess.run(command, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())

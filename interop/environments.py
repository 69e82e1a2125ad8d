"""Where the clients are installed: Python ones below .venvs/, node ones below .venvs/interop-node/."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ROOT / "interop" / "clients"
BOTS = ROOT / "interop" / "bots"
VENVS = ROOT / ".venvs"
NODE = VENVS / "interop-node"


class Client(NamedTuple):
    """A library, and how its program is started.

    ``packages`` are exact, so that the table says the same tomorrow; the environment is named after the first.
    """

    name: str
    packages: tuple[str, ...]
    program: str
    arguments: tuple[str, ...] = ()

    @property
    def is_python(self) -> bool:
        """Whether it is a Python library; the others are for node."""
        return self.program.endswith(".py")


# Its newest needs Python 3.12.
_NEXTCORD = "nextcord==2.6.0" if sys.version_info < (3, 12) else "nextcord==3.2.0"
# The shard of this project; it needs no environment of its own.
OWN = Client("gatewaysdk", (), "gatewaysdk_shard.py")
PYTHON_CLIENTS = (
    Client("discord.py", ("discord.py==2.7.1",), "discord_py.py", ("discord",)),
    Client("hikari", ("hikari==2.7.0",), "hikari_bot.py"),
    Client("disnake", ("disnake==2.12.2",), "discord_py.py", ("disnake",)),
    Client("nextcord", (_NEXTCORD,), "discord_py.py", ("nextcord",)),
    Client("py-cord", ("py-cord==2.8.1",), "discord_py.py", ("discord",)),
    Client("interactions.py", ("discord-py-interactions==5.16.0", "setuptools<81"), "interactions_py.py"),
)
NODE_CLIENTS = (
    Client("discord.js", ("discord.js@14.28.1",), "discord_js.cjs"),
    Client("@discordjs/ws", ("@discordjs/ws@2.0.4", "@discordjs/rest@2.6.3"), "discordjs_ws.cjs"),
    Client("eris", ("eris@0.18.0",), "eris.cjs"),
    Client("oceanic.js", ("oceanic.js@1.15.0",), "oceanic.cjs"),
)
# No two of these have a module of the same name, so they share an environment where time is short.
QUICK = ("discord.py", "hikari", "disnake")
# What the tests of interop/bots take beside the clients: the package itself is found in src, not installed.
_TESTING = (
    "pytest==9.2.0",
    "pytest-asyncio==1.5.0",
    "pydantic==2.14.3",
    "orjson",
    "backports.zstd;python_version<'3.14'",
)


def install_python(name: str, packages: Sequence[str]) -> Path:
    """Return the Python of an environment with these packages; it is made when it is not there as wanted."""
    folder = VENVS / f"interop-{name}"
    python, stamp = folder / "bin" / "python", folder / "packages.json"
    wanted = json.dumps([sys.version, *packages])
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)  # ours does for all
        pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", *packages], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return python


def install_quick() -> Path:
    """Return the Python of the environment with the clients of `QUICK`, and with what tests of bots take."""
    together = [package for one in PYTHON_CLIENTS if one.name in QUICK for package in one.packages]
    return install_python("quick", [*together, *_TESTING])


def install_node(client: Client) -> Path:
    """Return the folder of modules with a client, as `install_python` does."""
    folder = NODE / client.program.removesuffix(".cjs")
    stamp = folder / "packages.json"
    wanted = json.dumps(client.packages)
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--silent", *client.packages], cwd=folder, check=True
        )
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "node_modules"

"""The libraries that we compare ourselves with, each in a virtual environment of its own under ``.venv-bench/``.

They get the optional packages that make them faster, by exact versions, so that the day of the install changes nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

__all__ = ["PEERS", "python_of"]

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-bench"

PEERS: dict[str, tuple[str, ...]] = {
    "discord.py": ("discord.py==2.7.1", "aiohttp==3.14.5", "orjson==3.13.0"),
    "hikari": ("hikari==2.7.0", "aiohttp==3.14.5", "orjson==3.13.0", "ciso8601==2.4.1"),
}


def python_of(peer: str) -> str | None:
    """Return the interpreter of a peer's environment, made now if need be; None if it cannot be installed."""
    folder = HOME / peer
    python, stamp = folder / "bin" / "python", folder / ".installed"
    wanted = " ".join((sys.version, *PEERS[peer]))
    if stamp.exists() and stamp.read_text() == wanted:
        return str(python)
    print(f"== installing {peer} into {folder.relative_to(ROOT)}", flush=True)
    HOME.mkdir(exist_ok=True)
    (HOME / ".gitignore").write_text("*\n")
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS[peer])
    for command in ((sys.executable, "-m", "venv", str(folder)), pip):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"   {peer} is left out: {done.stderr.strip().splitlines()[-1:]}")
            return None
    stamp.write_text(wanted)
    return str(python)

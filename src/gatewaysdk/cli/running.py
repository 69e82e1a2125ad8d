"""Remembers where the simulator of this user runs, for ``gatewaysdk say``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["forget_simulator", "remember_simulator", "running_simulator"]


def remember_simulator(url: str) -> bool:
    """Keep the control URL of a simulator that has started, readable by this user only; False if that is impossible.

    The latest simulator takes the place of others.
    """
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A file that is there may have other rights, so a new one takes its place.
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(url)
        fresh.replace(path)
    except OSError:
        return False
    return True


def forget_simulator(url: str) -> None:
    """Forget a simulator that has ended, unless another one has taken its place."""
    if running_simulator() == url:
        _path().unlink(missing_ok=True)


def running_simulator() -> str | None:
    """Return the control URL of the simulator that started last, None if none runs."""
    try:
        return _path().read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None


def _path() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "gatewaysdk" / "simulator.url"

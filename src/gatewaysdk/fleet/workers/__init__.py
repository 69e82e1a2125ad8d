"""Shards spread over worker processes, which their parent supervises: handlers run in the workers, sockets are there.

`run_target` is what a command line calls; programs call ``ShardManager.run(workers=4)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .run import run_target

__all__ = ["run_target"]


if not TYPE_CHECKING:  # else any name would pass for one of the package's

    def __getattr__(name: str) -> Any:
        if name == "run_target":  # it needs the manager, which needs what else is here
            return import_module(".run", __package__).run_target
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

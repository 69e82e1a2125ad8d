"""The manager of a program, found by a name such as ``bot:manager``."""

from __future__ import annotations

from ..errors import ConfigurationError
from .manager import ShardManager
from .named import find_named

__all__ = ["load_manager"]


def load_manager(target: str) -> ShardManager:
    """Return the manager that a name stands for: ``module:name``, or ``module:function`` that makes one.

    The module is imported with the current directory first on the path, as ``python -m`` does it.

    Raises:
        ConfigurationError: the name cannot be found, or stands for something else. What the module raises while it is
            imported comes out as it is.
    """
    found = find_named(target)
    if isinstance(found, ShardManager):
        return found
    raise ConfigurationError(
        f"{target} is of type {type(found).__name__}; name a ShardManager, or a function that returns one"
    )

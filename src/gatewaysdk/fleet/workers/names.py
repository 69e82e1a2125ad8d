"""How a worker finds the manager that a script in the parent has called `run` of."""

from __future__ import annotations

import sys

from ...errors import ConfigurationError

__all__ = ["PROCESS_NAME", "name_of"]

PROCESS_NAME = "gatewaysdk worker"
"""How the names of worker processes begin."""

_REMEDY = "make it a variable of the script's module, or use `gatewaysdk run bot:manager --workers 4`"


def name_of(manager: object) -> str:
    """Return the target for a manager that is a variable of the main module, which workers import.

    Raises:
        ConfigurationError: it is not there, or there is no file that a worker could import.
    """
    main = sys.modules["__main__"]
    if getattr(main, "__file__", None) is None and getattr(main, "__spec__", None) is None:
        raise ConfigurationError(
            "workers cannot import a program that is typed in or comes from a pipe; write it to a file"
        )
    for name, value in vars(main).items():
        if value is manager:
            return f"__main__:{name}"
    raise ConfigurationError(f"workers cannot find the manager, as no variable of the main module is it; {_REMEDY}")

"""What a name such as ``bot:manager`` stands for."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from ..errors import ConfigurationError

__all__ = ["find_named"]


def find_named(target: str) -> Any:
    """Return what a name stands for: ``module:name``, or what ``module:function`` returns.

    The module is imported with the current directory first on the path, as ``python -m`` does it.

    Raises:
        ConfigurationError: the name cannot be found. What the module raises while it is imported comes out as it is.
    """
    module_name, colon, path = target.partition(":")
    if not module_name or not colon or not path:
        raise ConfigurationError(f"the target is {target!r}; it takes module:name, such as bot:manager")
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    found = _look_up(_import(module_name, here), module_name, path)
    if callable(found) and not isinstance(found, type):
        found = found()
    return found


def _import(name: str, here: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Only the module itself: one that it imports in vain is an error of the program's.
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise ConfigurationError(
            f"there is no module {name!r} in {here} or on Python's path; check the target"
        ) from None


def _look_up(module: Any, module_name: str, path: str) -> Any:
    found = module
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise ConfigurationError(f"module {module_name} has no {path!r}; check the target") from None
    return found

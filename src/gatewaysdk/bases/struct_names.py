"""Gives the modules of structs the names that their annotations use.

Generated modules import each other for type checkers only: that keeps circular structures in one file each, and a
program imports no more of the modules than its events need. Before msgspec reads annotations, they are filled in.
"""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache
from importlib import import_module
from typing import Any, get_args

import msgspec

from .enums import Flags
from .unions import ParentUnion

__all__ = ["generated", "resolve"]

_NAME = re.compile(r"\b(?!None\b)[A-Z]\w+")
_STRUCTS = f"{__name__.partition('.')[0]}.structs."
_resolved: set[Any] = set()


def resolve(kind: type[msgspec.Struct]) -> None:
    """Let the annotations of a struct, and of all to which it leads, be read. Call it before msgspec decodes one."""
    waiting: list[Any] = [kind]
    while waiting:
        one = waiting.pop()
        if one in _resolved:
            continue
        _resolved.add(one)
        for base in one.__mro__:
            if issubclass(base, msgspec.Struct) and base is not msgspec.Struct:
                waiting += _fill(base, vars(sys.modules[base.__module__]))


def _fill(base: type, module: dict[str, Any]) -> list[Any]:
    """Fill in what the annotations of one class name, and return the structs among that."""
    found: list[Any] = []
    for name in sorted(set(_NAME.findall(" ".join(map(str, inspect.get_annotations(base).values()))))):
        if base.__module__.startswith(_STRUCTS) and name not in module:
            module[name] = generated(name)
        found += _structs(module.get(name))
    return found


def _structs(target: Any) -> list[Any]:
    if isinstance(target, type):
        return [target] if issubclass(target, msgspec.Struct) else []
    if isinstance(target, ParentUnion):
        return list(target.members.values())
    return [one for part in get_args(target) for one in _structs(part)]


@cache
def generated(name: str) -> Any:
    """Return what an annotation stands for: a struct, a union, an enum, and ``int`` for flags."""
    found = getattr(import_module("..structs", __package__), name, None)
    if found is not None:
        return found
    enum = getattr(import_module("..enums", __package__), name)
    # Flags are read as numbers, be they a number or, as `PermissionsString`, text on the wire.
    return enum if isinstance(enum, type) and not issubclass(enum, Flags) else int

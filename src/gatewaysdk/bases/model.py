"""Base of every generated model: open to unknown keys, built when first used, honest about what is missing."""

from __future__ import annotations

import inspect
import re
import sys
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, cast, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from ..errors import FieldAbsent
from .described import with_descriptions

__all__ = ["MAX_VIOLATIONS", "Findings", "Model", "Violation"]

MAX_VIOLATIONS = 100
"""Broken places that a payload lists; the others are counted."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a payload is not what Discord documents.

    Attributes:
        path: keys and indexes that lead to the place, from the object that lists the violation.
        kind: what is wrong, in pydantic's words: ``missing``, ``int_type``, ``string_type`` and so on.
        message: the same as a sentence.
        value: what stood there, None for a missing key. Left out of the repr: it may be large or secret.
    """

    path: tuple[str | int, ...]
    kind: str
    message: str
    value: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'the payload'}: {self.message}"


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What is wrong within one object.

    Attributes:
        found: the violations that are listed, as the payload's: shared by all objects above the place, never copied.
        depth: how many of the first keys of their paths lead to this object.
        count: how many places are broken, listed or not.
    """

    found: tuple[Violation, ...]
    depth: int
    count: int

    def listed(self) -> tuple[Violation, ...]:
        """Return the violations with paths from this object on, and what says how many are not among them."""
        found = self.found
        if self.depth:
            found = tuple(Violation(one.path[self.depth :], one.kind, one.message, one.value) for one in found)
        if more := self.count - len(found):
            found += (Violation((), "too_many", f"{more} more broken places, which are counted but not listed"),)
        return found

    def __eq__(self, other: object) -> bool:
        # An object is the same wherever in a payload it stood.
        return isinstance(other, Findings) and self.count == other.count and self.listed() == other.listed()

    __hash__ = None  # type: ignore[assignment]  # values may be dicts and lists


class Model(BaseModel):
    """A structure of Discord's.

    A field that may be missing is None when it is; ``model_fields_set`` tells missing from null. Unknown keys are
    ignored. Where a payload breaks the documentation, the object lacks just the broken fields: reading one raises
    `FieldAbsent`, ``violations`` lists them, and ``violation_count`` tells how many there are.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        defer_build=True,
        protected_namespaces=(),
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )

    _guaranteed_when: ClassVar[dict[str, dict[str, tuple[str, ...]]]] = {}
    """For a field, the key beside it that changes what its object must hold, and what that is then."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What is wrong within this object; empty for all that keeps to the documentation.

        An event lists the first 100 broken places. Where there are more, the last violation, of the kind ``too_many``
        and without a path, says how many this object has besides; so it is never empty for what is broken.
        """
        # The slot of pydantic's private attributes is free here, and unlike those it costs a sound object nothing.
        private = self.__pydantic_private__
        return () if private is None else cast("Findings", private["findings"]).listed()

    @property
    def violation_count(self) -> int:
        """How many places within this object are broken, including those that ``violations`` does not list."""
        private = self.__pydantic_private__
        return 0 if private is None else cast("Findings", private["findings"]).count

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """As pydantic's, without its warnings of absent fields: ``violations`` tells of those."""
        options.setdefault("warnings", False)
        return super().model_dump(**options)

    def model_dump_json(self, **options: Any) -> str:
        """As pydantic's, without its warnings of absent fields: ``violations`` tells of those."""
        options.setdefault("warnings", False)
        return super().model_dump_json(**options)

    if not TYPE_CHECKING:  # a type checker would otherwise take every misspelt attribute for Any

        def __getattr__(self, name: str) -> Any:
            if name in type(self).__pydantic_fields__:
                reasons = [v.message for v in self.violations if v.path[:1] == (name,)]
                raise FieldAbsent(type(self).__name__, name, "; ".join(reasons) or "it is missing or broken")
            return super().__getattr__(name)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # A type adapter or a model of someone else's knows nothing of the modules that our names stand in.
        if not cls.__pydantic_complete__ and not _building.get():
            cls.model_rebuild()
        # Strict is meant for the fields; a strict model would refuse the dicts that a decoder makes.
        schema: dict[str, Any] = {**handler(source)}
        if schema["type"] == "model":
            schema["strict"] = False
            # A class of the user's may have validators around its fields; they are left as they are then.
            for field in schema["schema"].get("fields", {}).values():
                _stop_early(field["schema"])
        return cast("CoreSchema", schema)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return with_descriptions(cls, core_schema, handler)

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        """Build the model, importing those it refers to; pydantic calls this on first use."""
        if options.get("_types_namespace") is None:
            options["_types_namespace"] = _referred(cls)
        outermost = _building.set(True)
        try:
            return super().model_rebuild(**options)
        finally:
            _building.reset(outermost)


def _stop_early(schema: dict[str, Any]) -> None:
    """Let validation of a list or a map end at what is broken: the second pass looks for it anyway.

    Else pydantic keeps an error of 300 bytes for each of a million broken items.
    """
    while schema["type"] in ("default", "nullable"):
        schema = schema["schema"]
    if schema["type"] in ("list", "dict"):
        schema["fail_fast"] = True


_building: ContextVar[bool] = ContextVar("building", default=False)
"""Whether a model is being built, which builds those within it too."""

_NAME = re.compile(r"[A-Z]\w+")


def _referred(cls: type[Model]) -> dict[str, Any]:
    """Return the generated classes that a model refers to, directly or through others.

    Generated modules import each other for type checkers only: that keeps circular structures in one file each, and
    a program imports no more of the 300 modules than its events need.
    """
    found: dict[str, Any] = {}
    waiting: list[Any] = [cls]
    while waiting:
        for name, target in _direct(waiting.pop()):
            if name not in found:
                found[name] = target
                waiting.append(target)
    return found


def _direct(target: Any) -> list[tuple[str, Any]]:
    if not isinstance(target, type):  # a union: Annotated[A | B, ...]
        return [(arg.__name__, arg) for part in get_args(target)[:1] for arg in get_args(part)]
    found = []
    for base in target.__mro__:
        if issubclass(base, Model) and base is not Model:
            module = vars(sys.modules[base.__module__])
            annotations = " ".join(map(str, inspect.get_annotations(base).values()))
            for name in sorted(set(_NAME.findall(annotations))):
                # Its own module comes first: pydantic looks into that of the subclass alone.
                value = module.get(name) or _generated(name)
                if value is not None:
                    found.append((name, value))
    return found


def _generated(name: str) -> Any:
    for package in ("models", "enums"):
        value = getattr(import_module(f"..{package}", __package__), name, None)
        if value is not None:
            return value
    return None

"""Base of every generated model: ignores unknown keys, is built when first used, and lists what is broken."""

from __future__ import annotations

import inspect
import re
import sys
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, cast, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from ..errors import FieldAbsent
from .described import with_descriptions
from .findings import Violation, findings_of, findings_slot

__all__ = ["Model"]


class Model(BaseModel):
    """A structure of Discord's.

    An optional field is None when it is missing; ``model_fields_set`` tells missing from null. Unknown keys are
    ignored. Where a payload breaks the documentation, the object lacks only the broken fields: reading one raises
    `FieldAbsent`, ``violations`` lists them, and ``violation_count`` says how many there are.
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
    """For a field, keys beside it: while such a key is there, the field's object must have only the fields listed."""

    _findings: ClassVar[Any] = findings_slot
    """None in a sound object; `findings_of` reads it. A slot, not a property: each event is checked, without a call."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The broken places within this object; empty when it keeps to the documentation.

        An event lists its first 100 broken places. If this object has more, the last violation, of the kind
        ``too_many`` and with no path, says how many more. So a broken object never has an empty tuple here.
        """
        findings = findings_of(self)
        return () if findings is None else findings.listed()

    @property
    def violation_count(self) -> int:
        """How many places within this object are broken, including those that ``violations`` does not list."""
        findings = findings_of(self)
        return 0 if findings is None else findings.count

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Like pydantic's, without its warnings about absent fields; ``violations`` lists those."""
        options.setdefault("warnings", False)
        return super().model_dump(**options)

    def model_dump_json(self, **options: Any) -> str:
        """Like pydantic's, without its warnings about absent fields; ``violations`` lists those."""
        options.setdefault("warnings", False)
        return super().model_dump_json(**options)

    if not TYPE_CHECKING:  # else type checkers would accept any misspelt attribute, as Any

        def __getattr__(self, name: str) -> Any:
            if name in type(self).__pydantic_fields__:
                reasons = [v.message for v in self.violations if v.path[:1] == (name,)]
                raise FieldAbsent(type(self).__name__, name, "; ".join(reasons) or "it is missing or broken")
            return super().__getattr__(name)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # Within a type adapter or a user's model, pydantic cannot find the modules in which our names are defined.
        if not cls.__pydantic_complete__ and not _building.get():
            cls.model_rebuild()
        # Only the fields are strict. A strict model would refuse the dicts that decoders make.
        schema: dict[str, Any] = {**handler(source)}
        if schema["type"] == "model":
            schema["strict"] = False
            # A user's class may have validators around its fields, so that `schema` has no fields: leave it as it is.
            for field in schema["schema"].get("fields", {}).values():
                _stop_early(field["schema"])
        return cast("CoreSchema", schema)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return with_descriptions(cls, core_schema, handler)

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        """Build the model and import the models it refers to. Pydantic calls this on first use."""
        if options.get("_types_namespace") is None:
            options["_types_namespace"] = _referred(cls)
        outermost = _building.set(True)
        try:
            return super().model_rebuild(**options)
        finally:
            _building.reset(outermost)


def _stop_early(schema: dict[str, Any]) -> None:
    """Let validation of a list or a map stop at the first broken item, as the lenient pass looks at all of them anyway.

    Without this, pydantic keeps an error of 300 bytes for each of maybe a million broken items.
    """
    while schema["type"] in ("default", "nullable"):
        schema = schema["schema"]
    if schema["type"] in ("list", "dict"):
        schema["fail_fast"] = True


_building: ContextVar[bool] = ContextVar("building", default=False)
"""Whether a model is being built; that builds the models within it, too."""

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
                # The module of the base comes first: pydantic would look into the subclass's only.
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

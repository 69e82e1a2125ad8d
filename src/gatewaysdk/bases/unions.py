"""Unions whose member is chosen by a value, open to kinds that Discord adds after this release."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

__all__ = ["OpenUnion", "ParentUnion", "UnknownObject"]


class UnknownObject:
    """An object of a kind that this release does not know; ``raw`` holds it as it came."""

    __slots__ = ("raw",)

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnknownObject) and other.raw == self.raw

    __hash__ = None  # type: ignore[assignment]  # as mutable as the dict it holds

    def __repr__(self) -> str:
        return f"UnknownObject({self.raw!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        wrap = core_schema.no_info_after_validator_function(cls, core_schema.dict_schema(core_schema.str_schema()))
        made = core_schema.is_instance_schema(cls)
        return core_schema.json_or_python_schema(
            wrap,
            core_schema.union_schema([made, wrap], mode="left_to_right"),
            serialization=core_schema.plain_serializer_function_ser_schema(_raw),
        )


def _raw(value: UnknownObject) -> dict[str, Any]:
    return value.raw


class OpenUnion:
    """Marks a union whose members name their kind: ``Annotated[A | B | UnknownObject, OpenUnion("type", {1: A})]``."""

    def __init__(self, key: str, members: dict[int, type[Any]]) -> None:
        self.key = key
        self.members = members

    def choose(self, value: Any, siblings: dict[str, Any]) -> type[Any] | None:
        """Return the class for a decoded object, None if it does not name its kind."""
        kind = value.get(self.key) if isinstance(value, dict) else None
        if not isinstance(kind, int) or isinstance(kind, bool):
            return None
        return self.members.get(kind, UnknownObject)

    def _tag(self, value: Any) -> str | None:
        if not isinstance(value, dict):
            return type(value).__name__ if isinstance(value, (*self.members.values(), UnknownObject)) else None
        chosen = self.choose(value, {})
        return None if chosen is None else chosen.__name__

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # A callable discriminator takes a sixth of a smart union's time; a named one has no way to UnknownObject.
        choices = {member.__name__: handler.generate_schema(member) for member in self.members.values()}
        choices[UnknownObject.__name__] = handler.generate_schema(UnknownObject)
        return core_schema.tagged_union_schema(choices, self._tag)


class ParentUnion:
    """Marks a union whose kind is a field beside it: an interaction's ``type`` says what its ``data`` is."""

    def __init__(self, key: str, members: dict[int, type[Any]]) -> None:
        self.key = key
        self.members = members

    def choose(self, value: Any, siblings: dict[str, Any]) -> type[Any] | None:
        """Return the class that the ``siblings`` call for, as they came or validated; None if they name no kind."""
        kind = siblings.get(self.key)
        if not isinstance(kind, int) or isinstance(kind, bool):
            return None
        return self.members.get(int(kind), UnknownObject)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: Any, info: core_schema.ValidationInfo[Any]) -> Any:
            if isinstance(value, (*self.members.values(), UnknownObject)):
                return value
            chosen = self.choose(value, info.data)
            if chosen is None:
                raise PydanticCustomError(
                    "union_tag_not_found", "the {key} beside it is missing or broken", {"key": self.key}
                )
            if chosen is UnknownObject:
                if not isinstance(value, dict):
                    raise PydanticCustomError("dict_type", "Input should be an object")
                return UnknownObject(value)
            return chosen.__pydantic_validator__.validate_python(value)

        union = core_schema.union_schema([handler.generate_schema(member) for member in get_args(source)])
        return core_schema.with_info_plain_validator_function(
            validate, serialization=core_schema.wrap_serializer_function_ser_schema(_serialize, schema=union)
        )


def _serialize(value: Any, handler: Any) -> Any:
    return handler(value)

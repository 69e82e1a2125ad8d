"""Bases of the generated enums: open to values that Discord adds after this release."""

from __future__ import annotations

from enum import KEEP, Enum, IntEnum, IntFlag, StrEnum
from functools import cache
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["DecimalString", "Flags", "KeyEnum", "OpenIntEnum", "OpenStrEnum"]


def _enum_schema(cls: type[Enum], sub_type: Any, *before: CoreSchema) -> CoreSchema:
    # `before` checks the type: without it, pydantic would take "1" and True for the member 1.
    lookup = core_schema.enum_schema(cls, list(cls), sub_type=sub_type, strict=False)
    wire = core_schema.chain_schema([*before, lookup])
    python = core_schema.union_schema([wire, core_schema.is_instance_schema(cls)], mode="left_to_right")
    return core_schema.json_or_python_schema(
        wire, python, serialization=core_schema.plain_serializer_function_ser_schema(_value, when_used="json")
    )


def _value(member: Enum) -> Any:
    return member.value


class OpenIntEnum(IntEnum):
    """An enum of numbers that makes a member of any unknown number, named ``UNKNOWN_<number>``."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        # Made anew each time and not kept: values from outside must not make memory grow.
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = int(value)
        return member

    @property
    def is_known(self) -> bool:
        """Whether this release knows the value by name."""
        return self._name_ in type(self).__members__

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _enum_schema(cls, "int", core_schema.int_schema(strict=True))


class KeyEnum(OpenIntEnum):
    """An open enum of numbers that are keys of objects, and so decimal strings on the wire."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        digits = core_schema.str_schema(strict=True, pattern=r"^[0-9]{1,10}$")
        return _enum_schema(cls, "int", digits, core_schema.int_schema(strict=False))


class OpenStrEnum(StrEnum):
    """An enum of strings that makes a member of any unknown string, named ``UNKNOWN_<string>``."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = str(value)
        return member

    @property
    def is_known(self) -> bool:
        """Whether this release knows the value by name."""
        return self._name_ in type(self).__members__

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _enum_schema(cls, "str", core_schema.str_schema(strict=True))


_MAX_CACHED = 4096


class _Members(dict[int, Any]):
    """A cache from numbers to sets of flags. A lookup costs no Python frame, calling the class costs several.

    It keeps the first numbers that come, up to a bound. All fields of one class share a cache, from `members_of`:
    Discord sends enough combinations to fill one for each of 200 fields.
    """

    def __init__(self, kind: type[Flags]) -> None:
        self._kind = kind

    def __missing__(self, value: int) -> Flags:
        flags = self._kind(value)
        if len(self) < _MAX_CACHED:
            self[value] = flags
        return flags


@cache
def members_of(kind: type[Flags]) -> _Members:
    return _Members(kind)


class Flags(IntFlag, boundary=KEEP):
    """A set of bits that keeps unknown bits, too."""

    @classmethod
    def _missing_(cls, value: object) -> Any:
        member = super()._missing_(value)
        # The standard library keeps every combination that it has seen, and values from outside must not fill memory.
        if len(cls._value2member_map_) > _MAX_CACHED:
            cls._value2member_map_.pop(value, None)
        return member

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            members_of(cls).__getitem__,
            core_schema.int_schema(strict=True, ge=0),
            serialization=core_schema.plain_serializer_function_ser_schema(int, when_used="json"),
        )


class DecimalString:
    """Marks a set of flags that is a decimal string on the wire: ``Annotated[Permissions, DecimalString]``."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        digits = core_schema.str_schema(strict=True, pattern=r"^[0-9]{1,100}$")
        wire = core_schema.no_info_after_validator_function(
            members_of(source).__getitem__, core_schema.chain_schema([digits, core_schema.int_schema(strict=False)])
        )
        python = core_schema.union_schema([wire, core_schema.is_instance_schema(source)], mode="left_to_right")
        return core_schema.json_or_python_schema(
            wire, python, serialization=core_schema.plain_serializer_function_ser_schema(_digits, when_used="json")
        )


def _digits(flags: int) -> str:
    return str(int(flags))

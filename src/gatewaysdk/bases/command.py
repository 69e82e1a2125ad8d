"""Bases of the generated commands: checked when made, with errors that say what to do."""

from __future__ import annotations

import enum
from collections.abc import Sequence, Set
from typing import Any, ClassVar, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails

from ..errors import CommandError
from .described import with_descriptions
from .enums import OpenIntEnum, OpenStrEnum

__all__ = ["UNSET", "Command", "Outbound", "ProtocolMessage", "SnowflakeLike", "Unset"]


class _Unset(enum.Enum):
    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


Unset: TypeAlias = Literal[_Unset.UNSET]
"""The type of `UNSET`."""

UNSET: Final = _Unset.UNSET
"""Pass this to leave a field out; None is sent as null."""

SnowflakeLike: TypeAlias = int | str
"""An id as callers may pass it: an int (a `Snowflake` is one) or its decimal string."""


class Outbound(BaseModel):
    """A structure that bots send: made with keywords, checked when made, immutable.

    Raises:
        CommandError: Discord would refuse a field; the message names field, value, rule and remedy.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        defer_build=True,
        extra="forbid",
        protected_namespaces=(),
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )

    one_of: ClassVar[tuple[str, ...]] = ()
    """Fields of which exactly one must be sent."""

    needs: ClassVar[dict[str, tuple[str, ...]]] = {}
    """For a field, those that must be sent with it."""

    max_bytes: ClassVar[dict[str, int]] = {}
    """For a field, the most bytes of UTF-8 that Discord takes."""

    nullable: ClassVar[frozenset[str]] = frozenset()
    """Optional fields that may be null, where null means something other than leaving the field out."""

    secrets: ClassVar[frozenset[str]] = frozenset()
    """Fields whose values no error message may show."""

    def _fill(self, **values: Any) -> None:
        """Set and check the fields. The generated constructors, which have the typed parameters, call this."""
        given = {
            name: list(value) if isinstance(value, Sequence | Set) and not isinstance(value, str | bytes) else value
            for name, value in values.items()
            if value is not UNSET
        }
        try:
            BaseModel.__init__(self, **given)
        except ValidationError as error:
            raise self._explain(error) from None
        except TypeError as error:  # pydantic passed a dict to a structure's constructor
            raise CommandError(type(self).__name__, None, f"cannot be made: {error}; pass that") from None
        self._check(given)

    def _check(self, given: dict[str, Any]) -> None:
        name = type(self).__name__
        for field, value in given.items():
            if value is None and not type(self).model_fields[field].is_required() and field not in self.nullable:
                raise CommandError(name, field, "cannot be null; leave it out instead")
            self._check_known(field, value)
        if self.one_of and sum(field in given for field in self.one_of) != 1:
            raise CommandError(name, None, f"takes exactly one of {' and '.join(self.one_of)}; pass one of them")
        for field, others in self.needs.items():
            for other in others:
                if field in given and other not in given:
                    raise CommandError(name, other, f"is missing, and {field} needs it; pass both")
        for field, limit in self.max_bytes.items():
            size = len(given[field].encode()) if field in given else 0
            if size > limit:
                raise CommandError(name, field, f"has {size} bytes, Discord takes {limit}; make it shorter")

    def _check_known(self, field: str, given: Any) -> None:
        """Refuse a plain value that its enum does not know: in a command it is more likely a slip than a new value."""
        kept = getattr(self, field)
        pairs = zip(given, kept, strict=True) if isinstance(kept, list) else [(given, kept)]
        for one, member in pairs:
            if isinstance(member, OpenIntEnum | OpenStrEnum) and not isinstance(one, enum.Enum) and not member.is_known:
                kind = type(member)
                known = ", ".join(repr(each.value) for each in kind)
                newer = f"pass {kind.__name__}({one!r}) if Discord has added it since this release"
                raise CommandError(type(self).__name__, field, f"is {one!r}, Discord takes {known}; {newer}")

    @classmethod
    def _explain(cls, error: ValidationError) -> CommandError:
        first = max(error.errors(include_url=False), key=_closeness)
        field = ".".join(str(part) for part in first["loc"] if isinstance(part, int) or part in cls.model_fields)
        context = first.get("ctx", {})
        value = "a secret value" if field in cls.secrets else repr(first["input"])[:100]
        match first["type"]:
            case "greater_than_equal":
                problem = f"is {value}, Discord takes {context['ge']} or more; raise it"
            case "less_than_equal":
                problem = f"is {value}, Discord takes {context['le']} or less; lower it"
            case "too_long":
                problem = (
                    f"has {context['actual_length']} items, Discord takes {context['max_length']}; split the request"
                )
            case _:
                problem = f"cannot be {value}: {first['msg']}; pass that instead"
        return CommandError(cls.__name__, field or None, problem)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return with_descriptions(cls, core_schema, handler)

    def payload(self) -> Any:
        """Return the data as plain values ready to encode: only the fields that were set, with ids as strings."""
        return self.model_dump(mode="json", exclude_unset=True)


def _closeness(error: ErrorDetails) -> tuple[int, bool, bool]:
    """Rank the errors of a value that may have several types: errors about its items or length fit it best."""
    depth = sum(isinstance(part, int) for part in error["loc"])
    return depth, error["type"] == "too_long", not error["type"].endswith("_type")


class ProtocolMessage(Outbound):
    """An opcode that the shard sends by itself; `Shard.send` refuses it."""

    opcode: ClassVar[int]


class Command(Outbound):
    """An opcode that bots send (events/gateway-events#send-events)."""

    opcode: ClassVar[int]

    needs_intents: ClassVar[tuple[tuple[dict[str, object], enum.IntFlag], ...]] = ()
    """Pairs: values of fields, and the intent that Discord demands when a command has all these values."""

    def check_intents(self, intents: int) -> None:
        """Raise `CommandError` unless ``intents``, those of the session, include what the command needs."""
        for values, needed in self.needs_intents:
            if not intents & needed and all(getattr(self, field) == value for field, value in values.items()):
                given = " and ".join(f"{field}={value!r}" for field, value in values.items())
                problem = f"with {given} takes Intents.{needed.name}, which is not among the intents; add it"
                raise CommandError(type(self).__name__, None, problem)

"""Types of single values in structs, and what a struct does about values that another field decides."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args

import msgspec
from msgspec.structs import force_setattr

from ..snowflake import Snowflake, read_id
from .struct_names import generated
from .types import OPTIONS_WITH_ID
from .unions import ParentUnion, UnknownObject

__all__ = [
    "Id",
    "IntegerPair",
    "OptionValue",
    "PresenceBoolean",
    "TextId",
    "TextIdMark",
    "Timestamp",
    "settle_options",
    "settle_parents",
    "settle_presences",
    "wire_types",
]


class TextIdMark:
    """Marks text that is an id."""


Id: TypeAlias = int
"""An id of Discord's: text or an integer on the wire. A `Snowflake` would cost a call of Python for each."""

IntegerPair: TypeAlias = tuple[int, int]
"""An array of two integers."""

OptionValue: TypeAlias = str | int | float | bool
"""What a user entered for an option of a command; see `settle_options`."""

if TYPE_CHECKING:
    Timestamp: TypeAlias = datetime
    PresenceBoolean: TypeAlias = bool
    TextId: TypeAlias = str
else:
    # A time without an offset is refused here, and the lenient pass takes it for UTC.
    Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]
    PresenceBoolean = bool | None
    # Where ETF brings an integer, the lenient pass makes text of it.
    TextId = Annotated[str, TextIdMark]


def settle_presences(struct: Any, *names: str) -> None:
    """Make fields true whose keys are there, with null as their value."""
    for name in names:
        if getattr(struct, name) is None:
            force_setattr(struct, name, True)


def settle_options(struct: Any, *names: str) -> None:
    """Make the value of a command's option text if its ``type`` says that it is an id, which ETF may bring as a number.

    The ``type`` is that of the same struct.
    """
    for name in names:
        if type(getattr(struct, name)) is int and struct.type in OPTIONS_WITH_ID:
            force_setattr(struct, name, str(getattr(struct, name)))


def settle_parents(struct: Any, **unions: str) -> None:
    """Make plain objects structs where a field beside them says of what kind they are.

    Raises ``ValueError``, which msgspec takes for a refusal of the whole struct, if an object does not fit its kind.
    """
    for name, union in unions.items():
        value = getattr(struct, name)
        if value is None or isinstance(value, msgspec.Struct | UnknownObject):
            continue
        mark: ParentUnion = get_args(generated(union))[1]
        chosen = mark.choose(value, {mark.key: getattr(struct, mark.key)})
        if chosen is None or not isinstance(value, dict):
            raise ValueError(f"Expected an object for {name}, and a kind in {mark.key}")
        if chosen is UnknownObject:
            made: Any = UnknownObject(value)
        else:
            try:
                made = msgspec.convert(value, chosen, strict=False, dec_hook=wire_types)
            except msgspec.ValidationError as error:
                raise ValueError(str(error)) from None
        force_setattr(struct, name, made)


def wire_types(kind: type, value: Any) -> Any:
    """Return a value of a type that msgspec does not know, for structs that users write: ``id: Snowflake``."""
    if kind is Snowflake:
        if isinstance(value, str | int):
            return read_id("an id", value)
        raise ValueError(f"Expected an id, got `{type(value).__name__}`")
    if kind is UnknownObject and isinstance(value, dict):
        return UnknownObject(value)
    raise TypeError(f"{kind!r} cannot be decoded; use a type of msgspec's or a class of this package")

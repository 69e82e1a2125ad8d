"""Wire types that no enum or structure describes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["OPTIONS_WITH_ID", "IntegerPair", "OptionValue", "PresenceBoolean", "TextId", "TextIdBeside", "Timestamp"]


class _Timestamp:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # Pydantic would take a number for seconds since 1970, so only text that starts with a date may pass.
        text = core_schema.str_schema(strict=True, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}")
        aware = core_schema.datetime_schema(strict=False, tz_constraint="aware")
        naive = core_schema.no_info_after_validator_function(_as_utc, core_schema.datetime_schema(strict=False))
        wire = core_schema.chain_schema([text, core_schema.union_schema([aware, naive], mode="left_to_right")])
        made = core_schema.datetime_schema(strict=True)
        return core_schema.json_or_python_schema(wire, core_schema.union_schema([wire, made], mode="left_to_right"))


def _as_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


class _PresenceBoolean:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        present = core_schema.no_info_after_validator_function(_true, core_schema.none_schema())
        # Our own JSON has a boolean here; taking it, too, lets an event be dumped and read again.
        return core_schema.union_schema([present, core_schema.bool_schema(strict=True)], mode="left_to_right")


def _true(_: None) -> bool:
    return True


class _IntegerPair:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        number = core_schema.int_schema(strict=True)
        # Not strict, as decoders make lists, and strict Python input has to be a tuple.
        return core_schema.tuple_schema([number, number], strict=False)


class _TextId:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(strict=True)
        number = core_schema.int_schema(strict=True, ge=0, le=2**64 - 1)
        return core_schema.union_schema(
            [text, core_schema.no_info_after_validator_function(str, number)],
            mode="left_to_right",
            custom_error_type="text_id",
            custom_error_message="Input should be text, or an integer of 64 bits at most",
        )


class TextIdBeside:
    """Marks a value that is an id if the field ``key`` beside it has one of ``kinds``."""

    def __init__(self, key: str, kinds: frozenset[int]) -> None:
        self.key = key
        self.kinds = kinds

    def settle(self, value: Any, siblings: dict[str, Any]) -> Any:
        """Return the value, as text if the ``siblings`` validated so far say that it is an id."""
        return str(value) if type(value) is int and siblings.get(self.key) in self.kinds else value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def settle(value: Any, info: core_schema.ValidationInfo[Any]) -> Any:
            return self.settle(value, info.data)

        return core_schema.with_info_after_validator_function(settle, handler(source))


Timestamp = Annotated[datetime, _Timestamp]
"""An aware datetime, ISO 8601 on the wire (reference#iso8601-datetime); UTC if the text names no offset."""

PresenceBoolean = Annotated[bool, _PresenceBoolean]
"""True if the key is there, with null as its value; False if it is missing (role tags)."""

IntegerPair = Annotated[tuple[int, int], _IntegerPair]
"""An array of two integers, such as a shard's id and the number of shards."""

TextId = Annotated[str, _TextId]
"""An id that Discord types as text, such as the target of an audit log entry. ETF may bring it as an integer."""

# Users, channels, roles, mentionables and attachments:
# interactions/application-commands#application-command-object-application-command-option-type
OPTIONS_WITH_ID = frozenset({6, 7, 8, 9, 11})

OptionValue = Annotated[str | int | float | bool, TextIdBeside("type", OPTIONS_WITH_ID)]
"""What a user entered for an option of a command. An id is text even if ETF brought an integer."""

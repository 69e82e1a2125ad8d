"""Models: optional fields, open enums and open unions."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from gatewaysdk import GuildCreate, InteractionCreate, MessageCreate, Snowflake, UnknownObject, Violation
from gatewaysdk.enums import ChannelType, MessageFlags, MessageType
from gatewaysdk.models import ActionRow, Button, GuildMember, TextDisplay


def optional(event: MessageCreate) -> None:
    assert_type(event.guild_id, Snowflake | None)
    if event.guild_id is not None:
        assert_type(event.guild_id.created_at, datetime)
    assert_type(event.edited_timestamp, datetime | None)
    if event.member is not None and event.member.nick is not None:
        print(event.member.nick.upper())


def open_enums(event: MessageCreate) -> None:
    assert_type(event.type, MessageType)
    if event.type == MessageType.REPLY:
        print(event.type.name, event.type.value)
    if event.type == 19:  # a number that this release may not know by name
        print("reply")
    if not event.type.is_known:
        print(int(event.type))
    if event.channel_type == ChannelType.DM:
        print("direct")


def flags(event: MessageCreate) -> None:
    assert_type(event.flags, MessageFlags | None)
    if event.flags is not None and event.flags & MessageFlags.CROSSPOSTED:
        print(event.flags.value)


def open_unions(event: MessageCreate) -> None:
    for component in event.components or ():
        match component:
            case ActionRow():
                assert_type(component.id, int | None)
            case TextDisplay(content=content):
                assert_type(content, str)
            case Button():
                assert_type(component.disabled, bool | None)
            case UnknownObject():
                print(component.raw["type"])
            case _:
                print("some other kind of component")


def lists(event: GuildCreate) -> None:
    assert_type(event.members, list[GuildMember])
    assert_type(event.violations, tuple[Violation, ...])


def dumps(event: InteractionCreate) -> None:
    assert_type(event.model_dump_json(), str)
    assert_type(event.model_fields_set, set[str])

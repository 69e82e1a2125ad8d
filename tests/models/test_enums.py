"""Enums and flags stay open: Discord adds values at any time, and one of them is no reason to lose an event."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import tracemalloc
from enum import IntFlag
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from gatewaysdk import enums, events, models
from gatewaysdk.bases.enums import Flags, KeyEnum, OpenIntEnum, OpenStrEnum, _Members
from gatewaysdk.bases.model import Model
from gatewaysdk.enums import (
    ApplicationIntegrationType,
    ChannelType,
    Intents,
    Locale,
    MessageFlags,
    Permissions,
    PermissionsString,
    PresenceStatus,
    UserFlags,
)


class Holder(BaseModel):
    """One field of each kind."""

    number: ChannelType = ChannelType.GUILD_TEXT
    text: Locale = Locale.EN_US
    flags: MessageFlags = MessageFlags(0)
    permissions: PermissionsString = Permissions(0)
    keyed: dict[ApplicationIntegrationType, int] = {}


CLASSES = [getattr(enums, name) for name in enums.__all__ if isinstance(getattr(enums, name), type)]


def test_every_enum_is_open() -> None:
    assert len(CLASSES) == 85
    assert all(issubclass(one, OpenIntEnum | OpenStrEnum | Flags) for one in CLASSES)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_member_is_found_by_its_value_and_documented(kind: Any) -> None:
    assert kind.__doc__
    for member in kind:
        assert kind(member.value) is member
        assert pickle.loads(pickle.dumps(member)) is member


@given(st.integers(-(2**70), 2**70))
def test_an_unknown_number_is_a_member_that_equals_it(value: int) -> None:
    member = ChannelType(value)
    assert isinstance(member, ChannelType)
    assert member == value
    assert hash(member) == hash(value)
    assert {member: 1}[value] == 1  # type: ignore[index]  # they are one key
    assert member.value == value
    assert member.is_known is (value in list(ChannelType))
    assert member.is_known or member.name == f"UNKNOWN_{value}"
    assert ChannelType(value) == member
    assert pickle.loads(pickle.dumps(member)) == copy.deepcopy(member) == member
    assert isinstance(pickle.loads(pickle.dumps(member)), ChannelType)


@given(st.text())
def test_an_unknown_string_is_a_member_that_equals_it(value: str) -> None:
    member = Locale(value)
    assert isinstance(member, Locale)
    assert member == value == str(member)
    assert hash(member) == hash(value)
    assert {member: 1}[value] == 1  # type: ignore[index]  # they are one key
    assert member.is_known or member.name == f"UNKNOWN_{value}"
    assert pickle.loads(pickle.dumps(member)) == copy.deepcopy(member) == member
    assert isinstance(pickle.loads(pickle.dumps(member)), Locale)


def test_a_known_member_is_known() -> None:
    assert ChannelType(0) is ChannelType.GUILD_TEXT
    assert ChannelType.GUILD_TEXT.is_known
    assert PresenceStatus("idle") is PresenceStatus.IDLE
    assert PresenceStatus.IDLE.is_known
    assert repr(ChannelType(999)) == "<ChannelType.UNKNOWN_999: 999>"
    assert repr(Locale("tlh")) == "<Locale.UNKNOWN_tlh: 'tlh'>"


@pytest.mark.parametrize(("kind", "value"), [(ChannelType, "0"), (ChannelType, None), (ChannelType, 1.5), (Locale, 5)])
def test_a_value_of_another_type_is_no_member(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        kind(value)


@given(st.integers(0, 2**80))
def test_unknown_bits_are_kept(value: int) -> None:
    flags = Permissions(value)
    assert isinstance(flags, Permissions)
    assert flags == value
    assert hash(flags) == hash(value)
    assert flags | Permissions.ADMINISTRATOR == value | 8
    assert pickle.loads(pickle.dumps(flags)) == copy.deepcopy(flags) == flags
    assert isinstance(pickle.loads(pickle.dumps(flags)), Permissions)


def test_flags_are_asked_by_name() -> None:
    flags = MessageFlags(1 << 1 | 1 << 60)
    assert MessageFlags.IS_CROSSPOST in flags
    assert MessageFlags.EPHEMERAL not in flags
    assert int(flags) == 1 << 1 | 1 << 60


def test_intents_are_put_together() -> None:
    assert Intents.GUILDS | Intents.GUILD_MESSAGES == 513
    assert issubclass(Intents, IntFlag)


@given(st.integers(0, 2**63 - 1), st.text(), st.integers(0, 2**60), st.integers(0, 2**90), st.integers(0, 10**9))
def test_json_comes_back_as_it_was(number: int, text: str, flags: int, permissions: int, key: int) -> None:
    wire = {"number": number, "text": text, "flags": flags, "permissions": str(permissions), "keyed": {str(key): 1}}
    holder = Holder.model_validate_json(json.dumps(wire))
    assert (holder.number, holder.text, holder.flags, holder.permissions) == (number, text, flags, permissions)
    assert holder.keyed == {key: 1}
    assert holder == Holder.model_validate(wire)
    assert json.loads(holder.model_dump_json()) == wire
    assert Holder.model_validate(holder.model_dump()) == holder


def caches() -> dict[type[Flags], list[Any]]:
    """Return the caches that validators hold, by the class of what they find, once every model is built."""
    for package in (models, events):
        for name in package.__all__:
            kind = getattr(package, name)
            if isinstance(kind, type) and issubclass(kind, Model) and not kind.__pydantic_complete__:
                kind.model_rebuild()
    found: dict[type[Flags], list[Any]] = {}
    for one in gc.get_objects():
        if isinstance(one, _Members):
            found.setdefault(one._kind, []).append(one)
    return found


def test_all_fields_of_a_class_share_one_cache() -> None:
    # Once each field had its own, 207 in all: a gateway could fill each of them.
    found = caches()
    assert {kind.__name__: len(each) for kind, each in found.items() if len(each) > 1} == {}
    assert {Permissions, UserFlags, MessageFlags} <= set(found)


def test_a_cache_is_bounded_whichever_fields_fill_it() -> None:
    as_text, as_number = TypeAdapter(PermissionsString), TypeAdapter(Permissions)
    for value in range(1 << 45, (1 << 45) + 6_000):
        assert as_text.validate_python(str(value)) == as_number.validate_json(str(value)) == value
    (cache,) = caches()[Permissions]
    assert len(cache) <= 4096


def test_values_from_outside_do_not_make_memory_grow() -> None:
    def decode(start: int) -> None:
        for value in range(start, start + 6_000):
            Holder.model_validate({"number": value, "text": f"x{value}", "flags": value, "permissions": str(value)})

    tracemalloc.start()
    held = []
    for start in (1_000_000, 2_000_000, 3_000_000):
        decode(start)
        gc.collect()
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    # What is remembered at all, such as pydantic's recent strings, is remembered after the first.
    assert held[2] - held[1] < 50_000
    assert len(ChannelType.__members__) == len(ChannelType)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("number", "1"), ("number", True), ("number", 1.0), ("number", None),
        ("text", 1), ("text", None), ("text", True),
        ("flags", "1"), ("flags", True), ("flags", 1.0), ("flags", None),
        ("permissions", "0x8"), ("permissions", "-1"), ("permissions", ""), ("permissions", " 8"),
        ("permissions", "8\n"), ("permissions", "\uff11"), ("permissions", "9" * 101), ("permissions", None),
        ("permissions", True), ("permissions", 8.0),
        ("keyed", {"x": 1}), ("keyed", {"-1": 1}), ("keyed", {"": 1}), ("keyed", {"1\n": 1}), ("keyed", {"9" * 11: 1}),
    ],
)  # fmt: skip
def test_what_is_no_such_value_is_refused(key: str, wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Holder.model_validate({key: wrong})
    with pytest.raises(ValidationError):
        Holder.model_validate_json(json.dumps({key: wrong}))


def test_permissions_are_a_string_on_the_wire_and_a_set_in_python() -> None:
    holder = Holder.model_validate({"permissions": "2147483656"})
    assert holder.permissions == Permissions.ADMINISTRATOR | Permissions.USE_APPLICATION_COMMANDS
    assert json.loads(holder.model_dump_json())["permissions"] == "2147483656"
    with pytest.raises(ValidationError):
        Holder.model_validate({"permissions": 2147483656})


def test_keys_of_objects_are_decimal_strings() -> None:
    assert issubclass(ApplicationIntegrationType, KeyEnum)
    holder = Holder.model_validate_json('{"keyed": {"0": 1, "77": 2}}')
    assert list(holder.keyed) == [ApplicationIntegrationType.GUILD_INSTALL, ApplicationIntegrationType(77)]
    assert holder.model_dump_json(include={"keyed"}) == '{"keyed":{"0":1,"77":2}}'

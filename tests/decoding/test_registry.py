"""From a dispatch to its event: which class, which variant, and what becomes of the unknown."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, ClassVar, get_args

import pytest
from pydantic import Field, PrivateAttr, model_validator

from gatewaysdk import events
from gatewaysdk.bases.event import Event, InvalidEvent, UnknownEvent
from gatewaysdk.codec import get_codec
from gatewaysdk.decoding import registry
from gatewaysdk.decoding.known import could_be
from gatewaysdk.decoding.registry import decode_event, event_class, register_event
from gatewaysdk.errors import DecodeError
from gatewaysdk.events import (
    GatewayEvent,
    GuildCreate,
    GuildCreateUnavailable,
    GuildDelete,
    MessageCreate,
    Ready,
    Resumed,
    ThreadDelete,
)
from gatewaysdk.frame import Frame
from gatewaysdk.simulator.payloads import EVENT_NAMES, sample
from gatewaysdk.snowflake import Snowflake
from gatewaysdk.tables.events import EVENT_CLASSES, VARIANTS


def decode(name: str | None, data: Any) -> Event:
    return decode_event(Frame(0, data, 1, name))


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_an_event_arrives_as_its_class_by_frame_and_by_json(name: str) -> None:
    data = sample(name, seed=3, full=True)
    event = decode(name, data)
    assert type(event) is event_class(name)
    assert event.event_name == name
    assert event.violations == ()
    frame = get_codec("json").peek(json.dumps({"op": 0, "s": 1, "t": name, "d": data}))
    assert decode_event(frame) == event


@pytest.mark.parametrize("data", [None, {"x": [1]}, [1, 2], "text", 5])
def test_an_unknown_event_keeps_its_name_and_data(data: Any) -> None:
    event = decode("GUILD_PARADE_START", data)
    assert isinstance(event, UnknownEvent)
    assert (event.name, event.data, event.violations) == ("GUILD_PARADE_START", data, ())
    assert repr(event) == "UnknownEvent(name='GUILD_PARADE_START')"


def test_a_dispatch_without_a_name_is_unknown() -> None:
    event = decode(None, {"x": 1})
    assert isinstance(event, UnknownEvent)
    assert event.name == ""


# Forms of one event


def test_an_outage_makes_guild_create_two_fields() -> None:
    event = decode("GUILD_CREATE", {"id": "41771983423143937", "unavailable": True})
    assert isinstance(event, GuildCreateUnavailable)
    assert not isinstance(event, GuildCreate)
    assert (event.id, event.unavailable, event.violations) == (41771983423143937, True, ())
    assert event.event_name == "GUILD_CREATE"


def test_a_whole_guild_may_say_that_it_is_unavailable() -> None:
    assert (
        type(decode("GUILD_CREATE", sample("GUILD_CREATE", seed=0, full=True) | {"unavailable": True})) is GuildCreate
    )


@pytest.mark.parametrize("data", [{"id": "1"}, {"id": "1", "unavailable": False}, {"id": "1", "unavailable": None}])
def test_a_guild_that_is_there_and_lacks_fields_is_still_a_guild(data: dict[str, Any]) -> None:
    event = decode("GUILD_CREATE", data)
    assert isinstance(event, GuildCreate)
    assert "name" in {violation.path[0] for violation in event.violations}


def test_a_broken_unavailable_guild_is_salvaged_as_one() -> None:
    event = decode("GUILD_CREATE", {"id": None, "unavailable": True})
    assert isinstance(event, GuildCreateUnavailable)
    assert [violation.path for violation in event.violations] == [("id",)]


def test_guild_delete_tells_removal_from_outage() -> None:
    removed, outage = decode("GUILD_DELETE", {"id": "1"}), decode("GUILD_DELETE", {"id": "1", "unavailable": True})
    assert isinstance(removed, GuildDelete)
    assert isinstance(outage, GuildDelete)
    assert (removed.unavailable, outage.unavailable) == (None, True)


def test_thread_delete_is_a_part_of_a_channel() -> None:
    event = decode("THREAD_DELETE", {"id": "1", "guild_id": "2", "parent_id": "3", "type": 11})
    assert isinstance(event, ThreadDelete)
    assert event.violations == ()


@pytest.mark.parametrize("d", ['{"_trace": ["gateway-prd-1"]}', "null", "{}", None])
def test_resumed_comes_with_any_data_or_none(d: str | None) -> None:
    text = '{"op": 0, "s": 1, "t": "RESUMED"' + ("}" if d is None else f', "d": {d}}}')
    for event in (decode_event(get_codec("json").peek(text)), decode("RESUMED", json.loads(d or "null"))):
        assert type(event) is Resumed
        assert event.violations == ()


@pytest.mark.parametrize("application", [{}, {"application": None}], ids=["without", "null"])
def test_a_third_partys_ready_without_an_application_comes_with_a_violation(application: dict[str, Any]) -> None:
    data = sample("READY", seed=1, full=True)
    del data["application"]
    event = decode("READY", {**data, **application})
    assert isinstance(event, Ready)
    assert event.session_id == data["session_id"]
    assert [violation.path for violation in event.violations] == [("application",)]


def test_null_is_no_data_for_any_other_event() -> None:
    assert isinstance(decode("MESSAGE_CREATE", None), InvalidEvent)


# Bytes


def test_broken_bytes_are_a_decode_error() -> None:
    with pytest.raises(DecodeError):
        decode_event(get_codec("json").peek(b'{"op":0,"s":1,"t":"MESSAGE_CREATE","d":{"id": tru}}'))


def test_ids_arrive_as_strings_or_integers() -> None:
    data = {"id": 175928847299117063, "channel_id": "2"}
    event = decode("MESSAGE_DELETE", data)
    assert event.violations == ()
    assert event.model_dump() == {"id": 175928847299117063, "channel_id": 2, "guild_id": None}
    assert isinstance(event.model_dump()["id"], Snowflake)


# Classes


def test_a_class_is_found_by_name() -> None:
    assert event_class("MESSAGE_CREATE") is MessageCreate
    assert event_class("NO_SUCH_EVENT") is None
    assert event_class("") is None


def test_the_union_of_all_events_has_every_class_that_can_come_and_no_other() -> None:
    known = {event_class(name) for name in EVENT_CLASSES}
    variants = {getattr(events, title) for rows in VARIANTS.values() for title, _, _ in rows}
    assert variants
    assert {*get_args(GatewayEvent)} == known | variants | {UnknownEvent, InvalidEvent}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True)),
        ("MESSAGE_CREATE", {}),
        ("MESSAGE_CREATE", []),
        ("GUILD_CREATE", {"id": "1", "unavailable": True}),
        ("RESUMED", None),
        ("NO_SUCH_EVENT", None),
        (None, {}),
    ],
    ids=lambda one: repr(one)[:30],
)
def test_whatever_is_decoded_is_in_the_union(name: str | None, data: Any) -> None:
    assert type(decode(name, data)) in get_args(GatewayEvent)


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (MessageCreate, "MESSAGE_CREATE", True),
        (MessageCreate, "MESSAGE_UPDATE", False),
        (GuildCreateUnavailable, "GUILD_CREATE", True),
        (Event, "MESSAGE_CREATE", True),
        (Event, "NO_SUCH_EVENT", True),
        (InvalidEvent, "MESSAGE_CREATE", True),
        (UnknownEvent, "NO_SUCH_EVENT", True),
        (UnknownEvent, "MESSAGE_CREATE", False),
    ],
)
def test_it_is_known_which_names_can_become_a_class(kind: type[Event], name: str, expected: bool) -> None:
    assert could_be(kind, name) is expected


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Event]]:
    found = registry._Classes()
    monkeypatch.setattr(registry, "_classes", found)
    return found


def test_an_event_of_one_s_own_is_registered(registered: dict[str, type[Event]]) -> None:
    @register_event
    class GuildParadeStart(Event):
        event_name: ClassVar[str] = "GUILD_PARADE_START"
        guild_id: Snowflake = Field(description="Where it takes place.")

    assert registered == {"GUILD_PARADE_START": GuildParadeStart}
    event = decode("GUILD_PARADE_START", {"guild_id": "5"})
    assert not isinstance(event, GatewayEvent)
    assert isinstance(event, GuildParadeStart)
    assert event.guild_id == 5
    broken = decode("GUILD_PARADE_START", {})
    assert isinstance(broken, GuildParadeStart)
    assert [violation.path for violation in broken.violations] == [("guild_id",)]
    assert not could_be(UnknownEvent, "GUILD_PARADE_START")


def test_a_subclass_takes_the_place_of_its_event(registered: dict[str, type[Event]]) -> None:
    @register_event
    class Shouted(MessageCreate):
        @property
        def shout(self) -> str:
            return self.content.upper()

    event = decode("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True) | {"content": "hi"})
    assert isinstance(event, GatewayEvent)
    assert isinstance(event, Shouted)
    assert event.shout == "HI"
    assert event_class("MESSAGE_CREATE") is Shouted


def test_a_class_with_private_attributes_has_no_violations_for_that(registered: dict[str, type[Event]]) -> None:
    @register_event
    class Noted(ThreadDelete):
        _notes: list[str] = PrivateAttr(default_factory=list)

    event = decode("THREAD_DELETE", sample("THREAD_DELETE", seed=0, full=True))
    assert isinstance(event, Noted)
    assert (event._notes, event.violations, event.violation_count) == ([], (), 0)
    broken = decode("THREAD_DELETE", {"id": "1"})
    assert broken.violation_count == len(broken.violations) > 0


def test_an_event_may_have_validators_of_its_own(registered: dict[str, type[Event]]) -> None:
    @register_event
    class GuildParadeStart(Event):
        event_name: ClassVar[str] = "GUILD_PARADE_START"
        routes: list[Snowflake]

        @model_validator(mode="before")
        @classmethod
        def rename(cls, data: Any) -> Any:
            return {"routes": data["streets"]} if "streets" in data else data

    event = decode("GUILD_PARADE_START", {"streets": ["5"]})
    assert isinstance(event, GuildParadeStart)
    assert event.routes == [5]


def test_an_event_without_a_name_cannot_be_registered(registered: dict[str, type[Event]]) -> None:
    class Nameless(Event):
        pass

    with pytest.raises(ValueError, match=r"^Nameless\.event_name is empty; set it"):
        register_event(Nameless)
    assert registered == {}


def test_a_program_imports_the_events_that_it_uses() -> None:
    script = """
import sys
import gatewaysdk.events
assert "gatewaysdk.events.message_delete" not in sys.modules
from gatewaysdk.frame import Frame
from gatewaysdk.decoding.registry import decode_event
decode_event(Frame(0, {"id": "1", "channel_id": "2"}, 1, "MESSAGE_DELETE"))
generated = {name for name in sys.modules if name.startswith(("gatewaysdk.events.", "gatewaysdk.models."))}
assert generated == {"gatewaysdk.events.message_delete"}, generated
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

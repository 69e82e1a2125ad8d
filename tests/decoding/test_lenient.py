"""One bad field never costs the event: exactly what is broken is absent, and listed."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import Violation
from gatewaysdk.bases.event import Event, InvalidEvent, UnknownEvent
from gatewaysdk.bases.unions import UnknownObject
from gatewaysdk.codec import get_codec
from gatewaysdk.decoding.lenient import salvage
from gatewaysdk.decoding.registry import decode_event, event_class
from gatewaysdk.errors import FieldAbsent
from gatewaysdk.events import GuildCreate, GuildMembersChunk, InteractionCreate, MessageCreate, MessageUpdate
from gatewaysdk.models import ActionRow, ApplicationCommandData, Button
from gatewaysdk.simulator.payloads import EVENT_NAMES, sample
from gatewaysdk.snowflake import Snowflake

from ..mutations import Path, broken_payloads, event_payloads, json_values, places, replaced, without
from .payloads import decode, listed, message, message_event

NAMES = st.sampled_from(EVENT_NAMES) | st.text(max_size=20)


# What one broken place costs


def test_a_sound_event_lists_nothing() -> None:
    assert message_event().violations == ()


def test_a_missing_field_is_absent_and_the_rest_is_there() -> None:
    event = decode("MESSAGE_CREATE", without(message(), ("content",)))
    assert isinstance(event, MessageCreate)
    assert listed(event) == [(("content",), "missing")]
    assert event.author.username == "nelly"
    with pytest.raises(FieldAbsent) as caught:
        event.content  # noqa: B018
    assert (caught.value.model, caught.value.field) == ("MessageCreate", "content")
    assert str(caught.value) == "MessageCreate.content is absent: Field required"


def test_an_absent_field_is_no_attribute() -> None:
    event = message_event(content=5)
    assert not hasattr(event, "content")
    assert getattr(event, "content", "none") == "none"
    assert "content" not in event.model_fields_set


def test_a_broken_field_says_what_was_expected() -> None:
    event = message_event(content=5)
    (violation,) = event.violations
    assert violation == Violation(("content",), "string_type", "Input should be a valid string", 5)
    assert str(violation) == "content: Input should be a valid string"
    with pytest.raises(FieldAbsent, match=r"^MessageCreate\.content is absent: Input should be a valid string$"):
        event.content  # noqa: B018


def test_a_broken_optional_field_is_absent_not_none() -> None:
    event = message_event(webhook_id={})
    assert [path for path, _ in listed(event)] == [("webhook_id",)]
    with pytest.raises(FieldAbsent):
        event.webhook_id  # noqa: B018


def test_a_violation_does_not_print_what_stood_there() -> None:
    event = decode("INTERACTION_CREATE", sample("INTERACTION_CREATE", seed=1, full=True) | {"token": ["secret"]})
    assert [one.value for one in event.violations] == [["secret"]]
    assert "secret" not in repr(event.violations) + str(event.violations[0]) + repr(event)


def test_several_broken_places_are_all_listed_in_the_order_of_the_fields() -> None:
    event = message_event(id="x", embeds=None, type="0", pinned=1)
    assert [path for path, _ in listed(event)] == [("id",), ("embeds",), ("pinned",), ("type",)]
    assert event.content == "hi"


def test_a_nested_object_lacks_just_its_broken_field() -> None:
    event = message_event(author={"id": "2", "username": "nelly", "discriminator": "0", "avatar": None})
    assert listed(event) == [(("author", "global_name"), "missing")]
    assert event.author.username == "nelly"
    with pytest.raises(FieldAbsent, match=r"^User\.global_name is absent"):
        event.author.global_name  # noqa: B018


def test_a_nested_object_lists_its_own_violations_from_itself() -> None:
    event = message_event(referenced_message=without(message(), ("author", "username")))
    reply = event.referenced_message
    assert reply is not None
    assert [one.path for one in event.violations] == [("referenced_message", "author", "username")]
    assert [one.path for one in reply.violations] == [("author", "username")]
    assert [one.path for one in reply.author.violations] == [("username",)]
    assert event.author.violations == ()


def test_what_is_no_object_where_one_belongs_is_absent_as_a_whole() -> None:
    event = message_event(author="nelly")
    assert [path for path, _ in listed(event)] == [("author",)]
    assert not hasattr(event, "author")


def test_a_list_lacks_just_its_broken_items() -> None:
    event = message_event(mention_roles=["1", None, "3", True])
    assert event.mention_roles == [1, 3]
    assert [path for path, _ in listed(event)] == [("mention_roles", 1), ("mention_roles", 3)]


def test_an_object_in_a_list_lacks_just_its_broken_field() -> None:
    event = message_event(embeds=[{"title": "a"}, {"title": 5, "url": "https://example.com"}])
    assert [embed.url for embed in event.embeds] == [None, "https://example.com"]
    assert event.embeds[0].violations == ()
    assert listed(event) == [(("embeds", 1, "title"), "string_type")]


def test_a_map_lacks_just_its_broken_entries() -> None:
    users = {"2": message()["author"], "x": message()["author"], "4": {"id": "4"}, "5": None}
    data = sample("INTERACTION_CREATE", seed=0, full=True) | {"type": 2}
    data["data"] = {"id": "1", "name": "poke", "type": 2, "resolved": {"users": users}}
    event = decode("INTERACTION_CREATE", data)
    assert isinstance(event, InteractionCreate)
    at_users = ("data", "resolved", "users")
    missing = [(*at_users, "4", name) for name in ("username", "discriminator", "global_name", "avatar")]
    assert [path for path, _ in listed(event)] == [(*at_users, "x"), *missing, (*at_users, "5")]
    assert isinstance(event.data, ApplicationCommandData)
    assert event.data.resolved is not None
    found = event.data.resolved.users
    assert found is not None
    assert list(found) == [2, 4]
    assert found[Snowflake(4)].id == 4


def test_a_union_is_salvaged_as_the_kind_that_it_says() -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": 7, "custom_id": "b"}, {"type": 99, "x": 1}]}
    event = message_event(components=[row])
    assert listed(event) == [(("components", 0, "components", 0, "label"), "string_type")]
    assert event.components is not None
    (found,) = event.components
    assert isinstance(found, ActionRow)
    button, unknown = found.components
    assert isinstance(button, Button)
    assert button.custom_id == "b"
    assert unknown == UnknownObject({"type": 99, "x": 1})


@pytest.mark.parametrize("kind", [None, "2", True, 2.0, [], {}])
def test_a_component_without_a_usable_type_is_left_out(kind: Any) -> None:
    event = message_event(components=[{"type": kind, "style": 1}, {"type": 10, "content": "text"}])
    assert listed(event) == [(("components", 0), "union_tag_not_found")]
    assert event.components is not None
    assert len(event.components) == 1


def test_data_without_the_type_beside_it_is_left_out_with_it() -> None:
    event = decode("INTERACTION_CREATE", without(sample("INTERACTION_CREATE", seed=0, full=True), ("type",)))
    assert listed(event)[:2] == [(("type",), "missing"), (("data",), "union_tag_not_found")]


def test_a_webhook_is_an_author_with_less() -> None:
    event = message_event(webhook_id="5", author={"id": "5", "username": "Hook", "avatar": None})
    assert event.violations == ()
    assert event.author.global_name is None
    assert not hasattr(event.author, "discriminator")


def test_a_webhook_s_author_still_has_an_id() -> None:
    event = message_event(webhook_id="5", author={"username": "Hook", "avatar": None})
    assert listed(event) == [(("author", "id"), "missing")]


def test_a_reply_to_a_webhook_is_judged_by_its_own_webhook_id() -> None:
    hook = {"id": "5", "username": "Hook", "avatar": None}
    event = message_event(author=hook, referenced_message=message(author=hook, webhook_id="5"))
    assert [path for path, _ in listed(event)] == [("author", "discriminator"), ("author", "global_name")]


# What is no such event at all


@pytest.mark.parametrize("data", [None, True, 5, 1.5, "text", [], [{"id": "1"}]])
def test_data_that_is_no_object_makes_an_invalid_event(data: Any) -> None:
    event = decode("MESSAGE_CREATE", data)
    assert isinstance(event, InvalidEvent)
    assert (event.name, event.data) == ("MESSAGE_CREATE", data)
    assert event.reason == f"its data is {type(data).__name__}, not an object"
    assert [(one.path, one.kind, one.message) for one in event.violations] == [((), "dict_type", event.reason)]


def test_an_empty_object_lacks_every_required_field() -> None:
    event = decode("MESSAGE_DELETE", {})
    assert listed(event) == [(("id",), "missing"), (("channel_id",), "missing")]


# Properties


def equal_but_for(event: Event, sound: Event, lost: Path) -> bool:
    """Whether ``event`` says what ``sound`` does, but for what stands at ``lost``."""
    expected: dict[str, Any] = without(sound.model_dump(mode="json"), lost)
    return event.model_dump(mode="json") == expected


@pytest.mark.fuzz
@given(broken_payloads())
def test_one_broken_place_costs_that_place_alone(case: tuple[str, dict[str, Any], dict[str, Any], Path]) -> None:
    """Of an event with one place deleted or replaced, only that place is lost, or the object that cannot do without.

    An object in a list of several kinds cannot do without its kind, nor can data without the kind that stands beside
    it; a place filled with an object of another form may lose several places within.
    """
    name, sound, data, path = case
    event = decode(name, data)
    strict = decode(name, sound)
    assert strict.violations == ()
    assert type(event) is type(strict) or path == ("name",)
    paths = [one.path for one in event.violations]
    for one in paths:
        related = one[: len(path)] == path[: len(one)]
        assert related or one[:-1] == path[:-1] or path[-1] in ("type", "component_type", "opcode")
    if paths == [path]:
        assert equal_but_for(event, strict, path)


def required_places(name: str, data: dict[str, Any]) -> list[Path]:
    """Return the places whose loss strict validation notices at exactly that place."""
    model = event_class(name)
    assert model is not None
    found = []
    for path in places(data):
        if isinstance(path[-1], str) and path[-1] not in ("type", "component_type", "opcode"):
            errors = json_errors(model, without(data, path))
            if errors == {path[-1]}:
                found.append(path)
    return found


def json_errors(model: type[Event], data: Any) -> set[str | int]:
    try:
        model.model_validate(data)
    except ValueError as error:
        return {one["loc"][-1] for one in error.errors() if one["type"] == "missing"}  # type: ignore[attr-defined]
    return set()


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_each_required_field_that_goes_missing_is_the_one_listed(name: str) -> None:
    sound = sample(name, seed=2, full=False)
    strict = decode(name, sound)
    for path in required_places(name, sound):
        event = decode(name, without(sound, path))
        assert listed(event) == [(path, "missing")]
        assert equal_but_for(event, strict, path)


@pytest.mark.fuzz
@given(NAMES, json_values)
def test_no_data_makes_decoding_raise(name: str, data: Any) -> None:
    event = decode(name, data)
    known = event_class(name)
    assert isinstance(event, (known or UnknownEvent, InvalidEvent))


@pytest.mark.fuzz
@given(st.sampled_from(EVENT_NAMES), st.data())
def test_no_value_of_a_known_key_makes_decoding_raise(name: str, drawn: st.DataObject) -> None:
    model = event_class(name)
    assert model is not None
    data = drawn.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(model.model_fields, json_values)))
    event = decode(name, data)
    assert isinstance(event, Event)
    repr(event)
    event.model_dump_json()


@pytest.mark.fuzz
@given(broken_payloads())
def test_json_text_and_decoded_values_are_salvaged_alike(
    case: tuple[str, dict[str, Any], dict[str, Any], Path],
) -> None:
    name, _, data, _ = case
    text = json.dumps({"op": 0, "s": 1, "t": name, "d": data})
    from_json = decode_event(get_codec("json").peek(text))
    from_python = decode(name, data)
    assert listed(from_json) == listed(from_python)
    # The values that were refused may differ: JSON decoders turn integers beyond 64 bits into floats.
    assert from_json.model_dump() == from_python.model_dump()


# Depth and size


def test_replies_to_replies_may_go_as_deep_as_anyone_likes() -> None:
    data = message()
    for _ in range(5000):
        data = message(referenced_message=data)
    event = decode("MESSAGE_CREATE", data)
    assert isinstance(event, MessageCreate)
    (violation,) = event.violations
    assert violation.kind == "recursion_loop"
    assert set(violation.path) == {"referenced_message"}
    assert event.referenced_message is not None
    assert event.referenced_message.content == "hi"


@pytest.mark.parametrize("kind", [1, 9, 17, 18, 99])
def test_components_in_components_may_go_as_deep_as_anyone_likes(kind: int) -> None:
    data: dict[str, Any] = {"type": 10, "content": "deep"}
    for _ in range(5000):
        data = {"type": kind, "components": [data], "component": data, "accessory": data}
    event = message_event(components=[data], content=None)
    assert listed(event)[0] == (("content",), "string_type")


def test_a_broken_place_deep_down_is_found() -> None:
    data = message(content=5)
    for _ in range(20):
        data = message(referenced_message=data)
    event = decode("MESSAGE_CREATE", data)
    assert listed(event) == [(("referenced_message",) * 20 + ("content",), "string_type")]


def test_a_sound_subtree_is_kept_however_deep() -> None:
    """Only what is broken is looked through piece by piece."""
    data = message()
    for _ in range(90):
        data = message(referenced_message=data)
    event = decode("MESSAGE_CREATE", data | {"content": 5})
    assert listed(event) == [(("content",), "string_type")]


def test_a_long_list_is_no_trouble() -> None:
    data = sample("GUILD_MEMBERS_CHUNK", seed=0, full=False)
    member: dict[str, Any] = {"roles": [], "joined_at": None, "deaf": False, "mute": False, "flags": 0}
    event = decode("GUILD_MEMBERS_CHUNK", data | {"members": [member] * 10_000 + [{}]})
    assert isinstance(event, GuildMembersChunk)
    assert len(event.members) == 10_001
    assert {one.path[:2] for one in event.violations} == {("members", 10_000)}


# What can be done with an event that lacks something


@pytest.fixture
def partial() -> MessageUpdate:
    event = decode("MESSAGE_UPDATE", without(message(author={"id": "2", "username": 5}, embeds=[5]), ("content",)))
    assert isinstance(event, MessageUpdate)
    assert len(event.violations) == 6
    return event


def test_it_is_dumped_without_the_absent_fields(partial: MessageUpdate) -> None:
    dumped = partial.model_dump()
    assert "content" not in dumped
    assert dumped["author"] == {"id": 2} | {key: None for key in dumped["author"] if key != "id"}
    assert json.loads(partial.model_dump_json())["embeds"] == []


def test_its_json_is_read_again_with_the_same_result(partial: MessageUpdate) -> None:
    again = decode("MESSAGE_UPDATE", json.loads(partial.model_dump_json(exclude_unset=True)))
    assert {one.path for one in again.violations} == {one.path for one in partial.violations} - {("embeds", 0)}
    assert again.model_dump() == partial.model_dump()


def test_it_is_shown_without_the_absent_fields(partial: MessageUpdate) -> None:
    assert "content=" not in repr(partial)
    assert "content=" not in str(partial)
    assert "author=User(id=Snowflake(2)" in repr(partial)


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        lambda event: event.model_copy(),
        lambda event: event.model_copy(deep=True),
        lambda event: pickle.loads(pickle.dumps(event)),
    ],
    ids=["copy", "deepcopy", "model_copy", "deep model_copy", "pickle"],
)
def test_its_copies_equal_it(partial: MessageUpdate, copied: Any) -> None:
    other = copied(partial)
    assert other == partial
    assert other.violations == partial.violations
    assert other.author.violations == partial.author.violations
    with pytest.raises(FieldAbsent):
        other.content  # noqa: B018


def test_it_differs_from_one_that_is_whole(partial: MessageUpdate) -> None:
    assert partial != decode("MESSAGE_UPDATE", message())


@pytest.mark.fuzz
@given(event_payloads)
def test_the_lenient_pass_agrees_with_the_strict_one(case: tuple[str, dict[str, Any]]) -> None:
    name, data = case
    model = event_class(name)
    assert model is not None
    assert salvage(model, data) == model.model_validate(data)


def test_a_guild_keeps_what_it_can() -> None:
    data = sample("GUILD_CREATE", seed=0, full=True)
    data = replaced(data, ("channels", 0, "type"), "text")
    data = replaced(data, ("members", 0, "user", "username"), None)
    del data["soundboard_sounds"]
    event = decode("GUILD_CREATE", data)
    assert isinstance(event, GuildCreate)
    assert [path for path, _ in listed(event)] == [
        ("members", 0, "user", "username"), ("channels", 0, "type"), ("soundboard_sounds",),
    ]  # fmt: skip
    assert event.channels[0].id == int(data["channels"][0]["id"])
    assert event.name == data["name"]

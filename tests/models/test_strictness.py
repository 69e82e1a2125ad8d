"""What is valid: the same from JSON text and from decoded values, and nothing that only looks alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from gatewaysdk.bases.event import Event
from gatewaysdk.decoding.registry import event_class
from gatewaysdk.events import Ready, TypingStart, UserUpdate
from gatewaysdk.simulator.payloads import EVENT_NAMES, sample

from ..mutations import SEEDS, Path, broken_payloads, replaced

USER: dict[str, Any] = {
    "id": "80351110224678912", "username": "nelly", "discriminator": "0", "global_name": "Nelly", "avatar": None,
}  # fmt: skip


def model_of(name: str) -> type[Event]:
    found = event_class(name)
    assert found is not None
    return found


def outcome(validate: Any, data: Any) -> Event | set[tuple[Path, str]]:
    """Return the event, or where and how validation failed."""
    try:
        event: Event = validate(data)
    except ValidationError as error:
        return {(one["loc"], one["type"]) for one in error.errors(include_url=False, include_input=False)}
    return event


@pytest.mark.fuzz
@given(broken_payloads())
def test_json_text_and_decoded_values_are_judged_alike(case: tuple[str, dict[str, Any], dict[str, Any], Path]) -> None:
    name, _, data, _ = case
    model = model_of(name)
    from_json = outcome(model.model_validate_json, json.dumps(data))
    from_python = outcome(model.model_validate, data)
    if isinstance(from_json, Event):
        assert from_python == from_json
    else:
        assert isinstance(from_python, set)
        # The steps of a union are named differently; the places are the same.
        assert {path[0] for path, _ in from_python} == {path[0] for path, _ in from_json}


@pytest.mark.parametrize("full", [True, False], ids=["all keys", "required keys"])
@pytest.mark.parametrize("name", EVENT_NAMES)
def test_an_event_comes_back_from_its_own_json(name: str, full: bool) -> None:
    for seed in range(SEEDS):
        event = model_of(name).model_validate(sample(name, seed=seed, full=full))
        assert type(event).model_validate_json(event.model_dump_json()) == event
        assert type(event).model_validate_json(event.model_dump_json(exclude_unset=True)) == event
        assert type(event).model_validate(event.model_dump()) == event
        assert type(event).model_validate(event.model_dump(mode="json")) == event


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("id", True), ("id", 1.0), ("id", "x"), ("id", None), ("id", ["1"]),
        ("username", 5), ("username", None), ("username", b"nelly"),
        ("bot", 1), ("bot", "true"), ("bot", 0.0),
        ("accent_color", "5"), ("accent_color", 5.0), ("accent_color", True),
        ("premium_type", "1"), ("premium_type", True), ("premium_type", 1.0),
        ("flags", "64"), ("flags", True), ("flags", 64.0),
        ("locale", 5), ("locale", True),
        ("avatar_decoration_data", []), ("avatar_decoration_data", "x"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(key: str, wrong: Any) -> None:
    data = USER | {key: wrong}
    text = json.dumps(data, default=list)
    for found in (outcome(UserUpdate.model_validate, data), outcome(UserUpdate.model_validate_json, text)):
        assert isinstance(found, set)
        assert {path[0] for path, _ in found} == {key}


def test_a_list_is_no_tuple_and_no_text() -> None:
    data = sample("READY", seed=1, full=True)
    wrong: Any
    for wrong in ((), "[]", {}, None):
        with pytest.raises(ValidationError):
            Ready.model_validate(replaced(data, ("guilds",), wrong))


def test_bounds_are_for_what_bots_send() -> None:
    """Discord keeps to its own limits, or changes them: nothing received is refused for its size."""
    message = sample("MESSAGE_CREATE", seed=0, full=True)
    data = replaced(message, ("content",), "x" * 100_000) | {"embeds": [{"title": "t" * 1000, "fields": []}] * 50}
    model = model_of("MESSAGE_CREATE").model_validate(data)
    assert len(model.model_dump()["embeds"]) == 50


def test_unknown_keys_are_ignored() -> None:
    event = UserUpdate.model_validate(USER | {"new_key": {"of": "tomorrow"}, "another": None})
    assert event == UserUpdate.model_validate(USER)
    assert not hasattr(event, "new_key")


def test_missing_and_null_are_told_apart_by_the_fields_that_were_set() -> None:
    missing = UserUpdate.model_validate(USER)
    null = UserUpdate.model_validate(USER | {"banner": None})
    assert missing.banner is None
    assert null.banner is None
    assert "banner" not in missing.model_fields_set
    assert "banner" in null.model_fields_set


def test_an_optional_field_takes_null() -> None:
    data = {"channel_id": "1", "user_id": "2", "timestamp": 3, "guild_id": None, "member": None}
    event = TypingStart.model_validate(data)
    assert (event.guild_id, event.member) == (None, None)


def test_a_required_field_that_is_not_nullable_takes_no_null() -> None:
    with pytest.raises(ValidationError) as caught:
        TypingStart.model_validate({"channel_id": "1", "user_id": None, "timestamp": 3})
    assert [(error["loc"], error["type"]) for error in caught.value.errors()] == [(("user_id",), "snowflake")]


def test_a_required_nullable_field_may_be_null_and_not_missing() -> None:
    assert UserUpdate.model_validate(USER).avatar is None
    with pytest.raises(ValidationError):
        UserUpdate.model_validate({key: value for key, value in USER.items() if key != "avatar"})


def test_events_cannot_be_changed() -> None:
    event = UserUpdate.model_validate(USER)
    with pytest.raises(ValidationError, match="frozen"):
        event.username = "other"
    with pytest.raises(ValidationError, match="frozen"):
        del event.username


def test_a_misspelt_attribute_is_an_attribute_error() -> None:
    event = UserUpdate.model_validate(USER)
    with pytest.raises(AttributeError, match="'UserUpdate' object has no attribute 'user_name'"):
        event.user_name  # type: ignore[attr-defined]  # noqa: B018  # that is the point

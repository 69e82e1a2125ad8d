"""Structs say what models say: the same names, the same fields, and for the same bytes the same values."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import msgspec
import pytest

from gatewaysdk import decode_event, events, models, structs
from gatewaysdk.bases.event import Event as ModelEvent
from gatewaysdk.bases.model import Model
from gatewaysdk.bases.struct import Struct
from gatewaysdk.codec.etf import EtfCodec
from gatewaysdk.enums import MessageFlags, Permissions
from gatewaysdk.errors import FieldAbsent
from gatewaysdk.frame import Frame
from gatewaysdk.simulator.payloads import EVENT_NAMES, sample
from gatewaysdk.tables.events import EVENT_CLASSES

PAIRS: list[tuple[type[Model], type[Struct]]] = [
    (found, getattr(structs, name))
    for package in (models, events)
    for name in package.__all__
    if isinstance(found := getattr(package, name), type)
]
SEEDS = 6


def tag_of(kind: type[Struct]) -> set[str]:
    """Return the field that a struct has as its tag, by which unions tell it apart."""
    key = kind.__struct_config__.tag_field
    return set() if key is None else {key}


def assert_alike(struct: Any, model: Any, path: str) -> None:
    """Fail unless a struct's fields read like the model's."""
    if isinstance(struct, Struct):
        assert type(struct).__name__ == type(model).__name__, path
        for name in type(model).model_fields:
            value = getattr(struct, name)
            if value is structs.UNSET:
                assert name not in model.model_fields_set, f"{path}.{name}"
            else:
                assert_alike(value, getattr(model, name), f"{path}.{name}")
    elif isinstance(struct, list):
        for index, (one, other) in enumerate(zip(struct, model, strict=True)):
            assert_alike(one, other, f"{path}[{index}]")
    elif isinstance(struct, dict):
        assert list(struct) == list(model), path
        for key in struct:
            assert_alike(struct[key], model[key], f"{path}[{key!r}]")
    else:
        assert struct == model, path
        # Ids are plain numbers, and all else is of the same class.
        assert type(struct) is type(model) or (type(struct) is int and isinstance(model, int)), path


@pytest.mark.parametrize(("model", "struct"), PAIRS, ids=lambda kind: kind.__name__)
def test_a_struct_has_the_fields_of_its_model(model: type[Model], struct: type[Struct]) -> None:
    assert struct.__name__ == model.__name__
    assert {*struct.__struct_fields__} - {"_findings"} | tag_of(struct) == {*model.model_fields}
    required = {name for name, info in model.model_fields.items() if info.is_required()} - tag_of(struct)
    fields = dict(zip(reversed(struct.__struct_fields__), reversed(struct.__struct_defaults__), strict=False))
    assert {name for name in struct.__struct_fields__ if fields.get(name, msgspec.NODEFAULT) is msgspec.NODEFAULT} == (
        required
    )
    assert struct.__doc__ == model.__doc__
    assert struct.__struct_config__.frozen


def test_every_name_of_the_package_is_there() -> None:
    assert {*models.__all__, *events.__all__} <= {*structs.__all__}
    assert all(getattr(structs, name) is not None for name in structs.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Massage'"):
        structs.Massage  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("name", EVENT_NAMES)
def test_the_same_bytes_give_the_same_values(name: str, full: bool) -> None:
    kind = getattr(structs, EVENT_CLASSES[name])
    for seed in range(SEEDS):
        data = sample(name, seed=seed, full=full)
        text = json.dumps(data)
        model = getattr(events, EVENT_CLASSES[name]).model_validate_json(text)
        for struct in (kind.from_json(text), kind.from_dict(data)):
            assert struct.violations == ()
            assert_alike(struct, model, name)


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_a_struct_comes_back_as_it_was(name: str) -> None:
    kind = getattr(structs, EVENT_CLASSES[name])
    for seed in range(SEEDS):
        event = kind.from_dict(sample(name, seed=seed, full=True))
        again = [kind.from_dict(event.to_dict()), kind.from_json(event.to_json())]
        again += [pickle.loads(pickle.dumps(event)), copy.copy(event), copy.deepcopy(event)]
        for one in again:
            assert one == event
            assert repr(one) == repr(event)


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_native_etf_gives_what_json_gives(name: str) -> None:
    codec = EtfCodec()
    for seed in range(SEEDS):
        data = sample(name, seed=seed, full=True)
        frame = codec.peek(codec.encode_frame(Frame(0, data, 1, name)))
        event = decode_event(frame, structs.Event)
        assert event.violations == ()
        assert event == decode_event(Frame(0, data, 1, name), structs.Event)


def test_plain_values_are_those_of_the_wire() -> None:
    data = {
        "id": "1", "name": "a", "color": 0, "colors": {"primary_color": 0}, "hoist": False, "position": 1,
        "permissions": "8", "managed": False, "mentionable": False, "flags": 1, "tags": {"premium_subscriber": None},
    }  # fmt: skip
    data["colors"] |= {"secondary_color": None, "tertiary_color": None}  # type: ignore[operator]
    role = structs.Role.from_dict(data)
    assert role.permissions is Permissions.ADMINISTRATOR
    assert role.tags is not None
    assert role.tags.premium_subscriber is True
    assert role.to_dict() == data | {"tags": {"premium_subscriber": True}}


def test_flags_are_kept_as_numbers_and_read_as_flags() -> None:
    event = structs.MessageCreate.from_dict(sample("MESSAGE_CREATE", seed=0, full=True) | {"flags": 2**40 + 4})
    assert event.flags == MessageFlags(2**40 + 4)
    assert event.flags is not None
    assert MessageFlags.SUPPRESS_EMBEDS in event.flags
    assert f"flags={event.flags!r}" in repr(event)
    assert event.to_dict()["flags"] == 2**40 + 4


def test_missing_and_null_differ_where_discord_sends_null() -> None:
    data = sample("MESSAGE_CREATE", seed=0, full=True)
    data.pop("referenced_message", None)
    missing = structs.MessageCreate.from_dict(data)
    null = structs.MessageCreate.from_dict(data | {"referenced_message": None})
    assert missing.referenced_message is structs.UNSET
    assert null.referenced_message is None
    assert "referenced_message" not in missing.to_dict()
    assert null.to_dict()["referenced_message"] is None
    # Null is not documented here, and reads like a missing key, as in models.
    assert structs.MessageCreate.from_dict(data | {"webhook_id": None}).webhook_id is None


def test_secrets_stay_out_of_reprs() -> None:
    for name in ("INTERACTION_CREATE", "VOICE_SERVER_UPDATE"):
        data = sample(name, seed=0, full=True) | {"token": "very secret"}
        event = getattr(structs, EVENT_CLASSES[name]).from_dict(data)
        assert event.token == "very secret"
        assert "very secret" not in repr(event)


def test_a_struct_cannot_be_changed() -> None:
    event = structs.MessageDelete(id=1, channel_id=2)
    with pytest.raises(AttributeError):
        event.id = 3  # type: ignore[misc]
    assert event == structs.MessageDelete(id=1, channel_id=2)
    assert hash(event) == hash(structs.MessageDelete(id=1, channel_id=2))
    assert event != structs.MessageDelete(id=1, channel_id=3)
    assert event != 1


def test_a_misspelt_field_is_no_field() -> None:
    with pytest.raises(AttributeError, match="no attribute 'contents'") as caught:
        structs.MessageDelete(id=1, channel_id=2).contents  # type: ignore[attr-defined]  # noqa: B018
    assert not isinstance(caught.value, FieldAbsent)


def test_the_families_are_apart() -> None:
    assert not issubclass(structs.Event, ModelEvent)
    assert issubclass(structs.MessageCreate, structs.Message)
    assert issubclass(structs.MessageCreate, structs.Event)


@pytest.mark.parametrize("kind", [1, 99])
def test_an_unknown_kind_of_component_is_kept(kind: int) -> None:
    row = {"type": kind, "components": [{"type": 98, "x": 1}]}
    event = decode_event(
        Frame(0, sample("MESSAGE_CREATE", seed=0, full=True) | {"components": [row]}, 1, "MESSAGE_CREATE"),
        structs.Event,
    )
    assert isinstance(event, structs.MessageCreate)
    assert event.violations == ()
    assert event.components is not None
    (found,) = event.components
    if isinstance(found, structs.ActionRow):
        assert found.components == [structs.UnknownObject({"type": 98, "x": 1})]
        assert found.type == 1
    else:
        assert found == structs.UnknownObject(row)
    assert event.to_dict()["components"] == [row]


@pytest.mark.parametrize(("kind", "member"), [(2, "ApplicationCommandData"), (3, "MessageComponentData")])
def test_the_data_of_an_interaction_is_of_the_kind_beside_it(kind: int, member: str) -> None:
    data = {"id": "1", "name": "poke", "type": 1, "custom_id": "a", "component_type": 2}
    event = structs.InteractionCreate.from_dict(
        sample("INTERACTION_CREATE", seed=0, full=True) | {"type": kind, "data": data}
    )
    assert type(event.data).__name__ == member
    unknown = structs.InteractionCreate.from_dict(
        sample("INTERACTION_CREATE", seed=0, full=True) | {"type": 77, "data": data}
    )
    assert unknown.data == structs.UnknownObject(data)
    assert not unknown.type.is_known

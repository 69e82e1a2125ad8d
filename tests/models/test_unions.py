"""Unions that a value tells apart: the right class, or the raw data of a kind that this release does not know."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from gatewaysdk import models
from gatewaysdk.bases.unions import OpenUnion, UnknownObject
from gatewaysdk.events import InteractionCreate, MessageCreate, RateLimited
from gatewaysdk.models import (
    ActionRow,
    ApplicationCommandData,
    Button,
    Container,
    MessageComponentData,
    ModalSubmitData,
    RequestGuildMemberRateLimitMetadata,
    Section,
    TextDisplay,
    Thumbnail,
)
from gatewaysdk.simulator.payloads import sample, sample_model

COMPONENTS: TypeAdapter[Any] = TypeAdapter(list[models.Component])

UNIONS = {name: getattr(models, name) for name in models.__all__ if not isinstance(getattr(models, name), type)}
OPEN = {name: union for name, union in UNIONS.items() if isinstance(union.__metadata__[0], OpenUnion)}


def read(component: dict[str, Any]) -> Any:
    """Return the object that one component becomes, the same from decoded data and from JSON text."""
    (found,) = COMPONENTS.validate_python([component])
    assert COMPONENTS.validate_json(json.dumps([component])) == [found]
    return found


def test_there_are_11_unions_and_each_ends_in_the_unknown() -> None:
    assert len(UNIONS) == 11
    for union in UNIONS.values():
        assert get_args(union.__origin__)[-1] is UnknownObject


@pytest.mark.parametrize("name", OPEN)
def test_each_kind_becomes_its_class(name: str) -> None:
    mark = OPEN[name].__metadata__[0]
    adapter: TypeAdapter[Any] = TypeAdapter(OPEN[name])
    for kind, member in mark.members.items():
        data = sample_model(member, seed=1, full=True) | {mark.key: kind}
        found = adapter.validate_python(data)
        assert type(found) is member
        assert adapter.validate_json(json.dumps(data)) == found
        assert adapter.validate_json(adapter.dump_json(found)) == found


@pytest.mark.parametrize("name", OPEN)
def test_an_unknown_kind_keeps_its_raw_data(name: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(OPEN[name])
    data = {OPEN[name].__metadata__[0].key: 250, "of": {"tomorrow": [1, None, "x"]}}
    found = adapter.validate_json(json.dumps(data))
    assert found == adapter.validate_python(data) == UnknownObject(data)
    assert found.raw == data
    assert json.loads(adapter.dump_json(found)) == data
    assert adapter.validate_python(found) is found


def test_components_hold_components() -> None:
    found = read({
        "type": 17, "components": [
            {"type": 9, "components": [{"type": 10, "content": "a"}], "accessory": {"type": 11, "media": {"url": "u"}}},
            {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "c"}, {"type": 77, "new": True}]},
            {"type": 78},
        ],
    })  # fmt: skip
    assert isinstance(found, Container)
    section, row, unknown = found.components
    assert isinstance(section, Section)
    assert isinstance(section.components[0], TextDisplay)
    assert isinstance(section.accessory, Thumbnail)
    assert isinstance(row, ActionRow)
    assert isinstance(row.components[0], Button)
    assert row.components[1] == UnknownObject({"type": 77, "new": True})
    assert unknown == UnknownObject({"type": 78})


@pytest.mark.parametrize("data", [{}, {"type": None}, {"type": "10"}, {"type": True}, {"type": 10.0}, [], 5, "x", None])
def test_what_tells_no_kind_is_refused(data: Any) -> None:
    for found in (data, {"type": 1, "components": [data]}):
        with pytest.raises(ValidationError):
            COMPONENTS.validate_python([found])
        with pytest.raises(ValidationError):
            COMPONENTS.validate_json(json.dumps([found]))


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (2, {"id": "1", "name": "ping", "type": 1}, ApplicationCommandData),
        (3, {"custom_id": "c", "component_type": 2}, MessageComponentData),
        (4, {"id": "1", "name": "ping", "type": 1, "options": []}, ApplicationCommandData),
        (5, {"custom_id": "c", "components": []}, ModalSubmitData),
        (9, {"anything": "goes"}, UnknownObject),
    ],
)
def test_data_of_an_interaction_follows_its_type(kind: int, data: dict[str, Any], expected: type) -> None:
    payload = sample("INTERACTION_CREATE", seed=0, full=False) | {"type": kind, "data": data}
    event = InteractionCreate.model_validate(payload)
    assert type(event.data) is expected
    assert InteractionCreate.model_validate_json(json.dumps(payload)) == event
    assert InteractionCreate.model_validate_json(event.model_dump_json()) == event


def test_a_ping_has_no_data() -> None:
    payload = sample("INTERACTION_CREATE", seed=0, full=False) | {"type": 1}
    payload.pop("data", None)
    assert InteractionCreate.model_validate(payload).data is None


def test_data_of_another_kind_than_its_type_says_is_refused() -> None:
    data = {"id": "1", "name": "n", "type": 1}
    payload = sample("INTERACTION_CREATE", seed=0, full=False) | {"type": 5, "data": data}
    with pytest.raises(ValidationError) as caught:
        InteractionCreate.model_validate(payload)
    assert {error["loc"][:2] for error in caught.value.errors()} == {("data", "custom_id"), ("data", "components")}


@pytest.mark.parametrize(("opcode", "expected"), [(8, RequestGuildMemberRateLimitMetadata), (31, UnknownObject)])
def test_a_rate_limit_s_meta_follows_its_opcode(opcode: int, expected: type) -> None:
    payload = {"opcode": opcode, "retry_after": 2.5, "meta": {"guild_id": "1", "nonce": "n"}}
    event = RateLimited.model_validate(payload)
    assert type(event.meta) is expected
    assert RateLimited.model_validate_json(json.dumps(payload)) == event
    assert RateLimited.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("data", [[], 5, "x", True])
def test_meta_of_an_unknown_request_is_still_an_object(data: Any) -> None:
    with pytest.raises(ValidationError):
        RateLimited.model_validate({"opcode": 31, "retry_after": 2.5, "meta": data})


def test_an_unknown_object_is_a_value() -> None:
    found = UnknownObject({"type": 99, "x": [1]})
    assert repr(found) == "UnknownObject({'type': 99, 'x': [1]})"
    for made in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert made == found
    assert found != UnknownObject({"type": 98})
    assert found != {"type": 99, "x": [1]}
    with pytest.raises(TypeError, match="unhashable"):
        hash(found)


def test_a_message_with_unknown_components_is_copied_and_dumped() -> None:
    payload = sample("MESSAGE_CREATE", seed=1, full=False) | {"components": [{"type": 99, "x": 1}]}
    event = MessageCreate.model_validate(payload)
    assert copy.deepcopy(event) == pickle.loads(pickle.dumps(event)) == event
    assert event.model_dump()["components"] == [{"type": 99, "x": 1}]


def test_a_union_stands_in_a_model_of_one_s_own() -> None:
    class Mine(BaseModel):
        part: models.Component

    assert Mine.model_validate({"part": {"type": 99}}).part == UnknownObject({"type": 99})

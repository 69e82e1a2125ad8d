"""What every generated class has: a docstring, no secret in its repr, nothing that costs time."""

from __future__ import annotations

import typing
from typing import Any

import pytest

from gatewaysdk import events, models
from gatewaysdk.bases.event import Event
from gatewaysdk.bases.model import Model
from gatewaysdk.events import InteractionCreate, VoiceServerUpdate
from gatewaysdk.models import Webhook
from gatewaysdk.simulator.payloads import EVENT_NAMES, sample, sample_model
from gatewaysdk.tables.events import EVENT_CLASSES

CLASSES: list[type[Model]] = [
    found
    for package in (models, events)
    for name in package.__all__
    if isinstance(found := getattr(package, name), type)
]

SECRETS = [
    (InteractionCreate, ["token"]),
    (VoiceServerUpdate, ["token"]),
    (Webhook, ["token", "url"]),
]


def test_there_is_a_class_for_each_structure_and_event() -> None:
    assert len(EVENT_CLASSES) == 79
    assert len([one for one in CLASSES if issubclass(one, Event)]) == 79 + 1  # and GuildCreateUnavailable
    assert len([one for one in CLASSES if not issubclass(one, Event)]) == 155


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_class_is_documented_and_plain(kind: type[Model]) -> None:
    kind.model_rebuild()
    assert kind.__doc__
    assert kind.__doc__.strip().endswith(".")
    # Each of these would cost more time than all of validation.
    assert kind.__private_attributes__ == {}
    assert not any(getattr(kind.__pydantic_decorators__, slot) for slot in kind.__pydantic_decorators__.__slots__)
    assert kind.model_config["strict"]
    assert kind.model_config["frozen"]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_class_can_be_built_and_describes_itself(kind: type[Model]) -> None:
    """Every name in its annotations leads to a class, also for tools that ask with ``get_type_hints``."""
    kind.model_rebuild()
    assert all(info.annotation is not None for info in kind.model_fields.values())
    assert kind.model_validate(sample_model(kind, seed=1, full=True)).violations == ()


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_an_event_is_shown_whole(name: str) -> None:
    event = getattr(events, EVENT_CLASSES[name]).model_validate(sample(name, seed=1, full=True))
    assert event.event_name == name
    assert repr(event).startswith(f"{type(event).__name__}(")


@pytest.mark.parametrize(("kind", "names"), SECRETS, ids=lambda one: getattr(one, "__name__", ""))
def test_secrets_are_left_out_of_the_repr(kind: type[Model], names: list[str]) -> None:
    data = sample_model(kind, seed=0, full=True) | {name: f"https://secret.example/{name}" for name in names}
    found = kind.model_validate(data)
    for shown in (repr(found), str(found), f"{found}"):
        assert "secret.example" not in shown
    assert all(getattr(found, name) == data[name] for name in names)


def test_no_other_field_looks_like_a_secret() -> None:
    hidden = {(kind, name) for kind, names in SECRETS for name in names} | {(models.Interaction, "token")}
    for kind in CLASSES:
        for name, info in kind.model_fields.items():
            assert ((kind, name) in hidden) is (info.repr is False), (kind, name)
            assert (kind, name) in hidden or not name.endswith("token"), (kind, name)


def test_a_failed_validation_does_not_show_what_came() -> None:
    with pytest.raises(ValueError, match="token") as caught:
        VoiceServerUpdate.model_validate({"token": ["my secret"], "guild_id": "1", "endpoint": None})
    assert "my secret" not in str(caught.value)


def test_a_class_variable_is_no_field() -> None:
    hints: dict[str, Any] = typing.get_type_hints(Event)
    assert "event_name" in hints
    assert "event_name" not in Event.model_fields

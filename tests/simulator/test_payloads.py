"""Made-up payloads against the models that they were made from."""

import json
from typing import Any, get_args

import pytest

from gatewaysdk import decode_event, events, models
from gatewaysdk.bases.event import Event
from gatewaysdk.bases.model import Model
from gatewaysdk.bases.unions import UnknownObject
from gatewaysdk.errors import ConfigurationError
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import EVENT_NAMES, sample, sample_model
from gatewaysdk.simulator.usual import USUAL
from gatewaysdk.tables.events import EVENT_CLASSES

SEEDS = range(51)


def has_unknown(value: Any) -> bool:
    if isinstance(value, Model):
        return any(has_unknown(getattr(value, name)) for name in value.model_fields_set)
    if isinstance(value, list | tuple):
        return any(map(has_unknown, value))
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    return isinstance(value, UnknownObject) or getattr(value, "is_known", True) is False


def check(model: type[Event], payload: dict[str, Any]) -> None:
    event = model.model_validate(payload)
    assert type(event) is model
    assert not event.violations
    assert model.model_validate_json(json.dumps(payload)) == event
    assert not has_unknown(event)


def test_there_are_payloads_of_all_79_events() -> None:
    assert len(EVENT_NAMES) == 79
    assert set(EVENT_NAMES) == set(EVENT_CLASSES)


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_every_payload_is_a_sound_event_from_values_and_from_json(name: str) -> None:
    model = getattr(events, EVENT_CLASSES[name])
    for seed in SEEDS:
        check(model, sample(name, seed=seed, full=True))
        check(model, sample(name, seed=seed, full=False))


def test_a_guild_that_an_outage_keeps_away_has_a_payload_of_its_own() -> None:
    payload = sample("GUILD_CREATE", unavailable=True, seed=0, full=True)
    assert payload["unavailable"] is True
    assert "name" not in payload
    check(events.GuildCreateUnavailable, payload)


def test_a_payload_that_is_not_full_holds_required_keys_only_but_for_what_is_usual() -> None:
    for name in set(EVENT_NAMES) - set(USUAL):
        fields = getattr(events, EVENT_CLASSES[name]).model_fields
        required = {key for key, field in fields.items() if field.is_required()}
        extra = {"unavailable"} if name == "GUILD_CREATE" else set()
        assert sample(name, full=False, seed=0).keys() - extra == required, name


def test_what_is_usual_without_asking_for_more_is_small_and_sound() -> None:
    for name in EVENT_NAMES:
        payload = sample(name)
        assert len(json.dumps(payload)) < 5_000, name
        event = decode_event(Frame(0, payload, 1, name))
        assert not event.violations
        assert sample(name, full=True).keys() >= payload.keys()
    message, command = sample("MESSAGE_CREATE"), sample("INTERACTION_CREATE")
    assert (message["type"], message["author"]["bot"], message["embeds"]) == (0, False, [])
    assert command["type"] == 2
    assert command["data"] == {"id": command["id"], "name": "ping", "type": 1}


def test_without_a_seed_each_call_gives_ids_of_its_own_and_else_the_same() -> None:
    first, second = sample("MESSAGE_CREATE"), sample("MESSAGE_CREATE")
    assert first["id"] != second["id"]
    assert first["author"]["id"] != second["author"]["id"]
    assert first["content"] == second["content"]
    assert sample("MESSAGE_CREATE", seed=0) == sample("MESSAGE_CREATE", seed=0)


def test_full_payloads_reach_every_field_of_every_event_with_some_seed() -> None:
    # What Discord never sends: rules of presence that stand in its text.
    never = {
        "GUILD_CREATE": {"owner", "permissions"},
        "GUILD_UPDATE": {"owner", "permissions"},
        # Real ones hold it now and then; the documentation says that they do not.
        "INTEGRATION_CREATE": {"user"},
        "INTEGRATION_UPDATE": {"user"},
        "THREAD_DELETE": set(events.ThreadDelete.model_fields) - {"id", "guild_id", "parent_id", "type"},
    }
    for name in EVENT_NAMES:
        seen = set().union(*(sample(name, seed=seed, full=True) for seed in SEEDS))
        missing = set(getattr(events, EVENT_CLASSES[name]).model_fields) - seen
        assert missing == never.get(name, set()), name


def test_every_kind_of_component_and_interaction_data_is_made() -> None:
    seen: set[int] = set()
    for seed in range(200):
        message = sample_model(models.Message, seed=seed, full=True)
        seen |= {component["type"] for component in message["components"]}
    (union,) = get_args(models.Component)[1:]
    assert seen == set(union.members)


def test_equal_seeds_give_equal_payloads_and_others_do_not() -> None:
    assert sample("MESSAGE_CREATE", seed=3, full=True) == sample("MESSAGE_CREATE", seed=3, full=True)
    assert sample("MESSAGE_CREATE", seed=3, full=True) != sample("MESSAGE_CREATE", seed=4, full=True)


def test_structures_within_themselves_end() -> None:
    for seed in range(200):
        assert len(json.dumps(sample("MESSAGE_CREATE", seed=seed, full=True))) < 100_000


def test_an_event_that_does_not_exist_has_no_payload() -> None:
    with pytest.raises(ConfigurationError, match="NOT_AN_EVENT"):
        sample("NOT_AN_EVENT", seed=0, full=True)
    with pytest.raises(ConfigurationError, match="only GUILD_CREATE"):
        sample("GUILD_DELETE", unavailable=True, seed=0, full=True)

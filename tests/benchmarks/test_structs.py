"""What the floor of msgspec decodes is what the models hold, and not just anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import pytest
from msgspec import Struct
from pydantic import BaseModel

from benchmarks.corpus import Event, corpus
from benchmarks.scenario import MARK, MIX
from benchmarks.structs import Decoder, decoder
from gatewaysdk.decoding.registry import event_class
from gatewaysdk.simulator import sample
from gatewaysdk.tables.events import EVENT_CLASSES

# Unions of models, and the flags that are null where they are true.
UNIONS = {"components", "data", "interaction_metadata", "meta"}
TAGS = {"premium_subscriber", "available_for_purchase", "guild_connections"}


@pytest.fixture(scope="module")
def events() -> dict[str, list[Event]]:
    made = corpus(200)
    found: dict[str, list[Event]] = {}
    for event in (*made.events, *made.guilds(1), made.ready("ws://127.0.0.1"), made.mark(last=True)):
        found.setdefault(event[0], []).append(event)
    return found


def both(with_struct: Decoder[Any], event: Event) -> tuple[Any, Any]:
    """Decode an event by msgspec and by pydantic."""
    text, model = orjson.dumps(event[1]), event_class(event[0])
    assert model is not None
    return with_struct.decode(text), model.model_validate_json(text)


def differences(one: Any, other: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Tell where what msgspec made is not what pydantic made, in value or kind: no dict passes for a struct."""
    if isinstance(other, BaseModel) and isinstance(one, Struct):
        assert one.__struct_fields__ == tuple(type(other).model_fields)
        for key in one.__struct_fields__:
            yield from differences(getattr(one, key), getattr(other, key), (*path, key))
    elif isinstance(other, dict | list) and type(one) is type(other) and len(one) == len(other):
        keys: Iterable[Any] = other if isinstance(other, dict) else range(len(other))
        for key in keys:
            yield from differences(one[key], other[key], (*path, key))
    elif one != other or not isinstance(other, type(one)):
        yield path


@pytest.mark.parametrize("name", [*MIX, MARK, "GUILD_CREATE", "READY"])
def test_structs_hold_what_the_models_hold(events: dict[str, list[Event]], name: str) -> None:
    with_struct = decoder(name)
    differ = {path for event in events[name] for path in differences(*both(with_struct, event))}
    assert differ == ({("data",)} if name == "INTERACTION_CREATE" else set())


@pytest.mark.parametrize("name", EVENT_CLASSES)
def test_with_every_key_only_unions_and_tags_differ(name: str) -> None:
    struct, model = both(decoder(name), (name, sample(name, full=True)))
    fields = {next(key for key in reversed(path) if isinstance(key, str)) for path in differences(struct, model)}
    assert fields <= UNIONS | TAGS


def test_ids_are_numbers_and_timestamps_moments(events: dict[str, list[Event]]) -> None:
    event = events["MESSAGE_CREATE"][0]
    struct, model = both(decoder("MESSAGE_CREATE"), event)
    assert type(struct.author.id) is int
    assert struct.author.id == model.author.id == int(event[1]["author"]["id"])
    assert struct.timestamp.isoformat() == "2026-02-03T04:05:06.789000+00:00"
    assert struct.nonce == event[1]["nonce"]  # which may be a string or a number, and here is a string
    assert type(struct.member.roles[0]) is int

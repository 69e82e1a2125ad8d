"""What a broken payload may cost: as much as the gateway sends, and no more."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import core_schema

from gatewaysdk.bases.event import Event
from gatewaysdk.bases.findings import MAX_VIOLATIONS, findings_of
from gatewaysdk.decoding.lenient import salvage
from gatewaysdk.errors import FieldAbsent
from gatewaysdk.models import ResolvedData
from gatewaysdk.simulator.payloads import EVENT_NAMES

from .payloads import message, message_event

NAMES = st.sampled_from(EVENT_NAMES) | st.text(max_size=20)


class Counted:
    """Text that counts how often any is looked at; one text is broken."""

    looks = 0

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        def look(value: Any) -> Any:
            cls.looks += 1
            if value == "broken":
                raise ValueError("broken")
            return value

        return core_schema.no_info_plain_validator_function(look)


class Nest(Event):
    """An event within itself."""

    inner: Nest | None = None
    items: list[Counted] | None = None


def nest(depth: int, items: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {"items": items}
    for _ in range(depth):
        data = {"inner": data, "items": []}
    return data


def levels(event: Any) -> list[Any]:
    return [event, *(levels(event.inner) if event.inner is not None else ())]


@pytest.mark.parametrize("depth", [1, 10, 30, 60])
def test_what_is_deep_down_is_not_looked_at_for_each_level_above(depth: int) -> None:
    items = ["sound"] * 100 + ["broken"]
    salvage(Nest, {})  # builds the classes
    Counted.looks = 0
    event = salvage(Nest, nest(depth, items))
    assert levels(event)[-1].items == ["sound"] * 100
    assert Counted.looks <= 8 * len(items)


def test_a_strict_list_ends_at_the_first_broken_item() -> None:
    with pytest.raises(ValidationError) as caught:
        Nest.model_validate({"items": ["broken"] * 1000})
    assert caught.value.error_count() == 1
    with pytest.raises(ValidationError) as caught:
        ResolvedData.model_validate({"users": dict.fromkeys(map(str, range(1000)), "broken")})
    assert caught.value.error_count() == 1


def test_of_many_broken_places_the_first_are_listed_and_all_are_counted() -> None:
    event = message_event(mention_roles=[*([None] * 20_000), "5"], content=5)
    assert event.violation_count == 20_001
    assert [one.path for one in event.violations[:2]] == [("content",), ("mention_roles", 0)]
    *listed, last = event.violations
    assert len(listed) == MAX_VIOLATIONS
    assert (last.path, last.kind) == ((), "too_many")
    assert last.message == f"{20_001 - MAX_VIOLATIONS} more broken places, which are counted but not listed"
    assert event.mention_roles == [5]


def test_an_event_with_as_many_as_are_listed_lists_them_alone() -> None:
    event = message_event(mention_roles=[None] * MAX_VIOLATIONS)
    assert event.violation_count == len(event.violations) == MAX_VIOLATIONS


def test_an_object_that_is_not_listed_is_not_taken_for_sound() -> None:
    event = message_event(embeds=[{"title": 5, "url": 6, "color": 7}] * 200 + [{}])
    assert event.violation_count == 400
    late = event.embeds[150]
    assert late.violation_count == 2
    assert [(one.path, one.kind) for one in late.violations] == [((), "too_many")]
    with pytest.raises(FieldAbsent, match=r"^Embed\.title is absent: it is missing or broken$"):
        late.title  # noqa: B018
    assert event.embeds[200].violation_count == 0
    # The limit is reached within one of these: two places, of which one is listed.
    assert [len(embed.violations) for embed in event.embeds[:200]].count(2) == MAX_VIOLATIONS // 2
    assert pickle.loads(pickle.dumps(late)) == late == copy.deepcopy(late)


def test_many_broken_places_deep_down_are_kept_once() -> None:
    event = salvage(Nest, nest(60, ["broken"] * 10_000))
    findings = [findings_of(level) for level in levels(event)]
    kept = [one.found for one in findings if one is not None]
    assert len(kept) == 61
    assert len({id(one) for each in kept for one in each}) == MAX_VIOLATIONS
    for number, level in enumerate(levels(event)):
        assert level.violation_count == 10_000
        assert level.violations[0].path == (*["inner"] * (60 - number), "items", 0)


def test_an_object_is_the_same_wherever_it_stood() -> None:
    broken = message(content=5)
    reply = message_event(referenced_message=broken).referenced_message
    assert reply is not None
    alone = message_event(message_snapshots=None, referenced_message=broken).referenced_message
    deeper = message_event(referenced_message=message(referenced_message=broken)).referenced_message
    assert deeper is not None
    assert reply == alone == deeper.referenced_message
    assert reply != message_event(referenced_message=message(content=6, tts=5)).referenced_message

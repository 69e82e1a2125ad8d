"""Ids that Discord types as text: ETF brings them as the integers they are, and the field is text whichever came."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from gatewaysdk import GuildAuditLogEntryCreate, InteractionCreate
from gatewaysdk.bases.types import OptionValue, TextId
from gatewaysdk.codec import get_codec
from gatewaysdk.decoding.registry import decode_event
from gatewaysdk.enums import ApplicationCommandOptionType as Option
from gatewaysdk.frame import Frame
from gatewaysdk.models import ApplicationCommandData, ApplicationCommandInteractionDataOption, MessageComponentData
from gatewaysdk.simulator import sample

from .test_classes import CLASSES

ID = 334385199974967042
MARK = get_args(TextId)[1]
ids = TypeAdapter(TextId)


def text_fields() -> list[tuple[str, str]]:
    """Return the fields that are ids and hold text, by class."""
    found = []
    for kind in CLASSES:
        kind.model_rebuild()
        for name, info in kind.model_fields.items():
            if re.search(r"(^|_)ids?$", name) and "str" in str(info.annotation):
                marked = MARK in info.metadata or "_TextId" in str(info.annotation)
                found.append((kind.__name__, name + ("" if marked else " as a plain string")))
    return found


def test_every_id_that_is_text_takes_integers() -> None:
    fields = text_fields()
    assert len(fields) > 30
    assert [field for field in fields if "plain" in field[1]] == []


@pytest.mark.parametrize(
    ("value", "text"), [(ID, str(ID)), ("gg", "gg"), ("", ""), (0, "0"), (2**64 - 1, str(2**64 - 1))]
)
def test_text_and_integers_give_text(value: Any, text: str) -> None:
    assert ids.validate_python(value) == ids.validate_json(json.dumps(value)) == text
    assert ids.dump_json(text) == json.dumps(text).encode()


@pytest.mark.parametrize("value", [None, True, 1.0, -1, 2**64, [], {}, b"5"], ids=repr)
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="Input should be text, or an integer of 64 bits at most"):
        ids.validate_python(value)


ENTRY = {"guild_id": ID, "id": ID, "user_id": ID, "target_id": ID, "action_type": 22}


@pytest.mark.parametrize("broken", [{}, {"reason": 5}], ids=["sound", "broken"])
@pytest.mark.parametrize("encoding", ["json", "etf"])
def test_the_target_of_an_audit_log_entry_is_text(encoding: str, broken: dict[str, Any]) -> None:
    """Also in the second pass, over an event that is broken elsewhere."""
    codec = get_codec(encoding)
    event = decode_event(codec.peek(codec.encode_frame(Frame(0, ENTRY | broken, 1, "GUILD_AUDIT_LOG_ENTRY_CREATE"))))
    assert isinstance(event, GuildAuditLogEntryCreate)
    assert event.violation_count == len(broken)
    assert event.target_id == str(ID)
    assert event.user_id == ID


# Options of commands: an id where the type says so


def options_of(data: dict[str, Any], **broken: Any) -> list[ApplicationCommandInteractionDataOption]:
    command = {"id": "1", "name": "n", "type": 1, "options": [data]} | broken
    event = decode_event(
        Frame(
            0, sample("INTERACTION_CREATE", full=False, seed=0) | {"type": 2, "data": command}, 1, "INTERACTION_CREATE"
        )
    )
    assert isinstance(event, InteractionCreate)
    assert event.violation_count == len(broken)
    assert isinstance(event.data, ApplicationCommandData)
    assert event.data.options is not None
    return event.data.options


@pytest.mark.parametrize("broken", [{}, {"guild_id": []}], ids=["sound", "broken"])
@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        (Option.USER, ID, str(ID)), (Option.CHANNEL, ID, str(ID)), (Option.ROLE, ID, str(ID)),
        (Option.MENTIONABLE, ID, str(ID)), (Option.ATTACHMENT, ID, str(ID)),
        (Option.USER, str(ID), str(ID)), (Option.INTEGER, ID, ID), (Option.INTEGER, 5, 5), (Option.NUMBER, 5, 5),
        (Option.NUMBER, 5.5, 5.5), (Option.BOOLEAN, True, True), (Option.STRING, "5", "5"), (99, ID, ID),
    ],
)  # fmt: skip
def test_an_option_that_names_something_holds_text(kind: int, value: Any, found: Any, broken: dict[str, Any]) -> None:
    (option,) = options_of({"name": "who", "type": int(kind), "value": value}, **broken)
    assert (type(option.value), option.value) == (type(found), found)


def test_an_option_without_a_value_or_of_no_type_is_as_it_was() -> None:
    assert ApplicationCommandInteractionDataOption.model_validate({"name": "sub", "type": 1}).value is None
    option = ApplicationCommandInteractionDataOption.model_validate_json(f'{{"name": "a", "type": 6, "value": {ID}}}')
    assert option.value == str(ID)
    assert ApplicationCommandInteractionDataOption.model_validate_json(option.model_dump_json()) == option


def test_what_was_picked_in_a_menu_is_text() -> None:
    data = MessageComponentData.model_validate(
        {"custom_id": "c", "component_type": 5, "values": [ID, str(ID), "plain"]}
    )
    assert data.values == [str(ID), str(ID), "plain"]


def test_an_option_s_value_is_validated_like_the_union_it_is() -> None:
    assert get_args(OptionValue)[0] == str | int | float | bool
    with pytest.raises(ValidationError):
        ApplicationCommandInteractionDataOption.model_validate({"name": "a", "type": 6, "value": []})

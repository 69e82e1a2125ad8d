from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from gatewaysdk import Intents
from gatewaysdk.cli.names import event_names, intent_names, intents_in_words, privileged_intents
from gatewaysdk.tables.events import EVENT_CLASSES


@pytest.mark.parametrize("text", ["MESSAGE_CREATE", "MessageCreate", "message_create", "message-create"])
def test_an_event_is_found_in_each_spelling(text: str) -> None:
    assert event_names(text) == ("MESSAGE_CREATE",)


def test_every_event_is_found_by_its_wire_name_and_by_its_class() -> None:
    assert event_names(",".join(EVENT_CLASSES)) == tuple(EVENT_CLASSES)
    assert event_names(",".join(EVENT_CLASSES.values())) == tuple(EVENT_CLASSES)


def test_spaces_and_a_last_comma_do_no_harm() -> None:
    assert event_names("READY, RESUMED,") == ("READY", "RESUMED")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("MESAGE_CREATE", "MESSAGE_CREATE"), ("GuildMemberAdded", "GUILD_MEMBER_ADD"), ("READYY", "READY")],
)
def test_a_misspelt_event_brings_the_closest_ones(text: str, meant: str) -> None:
    with pytest.raises(ArgumentTypeError, match=f"'{text}'; did you mean .*{meant}"):
        event_names(text)


def test_a_name_like_no_other_brings_no_guess() -> None:
    with pytest.raises(ArgumentTypeError, match=r"there is no event 'xyzzy'; known: .*MESSAGE_CREATE"):
        event_names("xyzzy")


@pytest.mark.parametrize("text", ["", " , "])
def test_no_name_at_all_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="no name"):
        event_names(text)


def test_intents_add_up() -> None:
    assert intent_names("GUILDS,GuildMessages") == Intents.GUILDS | Intents.GUILD_MESSAGES


def test_a_misspelt_intent_brings_the_closest_ones() -> None:
    with pytest.raises(ArgumentTypeError, match="did you mean GUILD_MESSAGES"):
        intent_names("GUILD_MESAGES")


def test_privileged_stands_for_all_privileged_intents() -> None:
    three = Intents.GUILD_MEMBERS | Intents.GUILD_PRESENCES | Intents.MESSAGE_CONTENT
    assert privileged_intents("privileged") == three
    assert privileged_intents("MESSAGE_CONTENT") == Intents.MESSAGE_CONTENT


def test_an_intent_that_nobody_is_refused_is_none_to_refuse() -> None:
    with pytest.raises(ArgumentTypeError, match="GUILDS cannot be refused; PRIVILEGED"):
        privileged_intents("GUILDS,MESSAGE_CONTENT")


def test_intents_in_words() -> None:
    assert intents_in_words(Intents.GUILDS | Intents.GUILD_MESSAGES) == "GUILDS, GUILD_MESSAGES"
    assert intents_in_words(Intents(0)) == "none"

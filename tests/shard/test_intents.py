"""What a shard subscribes to."""

from __future__ import annotations

from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Event,
    GuildMemberAdd,
    Intents,
    InteractionCreate,
    MessageCreate,
    PresenceUpdate,
    Shard,
    ThreadMembersUpdate,
)
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard


async def handler(event: Any) -> None: ...


@pytest.mark.parametrize(
    ("events", "intents"),
    [
        ([MessageCreate], Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGES),
        ([InteractionCreate], Intents(0)),
        ([PresenceUpdate, GuildMemberAdd], Intents.GUILD_PRESENCES | Intents.GUILD_MEMBERS),
        # GUILDS brings it without a privilege, so the privilege is not asked for.
        ([ThreadMembersUpdate], Intents.GUILDS),
    ],
)
def test_they_are_derived_from_the_handlers(events: list[type[Event]], intents: Intents) -> None:
    shard = Shard("t")
    for event in events:
        shard.on(event)(handler)
    assert shard.intents == intents


def test_raw_handlers_count_as_well() -> None:
    shard = Shard("t")
    shard.on_raw("TYPING_START")(handler)
    assert shard.intents == Intents.GUILD_MESSAGE_TYPING | Intents.DIRECT_MESSAGE_TYPING


def test_a_handler_of_all_events_asks_for_all_that_is_not_privileged() -> None:
    shard = Shard("t")
    shard.on(Event)(handler)
    assert Intents.GUILDS in shard.intents
    assert Intents.AUTO_MODERATION_EXECUTION in shard.intents
    assert not shard.intents & (Intents.GUILD_MEMBERS | Intents.GUILD_PRESENCES | Intents.MESSAGE_CONTENT)


async def test_a_handler_that_can_never_be_called_is_an_error_at_the_start() -> None:
    shard = Shard("t", intents=Intents.GUILDS, url="ws://127.0.0.1:1")
    shard.on(MessageCreate)(handler)
    with pytest.raises(
        ConfigurationError, match=r"MESSAGE_CREATE .* Intents.GUILD_MESSAGES or Intents.DIRECT_MESSAGES"
    ):
        await shard.run()


async def test_a_shard_without_handlers_and_intents_is_an_error_at_the_start() -> None:
    with pytest.raises(ConfigurationError, match="no intents and no handlers"):
        await Shard("t", url="ws://127.0.0.1:1").run()


async def test_they_are_sent_in_identify(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    shard.on(PresenceUpdate)(handler)
    await shard.connect()
    assert sim.identifies[0]["intents"] == shard.intents
    assert Intents.GUILD_PRESENCES in shard.intents


async def test_a_stream_asks_for_its_events(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    stream = shard.events(MessageCreate)
    session = await sim.wait_for_session()
    assert session.intents == Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGES
    await stream.aclose()


def test_extra_intents_come_on_top() -> None:
    shard = Shard("t", extra_intents=Intents.MESSAGE_CONTENT)
    shard.on(MessageCreate)(handler)
    assert shard.intents == Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGES | Intents.MESSAGE_CONTENT


async def test_a_listener_that_comes_too_late_for_its_intents_is_refused(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILDS)
    await shard.connect()
    with pytest.raises(ConfigurationError, match=r"MESSAGE_CREATE has a listener but can never come"):
        shard.on(MessageCreate)(handler)
    with pytest.raises(ConfigurationError, match=r"TYPING_START has a listener but can never come"):
        shard.on_raw("TYPING_START")(handler)
    with pytest.raises(ConfigurationError, match=r"PRESENCE_UPDATE has a listener but can never come"):
        shard.events(PresenceUpdate)
    shard.on(InteractionCreate)(handler)
    assert shard.intents == Intents.GUILDS


WITHOUT_CONTENT = "messages come without content"


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]


@pytest.mark.parametrize(
    ("events", "options"),
    [
        ([MessageCreate], {"extra_intents": Intents.MESSAGE_CONTENT}),
        ([MessageCreate], {"content_warning": False}),
        ([MessageCreate], {"intents": Intents.DIRECT_MESSAGES}),  # which always have their content
        ([PresenceUpdate], {"intents": Intents.GUILD_MESSAGES | Intents.GUILD_PRESENCES}),
    ],
)
async def test_no_warning_when_content_comes_or_is_not_missed(
    make_shard: MakeShard, caplog: pytest.LogCaptureFixture, events: list[type[Event]], options: dict[str, Any]
) -> None:
    shard = make_shard(**options)
    shard.on(*events)(handler)
    await shard.connect()
    assert not warnings_of(caplog)


async def test_a_warning_says_that_messages_come_without_content(
    make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    shard = make_shard()
    shard.on(MessageCreate)(handler)
    await shard.connect()
    (warning,) = warnings_of(caplog)
    assert warning.startswith(WITHOUT_CONTENT)
    assert "extra_intents=Intents.MESSAGE_CONTENT" in warning
    assert "content_warning=False" in warning


def test_all_default_and_privileged_mean_what_they_mean_elsewhere() -> None:
    assert Intents.privileged() == Intents.GUILD_MEMBERS | Intents.GUILD_PRESENCES | Intents.MESSAGE_CONTENT
    assert list(Intents.all()) == list(Intents)
    assert Intents.default() | Intents.privileged() == Intents.all()
    assert not Intents.default() & Intents.privileged()

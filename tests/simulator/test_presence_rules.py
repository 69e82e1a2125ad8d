"""Keys that Discord leaves out, over many made-up payloads."""

from typing import Any

import pytest

from gatewaysdk.simulator import sample
from gatewaysdk.simulator.presence_rules import hide_content

MANY = range(60)


def many(name: str) -> list[dict[str, Any]]:
    return [sample(name, seed=seed, full=True) for seed in MANY]


@pytest.mark.parametrize("name", ["MESSAGE_CREATE", "MESSAGE_UPDATE"])
def test_messages(name: str) -> None:
    messages = many(name)
    for message in messages:
        assert "user" not in message.get("member", {})
        assert "pending" not in message.get("member", {})
        assert "results" not in message.get("poll", {})
        if message["type"] not in (19, 21, 23):
            assert "referenced_message" not in message
        if message.get("flags", 0) & 64:
            assert "guild_id" not in message
        if "webhook_id" in message:
            assert "member" not in message
            assert not message["author"].keys() & {"email", "locale", "primary_guild"}
    assert any("webhook_id" in message for message in messages)
    assert any("member" in message for message in messages)
    assert any("referenced_message" in message for message in messages)


def test_guild_create() -> None:
    for guild in many("GUILD_CREATE"):
        assert guild["unavailable"] is False
        assert not guild.keys() & {"owner", "permissions"}
        assert all("guild_id" not in channel for channel in guild["channels"])
        assert all("guild_id" not in state for state in guild["voice_states"])
        assert all(not thread.get("member", {}).keys() & {"id", "user_id"} for thread in guild["threads"])
        assert all("pending" in member for member in guild["members"])


def test_a_deleted_thread_is_four_keys() -> None:
    for thread in many("THREAD_DELETE"):
        assert thread.keys() == {"id", "guild_id", "parent_id", "type"}


def test_integrations_of_bots_have_no_subscribers() -> None:
    integrations = many("INTEGRATION_CREATE")
    bots = [one for one in integrations if one["type"] == "discord"]
    others = [one for one in integrations if one["type"] != "discord"]
    assert bots
    assert others
    assert not any("role_id" in one or "subscriber_count" in one for one in bots)
    assert all("role_id" in one for one in others)
    assert not any("user" in one for one in integrations)


def test_an_interaction_has_a_member_or_a_user_but_not_both() -> None:
    interactions = many("INTERACTION_CREATE")
    assert all(("member" in one) != ("user" in one) for one in interactions)
    assert all(("guild_id" in one) == ("member" in one) for one in interactions)
    assert {"member" in one for one in interactions} == {True, False}
    assert all("data" in one for one in interactions if one["type"] != 1)


def test_role_tags_say_true_with_null() -> None:
    tags = [role.get("tags", {}) for event in many("GUILD_ROLE_CREATE") for role in [event["role"]]]
    assert any("premium_subscriber" in one for one in tags)
    assert all(one.get("premium_subscriber") is None for one in tags)


def test_hidden_content_is_empty_and_the_poll_is_gone() -> None:
    message = sample("MESSAGE_CREATE", seed=1, full=True)
    hidden = hide_content(message)
    assert (hidden["content"], hidden["embeds"], hidden["attachments"], hidden["components"]) == ("", [], [], [])
    assert "poll" in message
    assert "poll" not in hidden
    assert hidden["author"] == message["author"]
    assert hide_content({"id": "1"}) == {"id": "1"}

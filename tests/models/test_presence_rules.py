"""Which keys Discord leaves out where: each rule of the documentation as a payload that follows it.

A key that such a payload lacks is not broken: the event has no violations, and the field is None.
"""

from __future__ import annotations

from typing import Any, TypeVar

from gatewaysdk.bases.event import Event
from gatewaysdk.decoding.registry import decode_event
from gatewaysdk.enums import (
    ChannelFlags,
    EmbedType,
    GuildMemberFlags,
    Permissions,
    UnfurledMediaItemLoadingState,
    UserFlags,
)
from gatewaysdk.events import (
    ChannelCreate,
    ChannelUpdate,
    EntitlementCreate,
    EntitlementDelete,
    EntitlementUpdate,
    GuildCreate,
    GuildDelete,
    GuildMemberAdd,
    GuildMembersChunk,
    GuildMemberUpdate,
    GuildUpdate,
    IntegrationCreate,
    IntegrationUpdate,
    InteractionCreate,
    MessageCreate,
    MessageReactionAdd,
    MessageReactionRemove,
    MessageUpdate,
    PresenceUpdate,
    Ready,
    StageInstanceCreate,
    ThreadCreate,
    ThreadDelete,
    ThreadListSync,
    ThreadMembersUpdate,
    TypingStart,
    VoiceStateUpdate,
)
from gatewaysdk.frame import Frame
from gatewaysdk.models import ApplicationCommandData, Channel, Invite, Thumbnail

USER = {"id": "80351110224678912", "username": "nelly", "discriminator": "0", "global_name": "Nelly", "avatar": None}
MEMBER = {"roles": ["5"], "joined_at": "2015-04-26T06:26:56.936000+00:00", "deaf": False, "mute": False, "flags": 0}
MESSAGE: dict[str, Any] = {
    "id": "334385199974967042", "channel_id": "290926798999357250", "author": USER, "content": "Supa Hot",
    "timestamp": "2017-07-11T17:27:07.299000+00:00", "edited_timestamp": None, "tts": False, "mention_everyone": False,
    "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0,
}  # fmt: skip
GUILD: dict[str, Any] = {
    "id": "197038439483310086", "name": "Discord Testers", "icon": None, "splash": None, "discovery_splash": None,
    "owner_id": "73193882359173120", "afk_channel_id": None, "afk_timeout": 300, "verification_level": 3,
    "default_message_notifications": 1, "explicit_content_filter": 2, "roles": [], "emojis": [], "features": [],
    "mfa_level": 1, "application_id": None, "system_channel_id": None, "system_channel_flags": 0,
    "rules_channel_id": None, "vanity_url_code": None, "description": None, "banner": None, "premium_tier": 0,
    "preferred_locale": "en-US", "public_updates_channel_id": None, "nsfw_level": 0, "incidents_data": None,
    "premium_progress_bar_enabled": False, "safety_alerts_channel_id": None, "stickers": [],
}  # fmt: skip
GUILD_CREATE: dict[str, Any] = GUILD | {
    "joined_at": "2020-01-01T00:00:00+00:00", "large": False, "member_count": 1, "voice_states": [], "members": [],
    "channels": [], "threads": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
    "soundboard_sounds": [],
}  # fmt: skip
THREAD: dict[str, Any] = {"id": "41771983423143937", "guild_id": "41771983423143936", "parent_id": "4", "type": 11}
INTERACTION: dict[str, Any] = {
    "id": "786008729715212338", "application_id": "775799577604522054", "type": 2, "token": "t", "version": 1,
    "app_permissions": "442368", "entitlements": [], "authorizing_integration_owners": {"0": "290926798626357999"},
    "attachment_size_limit": 10485760,
}  # fmt: skip
INTEGRATION: dict[str, Any] = {
    "id": "33590653072239123", "name": "A Name", "type": "discord", "enabled": True,
    "account": {"id": "1", "name": "twitchusername"}, "guild_id": "290926798626357999",
}  # fmt: skip


E = TypeVar("E", bound=Event)


def sound(kind: type[E], data: dict[str, Any]) -> E:
    """Return the event of data that breaks no rule: without violations, and valid for strict validation already."""

    event = decode_event(Frame(0, data, 1, kind.event_name))
    assert type(event) is kind
    assert event.violations == ()
    return event


def without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


# Members (resources/guild#guild-member-object)


def test_a_message_s_member_has_no_user() -> None:
    for event in (
        sound(MessageCreate, MESSAGE | {"member": MEMBER}),
        sound(MessageUpdate, MESSAGE | {"member": MEMBER}),
    ):
        member = event.member
        assert member is not None
        assert not hasattr(member, "user")
        assert member.roles == [5]


def test_guild_events_tell_whether_a_member_is_pending() -> None:
    event = sound(GuildMemberAdd, MEMBER | {"guild_id": "1", "user": USER, "pending": True})
    assert event.pending is True


def test_other_events_do_not_tell_whether_a_member_is_pending() -> None:
    data = {"channel_id": "1", "guild_id": "2", "user_id": "3", "timestamp": 1, "member": MEMBER | {"user": USER}}
    member = sound(TypingStart, data).member
    assert member is not None
    assert member.pending is None


def test_a_guest_in_voice_has_not_joined() -> None:
    state = {
        "guild_id": "1", "channel_id": "2", "user_id": "3", "session_id": "s", "deaf": False, "mute": False,
        "self_deaf": False, "self_mute": False, "self_video": False, "suppress": False,
        "request_to_speak_timestamp": None, "member": MEMBER | {"user": USER, "joined_at": None},
    }  # fmt: skip
    member = sound(VoiceStateUpdate, state).member
    assert member is not None
    assert member.joined_at is None


def resolved(**data: Any) -> Any:
    """Return the resolved data of an interaction."""
    command = {"id": "1", "name": "n", "type": 1, "resolved": data}
    event = sound(InteractionCreate, INTERACTION | {"data": command})
    assert isinstance(event.data, ApplicationCommandData)
    return event.data.resolved


def test_resolved_members_lack_user_and_voice() -> None:
    found = resolved(members={"53908232506183680": without(MEMBER, "deaf", "mute") | {"permissions": "0"}})
    member = found.members[53908232506183680]
    assert not any(hasattr(member, name) for name in ("user", "deaf", "mute"))
    assert member.joined_at.year == 2015


# Channels and threads (resources/channel#channel-object)


def test_resolved_channels_hold_a_few_fields() -> None:
    channel = resolved(channels={"4": {"id": "4", "name": "general", "type": 0, "permissions": "0"}}).channels[4]
    assert (channel.id, channel.name, channel.topic, channel.parent_id) == (4, "general", None, None)
    assert not hasattr(channel, "recipients")


def test_a_hidden_channel_is_told_by_its_flag() -> None:
    # resources/channel#channel-object-obfuscated-channels: other fields are null, empty or reduced.
    hidden = {
        "id": "4", "type": 0, "guild_id": "2", "position": 7, "flags": 1 << 17, "name": "___hidden___", "topic": None,
        "parent_id": None, "last_message_id": None, "last_pin_timestamp": None, "rtc_region": None, "nsfw": False,
        "permission_overwrites": [{"id": "2", "type": 0, "allow": "0", "deny": str(1 << 10)}], "available_tags": [],
        "default_reaction_emoji": None, "default_sort_order": None,
    }  # fmt: skip
    channels: list[Channel] = [
        sound(ChannelCreate, hidden),
        sound(ChannelUpdate, hidden),
        *sound(GuildCreate, GUILD_CREATE | {"channels": [hidden]}).channels,
    ]
    for channel in channels:
        assert channel.flags is not None
        assert ChannelFlags.CHANNEL_OBFUSCATED in channel.flags
        assert (channel.id, channel.position, channel.topic) == (4, 7, None)
        assert [one.deny for one in channel.permission_overwrites or ()] == [Permissions.VIEW_CHANNEL]


def test_channels_of_a_guild_do_not_repeat_its_id() -> None:
    (channel,) = sound(GuildCreate, GUILD_CREATE | {"channels": [{"id": "4", "type": 0, "name": "general"}]}).channels
    assert channel.guild_id is None


def test_a_deleted_thread_is_four_fields() -> None:
    event = sound(ThreadDelete, THREAD)
    assert list(ThreadDelete.model_fields) == ["id", "type", "guild_id", "parent_id"]
    assert (event.id, event.type, event.parent_id) == (41771983423143937, 11, 4)


def test_threads_of_a_guild_hold_the_bot_s_membership_without_ids() -> None:
    member = {"join_timestamp": "2021-01-01T00:00:00+00:00", "flags": 1}
    (thread,) = sound(GuildCreate, GUILD_CREATE | {"threads": [THREAD | {"member": member}]}).threads
    assert thread.member is not None
    assert (thread.member.id, thread.member.user_id, thread.member.member) == (None, None, None)


def test_a_thread_s_members_come_with_their_membership_in_one_event_only() -> None:
    member: dict[str, Any] = {"id": "1", "user_id": "2", "join_timestamp": "2021-01-01T00:00:00+00:00", "flags": 1}
    (listed,) = sound(ThreadListSync, {"guild_id": "1", "threads": [THREAD], "members": [member]}).members
    assert listed.member is None
    created = sound(ThreadCreate, THREAD | {"newly_created": True, "member": member}).member
    assert created is not None
    assert created.member is None
    added: Any = member | {"member": MEMBER | {"user": USER}, "presence": None}
    event = sound(ThreadMembersUpdate, {"id": "1", "guild_id": "2", "member_count": 1, "added_members": [added]})
    assert event.added_members is not None
    assert event.added_members[0].member.user is not None


def test_voice_states_of_a_guild_do_not_repeat_its_id() -> None:
    state = {
        "channel_id": "2", "user_id": "3", "session_id": "s", "deaf": False, "mute": False, "self_deaf": False,
        "self_mute": False, "self_video": False, "suppress": False, "request_to_speak_timestamp": None,
    }  # fmt: skip
    (found,) = sound(GuildCreate, GUILD_CREATE | {"voice_states": [state]}).voice_states
    assert found.user_id == 3
    assert not hasattr(found, "guild_id")


# Presences and users (events/gateway-events#presence-update)


def test_of_a_presence_update_only_the_user_is_certain() -> None:
    event = sound(PresenceUpdate, {"user": USER})
    assert (event.guild_id, event.status, event.activities, event.client_status) == (None, None, None, None)


PRESENCE: dict[str, Any] = {"user": {"id": "3"}, "status": "online", "activities": [], "client_status": {}}


def test_presences_of_a_chunk_do_not_repeat_its_guild() -> None:
    chunk = {"guild_id": "1", "members": [], "chunk_index": 0, "chunk_count": 1, "presences": [PRESENCE] * 2}
    found = sound(GuildMembersChunk, chunk).presences
    assert found is not None
    assert [(one.guild_id, one.status) for one in found] == [(None, "online")] * 2


def test_the_presence_of_who_joined_a_thread_need_not_repeat_its_guild() -> None:
    member: dict[str, Any] = {"id": "1", "user_id": "2", "join_timestamp": "2021-01-01T00:00:00+00:00", "flags": 1}
    added = [member | {"member": MEMBER | {"user": USER}, "presence": PRESENCE}]
    event = sound(ThreadMembersUpdate, {"id": "1", "guild_id": "2", "member_count": 1, "added_members": added})
    assert event.added_members is not None
    assert event.added_members[0].presence is not None
    assert event.added_members[0].presence.guild_id is None


def test_of_the_user_of_a_presence_only_the_id_is_certain() -> None:
    data = {"user": {"id": "3"}, "guild_id": "1", "status": "online", "activities": [], "client_status": {}}
    user = sound(PresenceUpdate, data).user
    assert user.id == 3
    assert (user.username, user.discriminator, user.global_name, user.avatar, user.bot) == (None,) * 5


def test_a_webhook_is_an_author_of_three_fields() -> None:
    author = {"id": "99", "username": "Webhook", "avatar": None}
    event = sound(MessageCreate, MESSAGE | {"webhook_id": "99", "author": author})
    assert (event.author.id, event.author.username, event.author.global_name) == (99, "Webhook", None)
    # A user's discriminator is text; a webhook has none to give.
    assert not hasattr(event.author, "discriminator")


def test_ready_holds_a_few_fields_of_the_application() -> None:
    data = {
        "v": 10, "user": USER, "guilds": [{"id": "1", "unavailable": True}], "session_id": "s",
        "resume_gateway_url": "wss://gateway-us-east1-b.discord.gg", "application": {"id": "5", "flags": 565248},
    }  # fmt: skip
    event = sound(Ready, data)
    assert list(type(event.application).model_fields) == ["id", "flags", "flags_new"]
    assert (event.application.id, event.application.flags, event.shard) == (5, 565248, None)
    assert event.application.flags_new is None
    # Bits above 30 come in text alone (resources/application#application-object-application-flags).
    application = {"id": "5", "flags": 565248, "flags_new": str(1 << 40 | 565248)}
    assert sound(Ready, data | {"application": application}).application.flags_new == 1 << 40 | 565248


def test_a_guild_that_the_bot_was_removed_from_is_not_unavailable() -> None:
    assert sound(GuildDelete, {"id": "41771983423143937"}).unavailable is None
    assert sound(GuildDelete, {"id": "41771983423143937", "unavailable": True}).unavailable is True


# Messages (resources/message#message-object)


def test_an_ephemeral_message_tells_no_guild_and_no_member() -> None:
    event = sound(MessageCreate, MESSAGE | {"flags": 1 << 6})
    assert (event.guild_id, event.member) == (None, None)


def test_without_message_content_the_content_is_empty() -> None:
    empty = {"content": "", "embeds": [], "attachments": [], "components": []}
    event = sound(MessageCreate, MESSAGE | empty)
    assert (event.content, event.embeds, event.attachments, event.components, event.poll) == ("", [], [], [], None)


def test_a_snapshot_holds_what_a_forwarded_message_shows() -> None:
    kept = without(MESSAGE, "id", "channel_id", "author", "tts", "mention_everyone", "pinned")
    event = sound(MessageCreate, MESSAGE | {"message_snapshots": [{"message": kept}]})
    assert event.message_snapshots is not None
    message = event.message_snapshots[0].message
    assert message.content == "Supa Hot"
    assert len(type(message).model_fields) == 12
    assert not any(hasattr(message, name) for name in ("id", "author", "channel_id"))


def test_a_message_that_is_no_reply_refers_to_none() -> None:
    assert sound(MessageCreate, MESSAGE).referenced_message is None
    gone = sound(MessageCreate, MESSAGE | {"type": 19, "referenced_message": None})
    assert "referenced_message" in gone.model_fields_set


def test_a_message_that_was_not_crossposted_mentions_no_channels() -> None:
    assert sound(MessageCreate, MESSAGE).mention_channels is None


# The rest


def test_a_test_entitlement_neither_starts_nor_ends() -> None:
    # monetization/implementing-app-subscriptions#using-test-entitlements
    entitlement = {"id": "1", "sku_id": "2", "application_id": "3", "user_id": "4", "type": 8, "deleted": False}
    for kind in (EntitlementCreate, EntitlementUpdate, EntitlementDelete):
        event = sound(kind, entitlement)
        assert (event.starts_at, event.ends_at) == (None, None)  # type: ignore[attr-defined]  # they are entitlements
    (found,) = sound(InteractionCreate, INTERACTION | {"type": 1, "entitlements": [entitlement]}).entitlements
    assert (found.starts_at, found.ends_at) == (None, None)


def test_a_stage_without_a_scheduled_event_names_none() -> None:
    stage = {
        "id": "1", "guild_id": "2", "channel_id": "3", "topic": "t", "privacy_level": 2, "discoverable_disabled": True,
    }  # fmt: skip
    assert sound(StageInstanceCreate, stage).guild_scheduled_event_id is None
    assert sound(StageInstanceCreate, stage | {"guild_scheduled_event_id": None}).guild_scheduled_event_id is None
    (found,) = sound(GuildCreate, GUILD_CREATE | {"stage_instances": [stage]}).stage_instances
    assert found.guild_scheduled_event_id is None


def test_an_invite_s_roles_hold_a_few_fields() -> None:
    role = {"id": "1", "name": "r", "position": 1, "color": 0, "icon": None, "unicode_emoji": None}
    role["colors"] = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    invite = Invite.model_validate(
        {"type": 0, "code": "0vCdhLbwjZZTWZLD", "channel": None, "expires_at": None, "roles": [role]}
    )
    assert invite.roles is not None
    assert invite.roles[0].name == "r"
    assert not any(hasattr(invite.roles[0], name) for name in ("permissions", "hoist", "managed"))


def test_the_integration_of_a_bot_lacks_what_subscriptions_need() -> None:
    event = sound(IntegrationCreate, INTEGRATION)
    lacking = ("syncing", "role_id", "enable_emoticons", "expire_behavior", "expire_grace_period", "synced_at")
    assert [getattr(event, name) for name in (*lacking, "subscriber_count", "revoked")] == [None] * 8


def test_integration_events_may_hold_a_user_though_the_documentation_says_no() -> None:
    for kind in (IntegrationCreate, IntegrationUpdate):
        without_user, with_user = sound(kind, INTEGRATION), sound(kind, INTEGRATION | {"user": USER})
        assert without_user.user is None  # type: ignore[attr-defined]  # both are integrations
        assert with_user.user.username == "nelly"  # type: ignore[attr-defined]


def test_fields_that_others_document_may_be_missing_or_there() -> None:
    activity = {"name": "Spotify", "type": 2, "created_at": 1}
    more = {"id": "spotify:1", "sync_id": "7x9", "session_id": "a1", "platform": "desktop"}
    for data in (activity, activity | more):
        activities = sound(PresenceUpdate, {"user": USER, "activities": [data]}).activities
        assert activities is not None
        assert {key: getattr(activities[0], key) for key in more} == {key: data.get(key) for key in more}
    member: dict[str, Any] = {
        "guild_id": "1",
        "user": USER,
        "roles": [],
        "avatar": None,
        "banner": None,
        "joined_at": None,
    }
    assert sound(GuildMemberUpdate, member).flags is None
    assert sound(GuildMemberUpdate, member | {"flags": 1}).flags == GuildMemberFlags.DID_REJOIN
    media = {"type": 11, "media": {"url": "https://example.com/a.png", "loading_state": 2}}
    components = sound(MessageCreate, MESSAGE | {"components": [media]}).components
    assert components is not None
    thumbnail = components[0]
    assert isinstance(thumbnail, Thumbnail)
    assert thumbnail.media.loading_state is UnfurledMediaItemLoadingState.LOADED_SUCCESS


def test_flags_and_values_that_came_later_have_names() -> None:
    author = USER | {"public_flags": 1 << 20 | 1 << 22 | 1 << 44 | 1 << 50 | 1 << 51}
    event = sound(MessageCreate, MESSAGE | {"author": author, "embeds": [{"type": "auto_moderation_message"}]})
    assert event.author.public_flags == (
        UserFlags.SPAMMER | UserFlags.ACTIVE_DEVELOPER | UserFlags.QUARANTINED | UserFlags.COLLABORATOR
        | UserFlags.RESTRICTED_COLLABORATOR
    )  # fmt: skip
    assert event.embeds[0].type is EmbedType.AUTO_MODERATION_MESSAGE
    assert sound(GuildUpdate, GUILD | {"features": ["PRUNE_REQUIRES_ADMIN"]}).features[0].is_known


def test_an_entitlement_of_a_subscription_names_it() -> None:
    entitlement = {"id": "1", "sku_id": "2", "application_id": "3", "type": 8, "deleted": False, "subscription_id": "6"}
    assert sound(EntitlementUpdate, entitlement).subscription_id == 6


def test_the_emoji_of_a_reaction_may_have_lost_its_name() -> None:
    reaction = {
        "user_id": "1", "channel_id": "2", "message_id": "3", "emoji": {"id": "4", "name": None}, "burst": False,
        "type": 0,
    }  # fmt: skip
    for event in (sound(MessageReactionAdd, reaction), sound(MessageReactionRemove, reaction)):
        assert (event.emoji.id, event.emoji.name) == (4, None)


def test_no_event_tells_what_the_bot_itself_is_in_a_guild() -> None:
    for kind, data in ((GuildCreate, GUILD_CREATE), (GuildUpdate, GUILD)):
        event = sound(kind, data)
        assert (event.owner, event.permissions) == (None, None)  # type: ignore[attr-defined]  # both are guilds


def test_a_poll_without_results_is_no_poll_without_votes() -> None:
    poll = {
        "question": {"text": "Tea?"}, "answers": [{"answer_id": 1, "poll_media": {"text": "Yes"}}], "expiry": None,
        "allow_multiselect": False, "layout_type": 1,
    }  # fmt: skip
    found = sound(MessageCreate, MESSAGE | {"poll": poll}).poll
    assert found is not None
    assert found.results is None

"""How much of Gateway v10 the schema holds: the numbers are those of Discord's documentation of August 2026."""

from __future__ import annotations

import inspect

import pytest

from codegen.lint import lint, references
from codegen.load import Node, Schema
from codegen.names import package
from gatewaysdk import enums
from gatewaysdk.bases.described import field_docs
from gatewaysdk.models import Activity

from .conftest import ROOT

RESUME = [4000, 4001, 4002, 4003, 4005, 4008]
IDENTIFY = [4007, 4009]
STOP = [4004, 4010, 4011, 4012, 4013, 4014]

# Structures of Discord's that stand among the commands, since bots send them and never receive them.
SENT_STRUCTURES = {"UpdatePresence", "UpdateVoiceState", "IdentifyConnectionProperties"}

# Files that are no structure of Discord's but a part of one, as some place sends or receives it.
PARTS = {
    "GuildPresence", "GuildVoiceState", "InviteRole", "MessageMember", "PartialApplication", "PartialChannel",
    "PartialEmoji", "PartialGuild", "PartialGuildMember", "PartialMessage", "PartialUser", "PresenceUser",
    "ReadyApplication", "ResolvedChannel", "ResolvedMember", "SnapshotMessage",
}  # fmt: skip

# What an audit log entry tells the changes of, by field, without holding the structure itself.
AUDITED = ["models/guild_onboarding", "models/invite_metadata", "models/webhook"]

INTENTS = {
    "GUILDS": 0, "GUILD_MEMBERS": 1, "GUILD_MODERATION": 2, "GUILD_EXPRESSIONS": 3, "GUILD_INTEGRATIONS": 4,
    "GUILD_WEBHOOKS": 5, "GUILD_INVITES": 6, "GUILD_VOICE_STATES": 7, "GUILD_PRESENCES": 8, "GUILD_MESSAGES": 9,
    "GUILD_MESSAGE_REACTIONS": 10, "GUILD_MESSAGE_TYPING": 11, "DIRECT_MESSAGES": 12, "DIRECT_MESSAGE_REACTIONS": 13,
    "DIRECT_MESSAGE_TYPING": 14, "MESSAGE_CONTENT": 15, "GUILD_SCHEDULED_EVENTS": 16,
    "AUTO_MODERATION_CONFIGURATION": 20, "AUTO_MODERATION_EXECUTION": 21, "GUILD_MESSAGE_POLLS": 24,
    "DIRECT_MESSAGE_POLLS": 25,
}  # fmt: skip

ALWAYS_SENT = {
    "READY", "RESUMED", "RATE_LIMITED", "APPLICATION_COMMAND_PERMISSIONS_UPDATE", "CHANNEL_INFO", "ENTITLEMENT_CREATE",
    "ENTITLEMENT_UPDATE", "ENTITLEMENT_DELETE", "GUILD_MEMBERS_CHUNK", "SOUNDBOARD_SOUNDS", "INTERACTION_CREATE",
    "SUBSCRIPTION_CREATE", "SUBSCRIPTION_UPDATE", "SUBSCRIPTION_DELETE", "USER_UPDATE", "VOICE_SERVER_UPDATE",
}  # fmt: skip


def titles(nodes: list[Node]) -> set[str]:
    return {node.title for node in nodes}


def events(schema: Schema) -> list[Node]:
    """Return one file for each event: a variant is another form of an event that has its own file."""
    return [node for node in schema.folder("events") if "x-variant-of" not in node.raw]


def test_the_folder_keeps_to_its_meta_schema(schema: Schema) -> None:
    assert lint(schema, ROOT) == []


def test_there_are_13_opcodes(schema: Schema) -> None:
    rows = schema.nodes["enums/opcode"].get("x-values")
    assert [row["value"] for row in rows] == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 31, 43]
    assert [row["value"] for row in rows if row["receive"]] == [0, 1, 7, 9, 10, 11]
    assert [row["value"] for row in rows if row["send"]] == [1, 2, 3, 4, 6, 8, 31, 43]


@pytest.mark.parametrize(("action", "codes"), [("resume", RESUME), ("identify", IDENTIFY), ("stop", STOP)])
def test_14_close_codes_say_what_to_do(schema: Schema, action: str, codes: list[int]) -> None:
    rows = schema.nodes["gateway/close_codes"].get("x-values")
    assert len(rows) == 14
    assert [row["value"] for row in rows if row["action"] == action] == codes


def test_21_intents_have_their_bits(schema: Schema) -> None:
    rows = schema.nodes["enums/intents"].get("x-values")
    assert len(rows) == 21
    assert {row["name"]: row["value"] for row in rows} == {name: 1 << bit for name, bit in INTENTS.items()}


def test_three_intents_are_privileged(schema: Schema) -> None:
    rows = schema.nodes["enums/intents"].get("x-values")
    privileged = {row["name"] for row in rows if row.get("privileged")}
    assert privileged == {"GUILD_MEMBERS", "GUILD_PRESENCES", "MESSAGE_CONTENT"}


def test_there_are_79_events(schema: Schema) -> None:
    assert len({node.get("x-event") for node in events(schema)}) == 79


def test_an_event_s_file_and_class_carry_its_name(schema: Schema) -> None:
    for node in events(schema):
        assert node.module == node.get("x-event").lower()
        assert node.title == "".join(word.title() for word in node.get("x-event").split("_"))


def test_16_events_need_no_intent(schema: Schema) -> None:
    assert {node.get("x-event") for node in events(schema) if "x-intents" not in node.raw} == ALWAYS_SENT


@pytest.mark.parametrize(
    ("event", "intents"),
    [
        ("message_create", ["GUILD_MESSAGES", "DIRECT_MESSAGES"]),
        ("message_delete_bulk", ["GUILD_MESSAGES"]),
        ("thread_members_update", ["GUILDS", "GUILD_MEMBERS"]),
        ("channel_pins_update", ["GUILDS", "DIRECT_MESSAGES"]),
        ("presence_update", ["GUILD_PRESENCES"]),
        ("message_poll_vote_add", ["GUILD_MESSAGE_POLLS", "DIRECT_MESSAGE_POLLS"]),
    ],
)
def test_some_events_come_by_several_intents(schema: Schema, event: str, intents: list[str]) -> None:
    assert schema.nodes[f"events/{event}"].get("x-intents") == intents


def test_every_intent_but_message_content_brings_events(schema: Schema) -> None:
    bringing = {intent for node in events(schema) for intent in node.get("x-intents", [])}
    assert set(INTENTS) - bringing == {"MESSAGE_CONTENT"}


def test_there_are_5_control_payloads(schema: Schema) -> None:
    assert {node.get("x-opcode"): node.get("x-payload") for node in schema.folder("control")} == {
        10: "fields", 7: "null", 9: "value", 1: "value", 11: "absent",
    }  # fmt: skip


def test_there_are_8_commands(schema: Schema) -> None:
    sent = {node.title: node.get("x-opcode") for node in schema.folder("commands") if "x-opcode" in node.raw}
    assert sent == {
        "Heartbeat": 1, "Identify": 2, "UpdatePresence": 3, "UpdateVoiceState": 4, "Resume": 6,
        "RequestGuildMembers": 8, "RequestSoundboardSounds": 31, "RequestChannelInfo": 43,
    }  # fmt: skip


def test_there_are_142_structures(schema: Schema) -> None:
    # One file each in models/, save for the three that are only sent. Discord's presence_update is our Presence.
    models = titles(schema.folder("models"))
    assert models >= PARTS
    assert titles(schema.folder("commands")) >= SENT_STRUCTURES
    assert len(models - PARTS) + len(SENT_STRUCTURES) == 142


def test_each_part_names_the_structure_that_it_is_a_part_of(schema: Schema) -> None:
    # An added thread member is a structure of its own, whose `member` is never missing.
    assert {node.title for node in schema.folder("models") if "x-copy-of" in node.raw} == PARTS | {"AddedThreadMember"}


def test_there_are_84_enums_and_sets_of_flags(schema: Schema) -> None:
    enums = [node for node in schema.folder("enums") if "x-undocumented" not in node.raw]
    assert len(enums) == 84
    assert len([node for node in enums if node.get("x-kind") == "flags"]) == 16


def test_what_discord_does_not_document_is_marked_and_says_so(schema: Schema) -> None:
    marked = [
        (node.key, name)
        for node in schema.folder("models", "events")
        for name, prop in node.get("properties", {}).items()
        if "x-undocumented" in prop
    ]
    assert marked == [
        ("models/activity", "id"), ("models/activity", "sync_id"), ("models/activity", "platform"),
        ("models/activity", "session_id"), ("models/unfurled_media_item", "loading_state"),
        ("events/guild_member_update", "flags"), ("events/integration_create", "user"),
        ("events/integration_update", "user"),
    ]  # fmt: skip
    assert field_docs(Activity)["sync_id"].endswith(" Discord does not document it.")
    assert "to send spam. Discord does not document it." in inspect.getsource(enums.UserFlags)
    assert (enums.UnfurledMediaItemLoadingState.__doc__ or "").endswith(" Discord does not document it.")


def test_there_are_11_unions(schema: Schema) -> None:
    beside = {node.title for node in schema.folder("unions") if node.get("x-discriminator")["in"] == "parent"}
    assert len(schema.folder("unions")) == 11
    assert beside == {"InteractionData", "RateLimitMetadataForOpcode"}


def test_every_file_is_reachable(schema: Schema) -> None:
    """What no event, control payload or command leads to would be code that nothing uses.

    Buttons of an activity are the exception: Discord documents their form, and lets no bot send it.
    """
    reached: set[str] = set()
    waiting = [node.key for node in schema.folder("events", "control", "commands", "gateway")]
    waiting += ["enums/opcode", "enums/intents", *AUDITED]
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            node = schema.nodes[key]
            waiting += [schema.resolve(node, ref).key for ref in references(node.raw)]
    assert set(schema.nodes) - reached == {"models/activity_button"}


def test_every_class_is_generated_into_one_folder(schema: Schema) -> None:
    classes = [node for node in schema.nodes.values() if node.folder not in ("control", "gateway")]
    assert {package(node) for node in classes} == {"enums", "models", "events", "commands"}


@pytest.mark.parametrize(
    ("file", "field", "limit"),
    [
        ("commands/identify", "large_threshold", {"minimum": 50, "maximum": 250}),
        ("commands/request_guild_members", "nonce", {"x-max-bytes": 32}),
        ("commands/request_guild_members", "limit", {"minimum": 0}),
        ("models/activity", "buttons", {"maxItems": 2}),
        ("models/action_row", "components", {"maxItems": 5}),
    ],
)
def test_limits_stand_at_their_field(schema: Schema, file: str, field: str, limit: dict[str, int]) -> None:
    prop = schema.nodes[file].raw["properties"][field]
    assert {key: prop.get(key) for key in limit} == limit


def test_a_request_names_at_most_100_users(schema: Schema) -> None:
    one, several = schema.nodes["commands/request_guild_members"].raw["properties"]["user_ids"]["anyOf"]
    assert "maxItems" not in one
    assert several["maxItems"] == 100


def test_a_request_takes_names_or_ids(schema: Schema) -> None:
    node = schema.nodes["commands/request_guild_members"]
    assert node.get("x-one-of-required") == ["query", "user_ids"]
    assert node.get("x-requires") == {"query": ["limit"]}
    assert [(rule["intent"], rule["when"]) for rule in node.get("x-intents-when")] == [
        ("GUILD_PRESENCES", {"presences": True}),
        ("GUILD_MEMBERS", {"query": "", "limit": 0}),
    ]


def test_direction_and_deprecation_are_marked(schema: Schema) -> None:
    fields = [prop for node in schema.folder("models", "events") for prop in node.raw["properties"].values()]
    fields = [prop for prop in fields if "x-undocumented" not in prop]
    assert len([one for one in fields if one.get("deprecated")]) == 5
    assert len([one for one in fields if one.get("readOnly") or one.get("writeOnly")]) == 13


def test_null_means_true_in_three_role_tags(schema: Schema) -> None:
    tags = schema.nodes["models/role_tags"].raw["properties"]
    marked = {name for name, prop in tags.items() if prop["$ref"].endswith("presence_boolean.json")}
    assert marked == {"premium_subscriber", "available_for_purchase", "guild_connections"}

"""What bots send: the payload says what was asked for, and what Discord would refuse is refused before it leaves."""

from __future__ import annotations

import copy
import inspect
import json
import logging
import re
import traceback
from itertools import combinations
from typing import Any, get_overloads

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gatewaysdk import commands
from gatewaysdk.bases.command import UNSET, Command, Outbound, ProtocolMessage
from gatewaysdk.commands import (
    Heartbeat,
    Identify,
    IdentifyConnectionProperties,
    PresenceActivity,
    RequestChannelInfo,
    RequestGuildMembers,
    RequestSoundboardSounds,
    Resume,
    UpdatePresence,
    UpdateVoiceState,
)
from gatewaysdk.enums import ActivityType, Capabilities, ChannelInfoField, Intents, PresenceStatus
from gatewaysdk.errors import CommandError, GatewayError
from gatewaysdk.snowflake import Snowflake

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"  # the sample of Discord's documentation

PROPERTIES = IdentifyConnectionProperties(os="linux", browser="gatewaysdk", device="gatewaysdk")
PLAYING = PresenceActivity(name="chess", type=ActivityType.PLAYING)

PAYLOADS: list[tuple[Outbound, Any]] = [
    (Heartbeat(251), 251),
    (Heartbeat(None), None),
    (
        Identify(token=TOKEN, properties=PROPERTIES, intents=Intents.GUILDS | Intents.GUILD_MESSAGES),
        {
            "token": TOKEN,
            "properties": {"os": "linux", "browser": "gatewaysdk", "device": "gatewaysdk"},
            "intents": 513,
        },
    ),
    (
        Identify(
            token=TOKEN, properties=PROPERTIES, intents=0, compress=True, large_threshold=250, shard=(1, 16),
            presence=UpdatePresence(since=None, activities=[], status="dnd", afk=False),
            capabilities=Capabilities.CHANNEL_OBFUSCATION,
        ),
        {
            "token": TOKEN,
            "properties": {"os": "linux", "browser": "gatewaysdk", "device": "gatewaysdk"},
            "compress": True,
            "large_threshold": 250,
            "shard": [1, 16],
            "presence": {"since": None, "activities": [], "status": "dnd", "afk": False},
            "intents": 0,
            "capabilities": 32768,
        },
    ),
    (Resume(token=TOKEN, session_id="s", seq=7), {"token": TOKEN, "session_id": "s", "seq": 7}),
    (
        RequestGuildMembers(guild_id=41771983444115456, query="", limit=0),
        {"guild_id": "41771983444115456", "query": "", "limit": 0},
    ),
    (
        RequestGuildMembers(guild_id="1", user_ids=["2", 3, Snowflake(4)], presences=True, nonce="n"),
        {"guild_id": "1", "presences": True, "user_ids": ["2", "3", "4"], "nonce": "n"},
    ),
    (RequestGuildMembers(guild_id=1, user_ids=5), {"guild_id": "1", "user_ids": "5"}),
    (RequestSoundboardSounds(guild_ids=(1, "2")), {"guild_ids": ["1", "2"]}),
    (
        RequestChannelInfo(guild_id=1, fields=[ChannelInfoField.STATUS, "voice_start_time"]),
        {"guild_id": "1", "fields": ["status", "voice_start_time"]},
    ),
    (
        UpdateVoiceState(guild_id=1, channel_id=2, self_mute=True, self_deaf=False),
        {"guild_id": "1", "channel_id": "2", "self_mute": True, "self_deaf": False},
    ),
    (
        UpdateVoiceState(guild_id=1, channel_id=None, self_mute=False, self_deaf=False),
        {"guild_id": "1", "channel_id": None, "self_mute": False, "self_deaf": False},
    ),
    (
        UpdatePresence(since=91879201, activities=[PLAYING], status=PresenceStatus.IDLE, afk=True),
        {"since": 91879201, "activities": [{"name": "chess", "type": 0}], "status": "idle", "afk": True},
    ),
    (
        PresenceActivity(name="live", type=1, url="https://twitch.tv/discord", state=None),
        {"name": "live", "type": 1, "url": "https://twitch.tv/discord", "state": None},
    ),
]  # fmt: skip

OPCODES = {
    Heartbeat: 1, Identify: 2, UpdatePresence: 3, UpdateVoiceState: 4, Resume: 6, RequestGuildMembers: 8,
    RequestSoundboardSounds: 31, RequestChannelInfo: 43,
}  # fmt: skip


@pytest.mark.parametrize(("command", "payload"), PAYLOADS, ids=lambda one: type(one).__name__)
def test_a_payload_holds_what_was_set_and_nothing_else(command: Outbound, payload: Any) -> None:
    assert command.payload() == payload
    assert json.loads(json.dumps(command.payload())) == payload


def test_every_command_has_its_opcode() -> None:
    found = {one for one in map(commands.__dict__.get, dir(commands)) if isinstance(one, type)}
    assert {one: one.opcode for one in found if issubclass(one, Command | ProtocolMessage)} == OPCODES


@given(st.integers(0, 2**64 - 1))
def test_an_id_is_an_integer_a_string_or_a_snowflake(value: int) -> None:
    for given_as in (value, str(value), Snowflake(value)):
        command = RequestSoundboardSounds(guild_ids=[given_as])
        assert command.guild_ids == [value]
        assert command.payload() == {"guild_ids": [str(value)]}


def test_unset_is_left_out_and_null_is_sent() -> None:
    assert PresenceActivity(name="n", type=0, url=UNSET).payload() == {"name": "n", "type": 0}
    assert PresenceActivity(name="n", type=0, url=None).payload() == {"name": "n", "type": 0, "url": None}
    assert repr(UNSET) == "UNSET"
    assert not UNSET


def test_a_new_status_can_be_sent_before_we_know_it() -> None:
    command = UpdatePresence(since=None, activities=[], status=PresenceStatus("asleep"), afk=False)
    assert command.payload()["status"] == "asleep"


def test_a_value_that_no_enum_knows_is_refused_unless_it_is_meant() -> None:
    status: Any = "onlin"
    with pytest.raises(CommandError) as caught:
        UpdatePresence(since=None, activities=[], status=status, afk=False)
    assert caught.value.field == "status"
    assert (
        "is 'onlin', Discord takes 'online', 'dnd', 'idle', 'invisible', 'offline'; pass PresenceStatus('onlin')"
        in (str(caught.value))
    )
    fields: Any = ["status", "colour"]
    with pytest.raises(CommandError, match=r"RequestChannelInfo\.fields is 'colour', Discord takes 'status', "):
        RequestChannelInfo(guild_id=1, fields=fields)
    with pytest.raises(CommandError, match=r"PresenceActivity\.type is 99, Discord takes 0, 1, "):
        PresenceActivity(name="x", type=99)
    assert PresenceActivity(name="x", type=ActivityType(99)).payload() == {"name": "x", "type": 99}


# What Discord would refuse


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (
        RequestGuildMembers,
        {"guild_id": 1, "user_ids": "x"},
        "RequestGuildMembers.user_ids cannot be 'x': Input should be an id: a decimal string or an integer, of "
        "64 bits at most; pass that instead",
    ),
    (
        RequestGuildMembers,
        {"guild_id": 1, "user_ids": range(130)},
        "RequestGuildMembers.user_ids has 130 items, Discord takes 100; split the request",
    ),
    (
        RequestGuildMembers,
        {"guild_id": 1, "user_ids": ["2", "x"]},
        "RequestGuildMembers.user_ids.1 cannot be 'x': Input should be an id: a decimal string or an integer, of "
        "64 bits at most; pass that instead",
    ),
    (
        RequestGuildMembers,
        {"guild_id": 1},
        "RequestGuildMembers takes exactly one of query and user_ids; pass one of them",
    ),
    (
        RequestGuildMembers,
        {"guild_id": 1, "query": "", "limit": 0, "user_ids": [2]},
        "RequestGuildMembers takes exactly one of query and user_ids; pass one of them",
    ),
    (
        RequestGuildMembers,
        {"guild_id": 1, "query": "n"},
        "RequestGuildMembers.limit is missing, and query needs it; pass both",
    ),
    (
        RequestGuildMembers,
        {"guild_id": 1, "query": "n", "limit": -1},
        "RequestGuildMembers.limit is -1, Discord takes 0 or more; raise it",
    ),
    (
        RequestGuildMembers,
        {"guild_id": 1, "query": "n", "limit": None},
        "RequestGuildMembers.limit cannot be null; leave it out instead",
    ),
    (
        RequestGuildMembers,
        {"guild_id": 1, "user_ids": 2, "nonce": "ü" * 17},
        "RequestGuildMembers.nonce has 34 bytes, Discord takes 32; make it shorter",
    ),
    (
        Identify,
        {"token": TOKEN, "properties": PROPERTIES, "intents": 0, "large_threshold": 49},
        "Identify.large_threshold is 49, Discord takes 50 or more; raise it",
    ),
    (
        Identify,
        {"token": TOKEN, "properties": PROPERTIES, "intents": 0, "large_threshold": 251},
        "Identify.large_threshold is 251, Discord takes 250 or less; lower it",
    ),
    (
        Identify,
        {"token": TOKEN, "properties": PROPERTIES, "intents": -1},
        "Identify.intents is -1, Discord takes 0 or more; raise it",
    ),
    (
        Identify,
        {"token": TOKEN, "properties": PROPERTIES, "intents": 0, "shard": (0, "1")},
        "Identify.shard.1 cannot be '1': Input should be a valid integer; pass that instead",
    ),
    (
        Identify,
        {"token": TOKEN, "properties": PROPERTIES, "intents": 0, "compress": None},
        "Identify.compress cannot be null; leave it out instead",
    ),
    (
        UpdateVoiceState,
        {"guild_id": True, "channel_id": None, "self_mute": False, "self_deaf": False},
        "UpdateVoiceState.guild_id cannot be True: Input should be an id: a decimal string or an integer, of "
        "64 bits at most; pass that instead",
    ),
    (
        UpdateVoiceState,
        {"guild_id": 1, "channel_id": None, "self_mute": 1, "self_deaf": False},
        "UpdateVoiceState.self_mute cannot be 1: Input should be a valid boolean; pass that instead",
    ),
    (
        UpdatePresence,
        {"since": None, "activities": [PLAYING, "chess"], "status": "online", "afk": False},
        "UpdatePresence.activities.1 cannot be 'chess': Input should be a valid dictionary or instance of "
        "PresenceActivity; pass that instead",
    ),
    (
        RequestSoundboardSounds,
        {"guild_ids": "12"},
        "RequestSoundboardSounds.guild_ids cannot be '12': Input should be a valid list; pass that instead",
    ),
    (
        UpdatePresence,
        {"since": None, "activities": [{"name": "chess"}], "status": "online", "afk": False},
        "UpdatePresence cannot be made: PresenceActivity.__init__() missing 1 required keyword-only argument: 'type'; "
        "pass that",
    ),
    (
        Heartbeat,
        {"sequence": "1"},
        "Heartbeat.sequence cannot be '1': Input should be a valid integer; pass that instead",
    ),
]


@pytest.mark.parametrize(("command", "arguments", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_an_error_names_the_field_the_value_the_rule_and_the_remedy(
    command: Any, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(CommandError) as caught:
        command(**arguments)
    assert str(caught.value) == message
    assert caught.value.command == command.__name__
    assert isinstance(caught.value, GatewayError)
    assert isinstance(caught.value, ValueError)
    where = message.split(" ")[0].removeprefix(command.__name__).removeprefix(".")
    assert caught.value.field == (where or None)


MEMBERS = {"query": "n", "limit": 1, "user_ids": [2], "presences": False, "nonce": "n"}


@pytest.mark.parametrize(
    "names", [names for size in range(len(MEMBERS) + 1) for names in combinations(MEMBERS, size)], ids="-".join
)
def test_an_overload_takes_what_the_constructor_takes(names: tuple[str, ...]) -> None:
    arguments: dict[str, Any] = {"guild_id": 1} | {name: MEMBERS[name] for name in names}
    signatures = map(inspect.signature, get_overloads(RequestGuildMembers.__init__))
    taken = [one for one in signatures if _binds(one, arguments)]
    if taken:
        assert len(taken) == 1
        assert RequestGuildMembers(**arguments).payload().keys() == arguments.keys()
    elif {"limit", "user_ids"} <= {*names} and "query" not in names:
        # Pointless, hence a type error, but Discord is not known to refuse it.
        assert RequestGuildMembers(**arguments).payload()["limit"] == 1
    else:
        with pytest.raises(CommandError, match=r"exactly one of query and user_ids|limit is missing"):
            RequestGuildMembers(**arguments)


def _binds(signature: inspect.Signature, arguments: dict[str, Any]) -> bool:
    try:
        signature.bind(None, **arguments)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("count", [0, 1, 99, 100])
def test_up_to_100_users_are_asked_for_at_once(count: int) -> None:
    command = RequestGuildMembers(guild_id=1, user_ids=list(range(count)))
    assert len(command.payload()["user_ids"]) == count


@given(st.text(max_size=40))
def test_a_nonce_is_measured_in_bytes(nonce: str) -> None:
    if len(nonce.encode(errors="surrogatepass")) <= 32:
        assert RequestGuildMembers(guild_id=1, user_ids=2, nonce=nonce).payload()["nonce"] == nonce
    else:
        with pytest.raises(CommandError, match="make it shorter"):
            RequestGuildMembers(guild_id=1, user_ids=2, nonce=nonce)


@given(st.integers())
def test_the_threshold_keeps_to_its_bounds(threshold: int) -> None:
    def identify() -> Identify:
        return Identify(token=TOKEN, properties=PROPERTIES, intents=0, large_threshold=threshold)

    if 50 <= threshold <= 250:
        assert identify().payload()["large_threshold"] == threshold
    else:
        with pytest.raises(CommandError, match=r"^Identify\.large_threshold is -?[0-9]+, Discord takes "):
            identify()


# Secrets


@pytest.mark.parametrize(
    "command",
    [
        Identify(token=TOKEN, properties=PROPERTIES, intents=0),
        Resume(token=TOKEN, session_id="s", seq=0),
    ],
    ids=lambda one: type(one).__name__,
)
def test_no_repr_shows_the_token(command: Identify | Resume, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("%s %r", command, command)
    for text in (repr(command), str(command), f"{command}", caplog.text):
        assert text
        assert TOKEN not in text
    assert command.payload()["token"] == TOKEN


@pytest.mark.parametrize(
    "arguments",
    [
        {"token": TOKEN.encode()},
        {"token": [TOKEN]},
        {"token": TOKEN, "intents": -1},
        {"token": TOKEN, "properties": {"os": "linux"}},
        {"token": TOKEN, "presence": {"status": 1}},
    ],
    ids=repr,
)
def test_no_error_shows_the_token(arguments: dict[str, Any]) -> None:
    identify: Any = Identify  # what is passed here, no type checker would let pass
    with pytest.raises(CommandError) as caught:
        identify(**{"properties": PROPERTIES, "intents": 0} | arguments)
    report = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in report.replace(repr(arguments), "")
    assert caught.value.__suppress_context__
    assert TOKEN not in str(caught.value.__context__)


# What the classes are


def test_a_command_cannot_be_changed() -> None:
    command = Resume(token=TOKEN, session_id="s", seq=0)
    with pytest.raises(ValidationError, match="frozen"):
        command.seq = 1


@pytest.mark.parametrize(("command", "payload"), PAYLOADS, ids=lambda one: type(one).__name__)
def test_a_command_is_a_value(command: Outbound, payload: Any) -> None:
    for made in (copy.copy(command), copy.deepcopy(command), command.model_copy()):
        assert made == command
        assert made.payload() == payload


def test_what_is_given_is_copied() -> None:
    ids = [1, 2]
    command = RequestSoundboardSounds(guild_ids=ids)
    ids.append(3)
    assert command.payload() == {"guild_ids": ["1", "2"]}


def test_an_argument_that_no_command_has_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'guild'"):
        RequestSoundboardSounds(guild=1)  # type: ignore[call-arg]  # that is the point
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'guild_ids'"):
        RequestSoundboardSounds()  # type: ignore[call-arg]  # that is the point


def test_every_command_and_its_constructor_is_described() -> None:
    for one in {type(command) for command, _ in PAYLOADS}:
        assert one.__doc__
        summary, arguments = (one.__init__.__doc__ or "").split("\n\n", 1)
        assert summary == one.__doc__
        assert re.findall(r"^ +(\w+): .+[.]$", arguments, re.MULTILINE) == [
            *(name for name in inspect.signature(one.__init__).parameters if name != "self"),
            "CommandError",
        ]

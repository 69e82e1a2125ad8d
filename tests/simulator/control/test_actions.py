"""What people do, events by hand and trouble, over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk.simulator import FAULTS, Simulator

from ..client import connect
from ..http import http
from .conftest import Control

MESSAGES = 1 << 9 | 1 << 15  # GUILD_MESSAGES, MESSAGE_CONTENT


async def test_a_member_says_something_and_the_bot_hears_it(sim: Simulator, control: Control) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=MESSAGES)
        told = await control("say", text="!ping", guild="Guild 1", channel="#general", **{"as": "bob"})
        heard = await bot.receive_event("MESSAGE_CREATE")
    assert (heard["content"], heard["author"]["username"]) == ("!ping", "bob")
    assert heard["id"] == told["message"]["id"]
    assert (told["heard_by"], told["note"]) == (1, None)
    assert "bob" in sim.world.guild("Guild 1").guild.named_members[int(heard["author"]["id"])].user.username


@pytest.mark.parametrize(
    ("intents", "channel", "heard_by", "note"),
    [
        (1, "general", 0, "GUILD_MESSAGES"),
        (1 << 9, "general", 1, "MESSAGE_CONTENT"),
        (1 << 9, "@me", 0, "DIRECT_MESSAGES"),
        (1 << 12, "@me", 1, None),
    ],
)
async def test_it_says_why_a_bot_does_not_hear_a_message(
    sim: Simulator, control: Control, intents: int, channel: str, heard_by: int, note: str | None
) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=intents)
        told = await control("say", text="hi", channel=channel)
    assert told["heard_by"] == heard_by
    assert told["note"] is None if note is None else note in told["note"]


async def test_without_a_bot_nobody_says_anything(sim: Simulator, control: Control) -> None:
    status, error = await control.refused("say", text="hi")
    assert (status, "no bot is connected" in error) == (409, True)
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=MESSAGES)
        bot.socket._response.close()  # cut without a close frame
    await sim.wait_for(lambda: not sim.connections[0].open)
    told = await control("say", text="hi")
    assert (told["heard_by"], "resumes" in told["note"]) == (0, True)


async def test_reactions_and_answers_to_messages(sim: Simulator, control: Control) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=MESSAGES | 1 << 10)
        first = (await control("say", text="one"))["message"]
        await bot.receive_event("MESSAGE_CREATE")
        await control("say", text="two", reply_to=first["id"])
        assert (await bot.receive_event("MESSAGE_CREATE"))["referenced_message"]["id"] == first["id"]
        told = await control("react", emoji="👍", message=first["id"])
        assert told["message"]["reactions"][0]["count"] == 1
        assert (await bot.receive_event("MESSAGE_REACTION_ADD"))["message_id"] == first["id"]
        await control("react", emoji="👍", message=first["id"], remove=True)
        assert (await bot.receive_event("MESSAGE_REACTION_REMOVE"))["message_id"] == first["id"]


GREET = {
    "name": "greet",
    "description": "greets",
    "options": [
        {"type": 6, "name": "whom", "description": "a user", "required": True},
        {"type": 4, "name": "times", "description": "a number"},
        {"type": 5, "name": "loud", "description": "a switch"},
    ],
}


async def test_a_slash_command_a_button_and_a_form_go_the_whole_way_round(sim: Simulator, control: Control) -> None:
    async with connect(sim) as bot, http(sim) as api:
        await (await bot.greeted()).identified(intents=0)
        await api.ok("POST", f"/applications/{sim.bot.user.id}/commands", GREET)
        sim.world.guild("Guild 0").member("bob")
        asking = asyncio.create_task(
            control("use", command="/greet", options={"whom": "bob", "times": "2", "loud": "true"})
        )
        asked = await bot.receive_event("INTERACTION_CREATE")
        options = {one["name"]: one["value"] for one in asked["data"]["options"]}
        assert options["times"] == 2
        assert options["loud"] is True
        assert asked["data"]["resolved"]["users"][options["whom"]]["username"] == "bob"
        button = {"type": 2, "style": 1, "label": "More", "custom_id": "more"}
        data = {"content": "hi bob", "components": [{"type": 1, "components": [button]}]}
        await _answer(api, asked, 4, data)
        (seen,) = (await asking)["messages"]
        assert (seen["content"], seen["ephemeral"]) == ("hi bob", False)

        clicking = asyncio.create_task(control("click", button="More"))
        asked = await bot.receive_event("INTERACTION_CREATE")
        field = {"type": 4, "custom_id": "name", "label": "Name", "style": 1}
        form = {"title": "Who?", "custom_id": "who", "components": [{"type": 1, "components": [field]}]}
        await _answer(api, asked, 9, form)
        opened = await clicking
        assert opened["modal"]["title"] == "Who?"

        values = {"name": "Al"}
        sending = asyncio.create_task(control("submit", interaction=opened["interaction"], values=values))
        asked = await bot.receive_event("INTERACTION_CREATE")
        assert asked["data"]["components"][0]["components"][0]["value"] == "Al"
        await _answer(api, asked, 4, {"content": "secret", "flags": 64})
        assert (await sending)["messages"][0]["ephemeral"] is True
        contents = [one["content"] for one in (await control.get("messages"))["messages"]]
        assert contents == ["hi bob", "secret"]
        assert len((await control.get("messages?as=bob"))["messages"]) == 1


async def _answer(api: Any, asked: dict[str, Any], kind: int, data: dict[str, Any]) -> None:
    path = f"/interactions/{asked['id']}/{asked['token']}/callback"
    await api.ok("POST", path, {"type": kind, "data": data})


async def test_an_answer_that_does_not_come_is_said(sim: Simulator, control: Control) -> None:
    async with connect(sim) as bot, http(sim) as api:
        await (await bot.greeted()).identified(intents=0)
        await api.ok("POST", f"/applications/{sim.bot.user.id}/commands", {"name": "slow", "description": "d"})
        told = await control("use", command="/slow", timeout=0)
    assert (told["answered"], told["messages"]) == (False, [])


async def test_events_by_hand(sim: Simulator, control: Control) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=MESSAGES)
        assert await control("dispatch", event="MESSAGE_CREATE", fields={"content": "made"}) == {"sessions": 1}
        assert (await bot.receive_event("MESSAGE_CREATE"))["content"] == "made"
        assert await control("dispatch", event="BRAND_NEW", payload={"a": 1}) == {"sessions": 1}
        assert await bot.receive_event("BRAND_NEW") == {"a": 1}
        assert await control("dispatch", event="GUILD_BAN_ADD") == {"sessions": 0}  # its intents do not bring it


@pytest.mark.parametrize(("action", "body", "code"), [("close", {"code": 4009}, 4009), ("drop", {}, 1006)])
async def test_connections_end(sim: Simulator, control: Control, action: str, body: dict[str, Any], code: int) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=0)
        assert await control(action, shard=0, **body) == {"connections": 1}
        assert await bot.closed() == code


async def test_op_7_op_9_and_sessions_that_are_gone(sim: Simulator, control: Control) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=0)
        await control("reconnect")
        assert (await bot.receive()).op == 7
        assert await control("forget_sessions") == {"sessions": 1}
        assert not sim.sessions
        await control("invalidate", resumable=True)
        frame = await bot.receive()
        assert (frame.op, frame.d) == (9, True)
        await control("corrupt_next")


async def test_faults_by_name(sim: Simulator, control: Control) -> None:
    names = [one["name"] for one in (await control.get("state"))["faults"]]
    assert names == list(FAULTS)
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=0)
        told = await control("faults", name="op-9", parameters={"resumable": True}, shard=0)
        assert told == {"connections": 1, "parameters": {"resumable": True}}
        frame = await bot.receive()
        assert (frame.op, frame.d) == (9, True)
    told = (await control.get("traffic"))["traffic"]
    assert [(one["what"], one["text"]) for one in told if one["kind"] == "fault"] == [
        ("op-9", "shard 0 resumable=True")
    ]


REFUSED: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("say", {}, ("text is missing", "say takes", "reply_to")),
    ("say", {"text": 5}, ("text is 5", "string")),
    ("say", {"text": "hi", "volume": 3}, ("volume is 3", "not permitted", "say takes", "as")),
    ("say", {"text": "hi", "guild": "Atlantis"}, ("guild is 'Atlantis'", "'Guild 0', 'Guild 1'")),
    ("say", {"text": "hi", "channel": "attic"}, ("channel is 'attic'", "'general', 'Lounge'")),
    ("say", {"text": "hi", "as": "simulated-bot"}, ("'simulated-bot'", "another name")),
    ("say", {"text": "hi", "reply_to": "1"}, ("message is '1'", "#general")),
    ("react", {"emoji": "👍"}, ("no message in #general",)),
    ("use", {"command": "/nothing"}, ("no command 'nothing'",)),
    ("click", {"button": "Yes"}, ("no message of the bot with components",)),
    ("submit", {"interaction": "12", "values": {}}, ("interaction is '12'", "form for alice")),
    ("dispatch", {"event": "NOTHING"}, ("'NOTHING'", "GET /control/state", "payload")),
    ("dispatch", {"event": "MESSAGE_CREATE", "fields": {"contents": "x"}}, ("no field 'contents'", "content")),
    ("dispatch", {"event": "MESSAGE_CREATE", "fields": {"content": 5}}, ("content=5",)),
    ("dispatch", {"event": "MESSAGE_CREATE", "fields": {"self": "x"}}, ("no field 'self'", "content")),
    ("dispatch", {"event": "MESSAGE_CREATE", "fields": {"event": "x"}}, ("no field 'event'", "content")),
    ("dispatch", {"event": "READY", "fields": {"shard": [0, 1]}}, ("'shard'", "payload")),
    ("dispatch", {"event": "X", "fields": {"a": 1}, "payload": {}}, ("both given",)),
    ("faults", {"name": "earthquake"}, ("no fault 'earthquake'", "op-9")),
    ("faults", {"name": "op-9", "parameters": {"resumable": 5}}, ("resumable is 5", "true or false")),
    ("faults", {"name": "op-9", "parameters": {"name": 5}}, ("no parameter 'name'", "resumable")),
    ("close", {"code": 7}, ("code is 7", "1000")),
]


@pytest.mark.parametrize(("action", "body", "said"), REFUSED, ids=[f"{name} {body}" for name, body, _ in REFUSED])
async def test_bad_input_gets_400_with_the_value_the_rule_and_the_remedy(
    sim: Simulator, control: Control, action: str, body: dict[str, Any], said: tuple[str, ...]
) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=0)
        status, error = await control.refused(action, **body)
    assert status == 400
    assert [part for part in said if part not in error] == [], error


async def test_trouble_without_a_connection_is_refused(control: Control) -> None:
    status, error = await control.refused("drop", shard=3)
    assert (status, "of shard 3" in error) == (409, True)

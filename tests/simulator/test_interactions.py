"""Commands, buttons, selects, forms and completions, the whole way round."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gatewaysdk import models
from gatewaysdk.errors import StateError
from gatewaysdk.simulator import Asked, Person, Simulator, VirtualTime

from .client import TOKEN, Client, connect
from .http import Http, http
from .test_acting import told

MESSAGE, LATER, LATER_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
EPHEMERAL = 64
COMMANDS: list[dict[str, Any]] = [
    {
        "name": "ping",
        "description": "answers",
        "options": [
            {"type": 3, "name": "text", "description": "t", "choices": [{"name": "One", "value": "one"}]},
            {"type": 4, "name": "number", "description": "n"},
            {"type": 6, "name": "who", "description": "w"},
        ],
    },
    {
        "name": "role",
        "description": "roles",
        "options": [
            {
                "type": 1,
                "name": "give",
                "description": "gives",
                "options": [{"type": 8, "name": "role", "description": "r", "required": True}],
            }
        ],
    },
]
BUTTONS = [
    {
        "type": 1,
        "components": [
            {"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"},
            {"type": 2, "style": 1, "label": "No", "custom_id": "no", "disabled": True},
        ],
    },
    {"type": 1, "components": [{"type": 3, "custom_id": "color", "options": [{"label": "Red", "value": "red"}]}]},
]


class Bot:
    """Answers interactions as a test says."""

    def __init__(self, sim: Simulator, call: Http, client: Client) -> None:
        self.sim = sim
        self.call = call
        self.client = client
        self.seen: Any = None

    async def sees(self) -> Any:
        """Receive the next interaction, which has to be sound."""
        self.seen = await told(self.client, "INTERACTION_CREATE")
        return self.seen

    async def answers(self, kind: int, data: Any = None, query: str = "") -> Any:
        path = f"/interactions/{self.seen.id}/{self.seen.token}/callback{query}"
        return await self.call("POST", path, {"type": kind, "data": data})

    @property
    def webhook(self) -> str:
        return f"/webhooks/{self.sim.bot.user.id}/{self.seen.token}"


@asynccontextmanager
async def meeting(time: VirtualTime | None = None) -> AsyncIterator[tuple[Bot, Person]]:
    time = time or VirtualTime()  # a slow machine takes longer than the 3 seconds in which Discord wants an answer
    async with (
        Simulator(token=TOKEN, guilds=0, clock=time, now=time.now) as sim,
        connect(sim) as client,
        http(sim) as call,
    ):
        place = sim.world.guild("Test")
        alice = place.member("alice")
        await call.ok("PUT", f"/applications/{sim.bot.user.id}/commands", COMMANDS)
        await (await client.greeted()).identified(intents=0)
        yield Bot(sim, call, client), alice


def general(bot: Bot) -> Any:
    return bot.sim.world.guild("Test").channel()


async def test_a_command_is_answered_with_a_message() -> None:
    async with meeting() as (bot, alice):
        asked = await alice.uses("/ping", general(bot), text="one", number=3, who=alice)
        seen = await bot.sees()
        assert (seen.type, seen.data.name, seen.member.user.id) == (2, "ping", alice.id)
        assert [(one.name, one.value) for one in seen.data.options] == [
            ("text", "one"),
            ("number", 3),
            ("who", str(alice.id)),
        ]
        assert list(map(int, seen.data.resolved.users)) == [alice.id]
        assert await bot.answers(MESSAGE, {"content": "pong"}) == (204, None)
        reply = await asked.reply()
        assert (reply.content, reply.ephemeral, reply.type) == ("pong", False, 20)
        assert reply.id in general(bot).messages
        assert not models.Message.model_validate(reply.payload(1)).violations
        assert await bot.answers(MESSAGE, {"content": "again"}) == (
            400,
            {"message": "Interaction has already been acknowledged.", "code": 40060},
        )


async def test_an_answer_that_takes_long_is_announced_and_then_there() -> None:
    async with meeting() as (bot, alice):
        asked = await alice.uses("/ping", general(bot))
        await bot.sees()
        await bot.answers(LATER, {"flags": EPHEMERAL})
        with pytest.raises(TimeoutError, match="did not answer within"):
            await asked.reply(timeout=0.001)
        await bot.call.ok("PATCH", f"{bot.webhook}/messages/@original", {"content": "done"})
        reply = await asked.reply()
        assert (reply.content, reply.ephemeral) == ("done", True)
        assert reply.id not in general(bot).messages, "nobody else sees it"
        await bot.call.ok("POST", bot.webhook, {"content": "more", "flags": EPHEMERAL})
        await bot.call.ok("POST", bot.webhook, {"content": "for all"})
        assert [(await asked.followup(number)).content for number in (1, 2)] == ["more", "for all"]
        assert [one.content for one in asked.messages] == ["done", "more", "for all"]
        await bot.call.ok("DELETE", f"{bot.webhook}/messages/@original")
        assert [one.content for one in asked.messages] == ["more", "for all"]


async def test_the_first_followup_takes_the_place_of_the_announcement() -> None:
    async with meeting() as (bot, alice):
        asked = await alice.uses("/ping", general(bot))
        await bot.sees()
        await bot.answers(LATER)
        await bot.call.ok("POST", bot.webhook, {"content": "first"})
        assert (await asked.reply()).content == "first"
        assert (await bot.call.ok("GET", f"{bot.webhook}/messages/@original"))["content"] == "first"


async def test_with_response_says_what_became_of_it() -> None:
    async with meeting() as (bot, alice):
        await alice.uses("/ping", general(bot))
        await bot.sees()
        status, answer = await bot.answers(MESSAGE, {"content": "pong"}, "?with_response=true")
        assert (status, answer["resource"]["message"]["content"]) == (200, "pong")
        assert answer["interaction"]["response_message_loading"] is False


async def asked_with_buttons(bot: Bot, alice: Person) -> Asked:
    asked = await alice.uses("/ping", general(bot))
    await bot.sees()
    await bot.answers(MESSAGE, {"content": "really?", "components": BUTTONS})
    return asked


async def test_a_button_changes_its_message() -> None:
    async with meeting() as (bot, alice):
        message = await (await asked_with_buttons(bot, alice)).reply()
        clicked = await alice.clicks("Yes", message)
        seen = await bot.sees()
        assert (seen.type, seen.data.custom_id, seen.message.id) == (3, "yes", message.id)
        await bot.answers(UPDATE, {"content": "yes!", "components": []})
        assert await clicked.reply() is message
        assert (message.content, message.components) == ("yes!", [])
        with pytest.raises(StateError, match="nothing called 'Yes' here; there are"):
            await alice.clicks("Yes", message)


async def test_a_select_and_a_button_that_is_off() -> None:
    async with meeting() as (bot, alice):
        message = await (await asked_with_buttons(bot, alice)).reply()
        selected = await alice.selects("color", ["red"], message)
        assert (await bot.sees()).data.values == ["red"]
        await bot.answers(LATER_UPDATE)
        assert await selected.reply() is message
        with pytest.raises(StateError, match="has no values"):
            await alice.selects("color", ["green"], message)
        with pytest.raises(StateError, match="disabled"):
            await alice.clicks("No", message)


async def test_a_form_is_opened_filled_in_and_sent() -> None:
    form = {
        "custom_id": "name-form",
        "title": "Your name",
        "components": [{"type": 1, "components": [{"type": 4, "custom_id": "name", "style": 1, "label": "Name"}]}],
    }
    async with meeting() as (bot, alice):
        asked = await alice.uses("/ping", general(bot))
        await bot.sees()
        await bot.answers(FORM, form)
        assert (await asked.modal())["title"] == "Your name"
        with pytest.raises(StateError, match=r"requires \['name'\]"):
            await alice.submits(asked)
        sent = await alice.submits(asked, name="Al")
        seen = await bot.sees()
        assert (seen.type, seen.data.custom_id) == (5, "name-form")
        await bot.answers(MESSAGE, {"content": "thanks"})
        assert (await sent.reply()).content == "thanks"


async def test_an_option_is_completed() -> None:
    async with meeting() as (bot, alice):
        asked = await alice.completes("/ping", general(bot), "number", number=1)
        seen = await bot.sees()
        assert (seen.type, seen.data.options[0].focused) == (4, True)
        assert (await bot.answers(MESSAGE, {"content": "x"}))[0] == 400, "only choices answer it"
        await bot.answers(CHOICES, {"choices": [{"name": "Eleven", "value": 11}]})
        assert (await asked.choices())[0]["value"] == 11


async def test_a_subcommand_and_its_role() -> None:
    async with meeting() as (bot, alice):
        role = bot.sim.world.guild("Test").role("Reader")
        await alice.uses("/role give", general(bot), role=role)
        (sub,) = (await bot.sees()).data.options
        assert (sub.name, sub.options[0].value) == ("give", str(role.id))


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        ("/pong", {}, r"no command 'pong', only \['ping', 'role'\]"),
        ("/ping", {"txt": "x"}, r"no option \['txt'\]"),
        ("/ping", {"text": "two"}, r"takes one of \['one'\]"),
        ("/ping", {"number": "3"}, "takes int"),
        ("/ping", {"number": True}, "takes int"),
        ("/role", {}, "takes a subcommand"),
        ("/role take", {}, "no subcommand 'take'"),
        ("/role give", {}, r"requires \['role'\]"),
    ],
)
async def test_what_discord_would_not_let_a_user_send(command: str, options: dict[str, Any], message: str) -> None:
    async with meeting() as (bot, alice):
        with pytest.raises(StateError, match=message):
            await alice.uses(command, general(bot), **options)


async def test_an_answer_that_comes_late_is_refused() -> None:
    time = VirtualTime()
    async with meeting(time) as (bot, alice):
        await alice.uses("/ping", general(bot))
        await bot.sees()
        time.advance(3.1)
        assert (await bot.answers(MESSAGE, {"content": "pong"}))[1]["code"] == 10062
        await alice.uses("/ping", general(bot))
        await bot.sees()
        assert await bot.call.code("POST", bot.webhook, {"content": "x"}) == (404, 10015)
        await bot.answers(MESSAGE, {"content": "pong"})
        time.advance(901)
        assert await bot.call.code("POST", bot.webhook, {"content": "x"}) == (401, 50027)


async def test_commands_are_registered_changed_and_deleted() -> None:
    async with meeting() as (bot, _):
        commands = f"/applications/{bot.sim.bot.user.id}/commands"
        before = await bot.call.ok("GET", commands)
        again = await bot.call.ok("PUT", commands, [COMMANDS[0]])
        assert [one["id"] for one in again] == [before[0]["id"]], "the same name keeps its id"
        one = f"{commands}/{before[0]['id']}"
        assert (await bot.call.ok("PATCH", one, {"description": "new"}))["description"] == "new"
        assert (await bot.call("POST", commands, {"name": "pong", "description": "d"}))[0] == 201
        assert (await bot.sim.bot.registered("pong"))["type"] == 1
        await bot.call.ok("DELETE", one)
        assert await bot.call.code("GET", one) == (404, 10063)
        for body in ({}, {"name": "No Way", "description": "d"}, {"name": "x"}):
            assert await bot.call.code("POST", commands, body) == (400, 50035)
        assert await bot.call.code("GET", "/applications/7/commands") == (403, 20012)

"""What bots call over HTTP, and what the gateway tells of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from gatewaysdk import models
from gatewaysdk.enums import Permissions
from gatewaysdk.errors import ConfigurationError
from gatewaysdk.simulator import Simulator, UnknownRoutes, Venue, VirtualTime

from .client import TOKEN, Client, connect
from .http import Http, http
from .test_acting import nothing_told, told


@asynccontextmanager
async def working(**settings: Any) -> AsyncIterator[tuple[Simulator, Http, Venue]]:
    async with Simulator(token=TOKEN, guilds=0, **settings) as sim, http(sim) as call:
        yield sim, call, sim.world.guild("Test")


@asynccontextmanager
async def watching() -> AsyncIterator[tuple[Simulator, Http, Venue, Client]]:
    async with working() as (sim, call, place), connect(sim) as client:
        place.member("alice")
        await (await client.greeted()).identified()
        await client.receive_event("GUILD_CREATE")
        yield sim, call, place, client


# Who asks, and how it is answered


@pytest.mark.parametrize("prefix", ["", "/api", "/api/v10", "/api/v9", "/v6"])
async def test_any_version_of_the_api_leads_to_the_same(prefix: str) -> None:
    async with Simulator(token=TOKEN) as sim, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bot {TOKEN}"}
        async with session.get(f"{sim.api_url}{prefix}/users/@me", headers=headers) as response:
            assert response.headers["Content-Type"] == "application/json"
            user = models.User.model_validate(await response.json())
        assert (user.id, user.bot, user.verified) == (sim.bot.user.id, True, True)
        assert not user.violations


@pytest.mark.parametrize("authorization", [None, TOKEN, "Bot wrong", f"Bearer {TOKEN}"])
async def test_without_the_token_nothing_is_said(authorization: str | None) -> None:
    async with Simulator(token=TOKEN) as sim, aiohttp.ClientSession(sim.api_url) as session:
        headers = {} if authorization is None else {"Authorization": authorization}
        async with session.get("/api/v10/users/@me", headers=headers) as response:
            assert response.status == 401
            assert await response.json() == {"message": "401: Unauthorized", "code": 0}


@pytest.mark.parametrize(
    "path",
    [
        "/oauth2/applications/@me",
        "/applications/@me",
        "/soundboard-default-sounds",
        "/users/@me/guilds",
        "/gateway",
        "/gateway/bot",
    ],
)
async def test_what_clients_ask_for_when_they_start(path: str) -> None:
    async with working() as (_, call, _place):
        await call.ok("GET", path)


async def test_a_route_that_is_not_there_fails_the_test_that_called_it() -> None:
    sim = Simulator(token=TOKEN)
    await sim.start()
    async with http(sim) as call:
        for _ in range(2):
            assert await call("GET", "/channels/1/vanished") == (404, {"message": "404: Not Found", "code": 0})
    assert [str(one) for one in sim.rest.unknown] == ["GET /channels/1/vanished -> 404"] * 2
    with pytest.raises(UnknownRoutes, match=r"GET /channels/1/vanished -> 404 \(2 times\).*unknown_routes='allow'"):
        await sim.__aexit__(None, None, None)


async def test_such_a_route_may_be_allowed_and_hides_no_other_error() -> None:
    async with working(unknown_routes="allow") as (_, call, _place):
        await call("GET", "/vanished")
    sim = Simulator(token=TOKEN)
    await sim.start()
    async with http(sim) as call:
        await call("GET", "/vanished")
    await sim.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
    with pytest.raises(ConfigurationError, match="unknown_routes"):
        Simulator(token=TOKEN, unknown_routes="ignore")


async def test_requests_are_kept_with_their_route_and_without_the_token() -> None:
    async with working() as (sim, call, place):
        await call.ok("POST", f"/channels/{place.channel().id}/messages", {"content": "hi"})
        (request,) = sim.rest.find("POST", "/channels/{channel_id}/messages")
        assert (request.body, request.status, request.response["content"]) == ({"content": "hi"}, 200, "hi")
        assert TOKEN not in repr(sim.rest.requests)


@pytest.mark.parametrize(("data", "code"), [(b"{", 50109), (b"[]", 50035), (b'{"content": 7}', 50035)])
async def test_a_body_that_cannot_be_read_is_refused(data: bytes, code: int) -> None:
    async with working() as (_, call, place):
        path = f"/channels/{place.channel().id}/messages"
        headers = {"Content-Type": "application/json"}
        assert await call.code("POST", path, None, data=data, headers=headers) == (400, code)


# Limits


async def test_every_answer_says_how_much_room_there_is() -> None:
    async with working() as (_, call, _place), call.session.get("/api/v10/users/@me") as response:
        assert int(response.headers["X-RateLimit-Remaining"]) < int(response.headers["X-RateLimit-Limit"])
        assert float(response.headers["X-RateLimit-Reset-After"]) > 0
        assert response.headers["X-RateLimit-Bucket"]


async def test_too_many_requests_wait_for_their_second() -> None:
    time = VirtualTime()
    async with working(rest_limit=2, clock=time, now=time.now) as (_, call, place):
        paths = [f"/channels/{place.channel(name).id}" for name in ("general", "other")]
        for _ in range(2):
            await call.ok("GET", paths[0])
        status, answer = await call("GET", paths[0])
        assert (status, answer["retry_after"], answer["global"]) == (429, 1.0, False)
        await call.ok("GET", paths[1])  # a limit of its own, as its channel is another
        time.advance(1.0)
        await call.ok("GET", paths[0])


# Messages


async def test_what_a_bot_says_is_seen_by_all_and_comes_back() -> None:
    async with watching() as (sim, call, place, client):
        general = place.channel()
        body = {"content": "hi", "embeds": [{"title": "t"}], "nonce": "7", "tts": False}
        answer = await call.ok("POST", f"/channels/{general.id}/messages", body)
        assert not models.Message.model_validate(answer).violations
        event = await told(client, "MESSAGE_CREATE")
        assert (event.content, event.nonce, event.embeds[0].type) == ("hi", "7", "rich")
        assert (await sim.bot.sent(general)).id == event.id
        with pytest.raises(TimeoutError, match=r"nothing new to #general .* it said \['hi'\]"):
            await sim.bot.sent(general, timeout=0.001)


async def test_a_message_is_read_changed_pinned_and_deleted() -> None:
    async with watching() as (_, call, place, client):
        path = f"/channels/{place.channel().id}/messages"
        sent = await call.ok("POST", path, {"content": "one"})
        one = f"{path}/{sent['id']}"
        assert (await call.ok("PATCH", one, {"content": "two"}))["content"] == "two"
        assert (await call.ok("GET", one))["edited_timestamp"]
        await call.ok("PUT", f"/channels/{place.channel().id}/messages/pins/{sent['id']}")
        assert (await call.ok("GET", f"{path}/pins"))["items"][0]["message"]["id"] == sent["id"]
        await call.ok("DELETE", one)
        assert await call.code("GET", one) == (404, 10008)
        for name in ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_UPDATE", "CHANNEL_PINS_UPDATE", "MESSAGE_DELETE"):
            await told(client, name)


async def test_messages_are_listed_newest_first() -> None:
    async with working() as (_, call, place):
        alice, general = place.member("alice"), place.channel()
        said = [await alice.says(str(number), general) for number in range(5)]
        path = f"/channels/{general.id}/messages"

        async def contents(query: str) -> str:
            return "".join(one["content"] for one in await call.ok("GET", f"{path}?{query}"))

        assert await contents("limit=2") == "43"
        assert await contents(f"before={said[3].id}&limit=2") == "21"
        assert await contents(f"after={said[1].id}&limit=2") == "32"
        assert await contents(f"around={said[2].id}&limit=3") == "321"
        assert await call.code("GET", f"{path}?limit=101") == (400, 50035)
        ids = [str(one.id) for one in said]
        await call.ok("POST", f"{path}/bulk-delete", {"messages": ids[:2]})
        assert await contents("") == "432"


async def test_files_come_along() -> None:
    async with working() as (_, call, place):
        form = aiohttp.FormData()
        form.add_field("payload_json", '{"attachments": [{"id": 0, "description": "a note"}]}')
        form.add_field("files[0]", b"abc", filename="note.txt", content_type="text/plain")
        sent = await call.ok("POST", f"/channels/{place.channel().id}/messages", None, data=form)
        assert not models.Message.model_validate(sent).violations
        (file,) = sent["attachments"]
        place.forbid_bot(Permissions.ATTACH_FILES)
        again = aiohttp.FormData()
        again.add_field("files[0]", b"abc", filename="note.txt", content_type="text/plain")
        assert await call.code("POST", f"/channels/{place.channel().id}/messages", None, data=again) == (403, 50013)
        assert (file["filename"], file["size"], file["description"]) == ("note.txt", 3, "a note")


async def test_reactions_are_put_counted_and_taken() -> None:
    async with watching() as (sim, call, place, client):
        alice, general = place.member("alice"), place.channel()
        message = await alice.says("vote", general)
        await alice.reacts("👍", message)
        path = f"/channels/{general.id}/messages/{message.id}"
        await call.ok("PUT", f"{path}/reactions/%F0%9F%91%8D/@me")
        (reaction,) = (await call.ok("GET", path))["reactions"]
        assert (reaction["count"], reaction["me"]) == (2, True)
        users = await call.ok("GET", f"{path}/reactions/%F0%9F%91%8D")
        assert {one["id"] for one in users} == {str(alice.id), str(sim.bot.user.id)}
        await call.ok("DELETE", f"{path}/reactions/%F0%9F%91%8D/{alice.id}")
        await call.ok("DELETE", f"{path}/reactions")
        assert await call.code("PUT", f"{path}/reactions/thumb/@me") == (404, 10014)
        names = ["CREATE", "REACTION_ADD", "REACTION_ADD", "REACTION_REMOVE", "REACTION_REMOVE_ALL"]
        for name in names:
            await told(client, f"MESSAGE_{name}")


async def test_a_direct_message_to_somebody() -> None:
    async with watching() as (sim, call, place, client):
        alice = place.member("alice")
        channel = await call.ok("POST", "/users/@me/channels", {"recipient_id": str(alice.id)})
        await call.ok("POST", f"/channels/{channel['id']}/messages", {"content": "psst"})
        assert (await sim.bot.sent(alice.direct)).content == "psst"
        assert (await told(client, "MESSAGE_CREATE")).guild_id is None
        assert await call.code("POST", "/users/@me/channels", {"recipient_id": "7"}) == (404, 10013)


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, 50006), ({"content": ""}, 50006), ({"content": "x" * 2001}, 50035), ({"message_reference": {}}, 50035)],
)
async def test_messages_that_discord_refuses(body: dict[str, Any], code: int) -> None:
    async with working() as (_, call, place):
        assert await call.code("POST", f"/channels/{place.channel().id}/messages", body) == (400, code)


# Members, roles, channels


async def test_members_are_moderated_and_the_gateway_tells() -> None:
    async with watching() as (_, call, place, client):
        alice, role = place.member("alice"), place.role("Reader")
        member = f"/guilds/{place.id}/members/{alice.id}"
        await call.ok("PUT", f"{member}/roles/{role.id}")
        assert alice.has(role)
        assert (await call.ok("PATCH", member, {"nick": "Al", "roles": []}))["nick"] == "Al"
        await call.ok("DELETE", member)
        ban = f"/guilds/{place.id}/bans/{alice.id}"
        await call.ok("PUT", ban, {}, headers={"X-Audit-Log-Reason": "spam%20again"})
        assert (await call.ok("GET", ban))["reason"] == "spam again"
        await call.ok("DELETE", ban)
        assert await call.code("GET", ban) == (404, 10026)
        names = ["ROLE_CREATE", "MEMBER_UPDATE", "MEMBER_UPDATE", "MEMBER_REMOVE", "BAN_ADD", "BAN_REMOVE"]
        for name in names:
            await told(client, f"GUILD_{name}")


async def test_roles_and_channels_are_made_changed_and_deleted() -> None:
    async with watching() as (_, call, place, client):
        roles = f"/guilds/{place.id}/roles"
        role = await call.ok("POST", roles, {"name": "Reader", "permissions": "1024"})
        assert (await call.ok("PATCH", f"{roles}/{role['id']}", {"permissions": "0"}))["permissions"] == "0"
        await call.ok("DELETE", f"{roles}/{role['id']}")
        channel = await call.ok("POST", f"/guilds/{place.id}/channels", {"name": "news", "topic": "t"})
        assert not models.Channel.model_validate(channel).violations
        path = f"/channels/{channel['id']}"
        await call.ok("PUT", f"{path}/permissions/{place.id}", {"type": 0, "deny": "2048"})
        assert (await call.ok("PATCH", path, {"name": "old"}))["permission_overwrites"][0]["deny"] == "2048"
        await call.ok("DELETE", path)
        names = ["GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE"]
        for name in [*names, "CHANNEL_UPDATE", "CHANNEL_DELETE"]:
            await told(client, name)


async def test_a_bot_that_leaves_is_told_so() -> None:
    async with watching() as (sim, call, place, client):
        await call.ok("DELETE", f"/users/@me/guilds/{place.id}")
        assert (await told(client, "GUILD_DELETE")).id == place.id
        assert sim.world.guilds == []
        await sim.emit("WEBHOOKS_UPDATE", {"guild_id": str(place.id), "channel_id": "1"})
        await told(client, "WEBHOOKS_UPDATE")
        await nothing_told(client)


# Permissions


@pytest.mark.parametrize(
    ("permission", "method", "path", "body"),
    [
        ("SEND_MESSAGES", "POST", "/channels/{channel}/messages", {"content": "x"}),
        ("ADD_REACTIONS", "PUT", "/channels/{channel}/messages/{message}/reactions/%F0%9F%91%8D/@me", None),
        ("READ_MESSAGE_HISTORY", "GET", "/channels/{channel}/messages/{message}", None),
        ("MANAGE_MESSAGES", "DELETE", "/channels/{channel}/messages/{message}", None),
        ("PIN_MESSAGES", "PUT", "/channels/{channel}/messages/pins/{message}", None),
        ("KICK_MEMBERS", "DELETE", "/guilds/{guild}/members/{member}", None),
        ("BAN_MEMBERS", "PUT", "/guilds/{guild}/bans/{member}", {}),
        ("MANAGE_ROLES", "PUT", "/guilds/{guild}/members/{member}/roles/{role}", None),
        ("MANAGE_ROLES", "POST", "/guilds/{guild}/roles", {"name": "x"}),
        ("MANAGE_NICKNAMES", "PATCH", "/guilds/{guild}/members/{member}", {"nick": "x"}),
        ("MODERATE_MEMBERS", "PATCH", "/guilds/{guild}/members/{member}", {"communication_disabled_until": None}),
        ("MANAGE_CHANNELS", "POST", "/guilds/{guild}/channels", {"name": "x"}),
        ("MANAGE_CHANNELS", "DELETE", "/channels/{channel}", None),
        ("MANAGE_GUILD", "PATCH", "/guilds/{guild}", {"name": "x"}),
    ],
)
async def test_what_the_bot_may_not_is_answered_with_50013(
    permission: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    async with working() as (_, call, place):
        alice, role = place.member("alice"), place.role("Reader")
        message = await alice.says("hi", place.channel())
        ids = {"guild": place.id, "channel": message.channel_id, "message": message.id}
        path = path.format(**ids, member=alice.id, role=role.id)
        place.forbid_bot(Permissions[permission])
        assert await call.code(method, path, body) == (403, 50013)
        place.guild.everyone.permissions |= Permissions[permission]
        await call.ok(method, path, body)


async def test_what_the_bot_cannot_see_is_answered_with_50001() -> None:
    async with working() as (_, call, place):
        channel = place.channel("secret")
        for role in place.guild.roles.values():
            place.deny(channel, role, Permissions.VIEW_CHANNEL)
        assert await call.code("POST", f"/channels/{channel.id}/messages", {"content": "x"}) == (403, 50001)
        assert str(channel.id) not in {one["id"] for one in await call.ok("GET", f"/guilds/{place.id}/channels")}


async def test_nobody_acts_on_those_above_them() -> None:
    async with working() as (_, call, place):
        owner = place.owner
        assert await call.code("DELETE", f"/guilds/{place.id}/members/{owner.id}") == (403, 50013)
        alice, high = place.member("alice"), place.role("High")
        high.position = 99
        assert await call.code("PUT", f"/guilds/{place.id}/members/{alice.id}/roles/{high.id}") == (403, 50013)
        every = str(int(Permissions.ADMINISTRATOR))
        assert await call.code("POST", f"/guilds/{place.id}/roles", {"permissions": every}) == (403, 50013)


async def test_a_message_of_others_cannot_be_edited() -> None:
    async with working() as (_, call, place):
        message = await place.member("alice").says("mine", place.channel())
        path = f"/channels/{message.channel_id}/messages/{message.id}"
        assert await call.code("PATCH", path, {"content": "x"}) == (403, 50005)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/channels/7", 10003),
        ("/guilds/7", 10004),
        ("/guilds/{guild}/members/7", 10007),
        ("/guilds/{guild}/roles/7", 10011),
        ("/users/7", 10013),
        ("/channels/{channel}/messages/7", 10008),
    ],
)
async def test_what_is_not_there_has_a_code_of_its_own(path: str, code: int) -> None:
    async with working() as (_, call, place):
        assert await call.code("GET", path.format(guild=place.id, channel=place.channel().id)) == (404, code)
        assert await call.code("GET", "/channels/abc") == (400, 50035)

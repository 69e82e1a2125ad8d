"""What a client is put through, and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable

from gatewaysdk.simulator import Simulator

from .running import PATIENCE, Running

MEMBERS = 1500  # two chunks
CLOSE_CODES = (4000, 4008, 4007, 4009)  # the first two leave the session, the others end it


class Failed(Exception):
    """A client did not do what it should; the text says what."""


def check(condition: bool, message: str) -> None:
    """Raise `Failed` unless the condition holds."""
    if not condition:
        raise Failed(message)


async def log_in(client: Running) -> None:
    """READY becomes the bot that the library shows."""
    await client.until(lambda: bool(client.all("ready")))
    check(client.all("ready")[0]["user"] == "simulated-bot", "another user logged in")


async def get_guilds(client: Running) -> None:
    """Each guild becomes one of the library."""
    wanted = {str(guild_id) for guild_id in client.sim.guild_ids}
    await client.until(lambda: {one["id"] for one in client.all("guild")} >= wanted)


async def get_messages(client: Running) -> None:
    """Each message comes once, with text and author."""
    await _say(client, "one")
    await _say(client, "two")
    authors = {one["author"] for one in client.all("message")}
    check(authors == {"alice"}, f"messages came from {authors}")


async def request_members(client: Running) -> None:
    """Op 8 brings all members."""
    await _say(client, "!members")
    await client.until(lambda: bool(client.all("members")))
    count = client.all("members")[0]["count"]
    wanted = next(iter(client.sim.world.state.guilds.values())).member_count
    check(count == wanted, f"{count} members came, of {wanted}")


async def resume_after_cut(client: Running) -> None:
    """What happens between a cut and the resume comes once."""
    await _resumes(client, client.sim.drop)


async def resume_after_op_7(client: Running) -> None:
    """The same after Reconnect."""
    await _resumes(client, client.sim.reconnect)


async def survive_close_codes(client: Running) -> None:
    """After each code that does not say that all is lost, the client comes back."""
    for code in CLOSE_CODES:
        connections = len(client.sim.connections)
        await client.sim.close(code)
        await _comes_back(client.sim, connections)
        await _say(client, f"after {code}")


STEPS = {
    "login": log_in,
    "guilds": get_guilds,
    "messages": get_messages,
    "members": request_members,
    "resume after a cut": resume_after_cut,
    "after op 7": resume_after_op_7,
    "after close codes": survive_close_codes,
}


async def run_two_shards(client: Running) -> None:
    """Two shards log in, one guild on each, and each gets the messages of its own."""
    await client.sim.wait_for_session(2, PATIENCE)
    await log_in(client)
    await get_guilds(client)
    shards = {session.shard for session in client.sim.sessions}
    check(shards == {(0, 2), (1, 2)}, f"the shards were {shards}")
    for number in range(2):
        await _say(client, f"on shard {number}", guild=f"Guild {number}")


async def _resumes(client: Running, disturb: Callable[[], object]) -> None:
    sim = client.sim
    connections, resumes, session = len(sim.connections), len(sim.resumes), sim.sessions[0]
    pending = disturb()
    check(hasattr(pending, "__await__"), "a fault is awaited")
    await pending  # type: ignore[misc]
    await _say(client, f"while away {connections}", wait=False)
    await _comes_back(sim, connections)
    await _say(client, f"back {connections}")
    await client.until(lambda: _count(client, f"while away {connections}") > 0)
    check(_count(client, f"while away {connections}") == 1, "a missed message came twice")
    check(len(sim.resumes) > resumes and sim.sessions[0] is session, "it began a new session instead")


async def _comes_back(sim: Simulator, connections: int) -> None:
    await sim.wait_for(lambda: len(sim.connections) > connections, PATIENCE)
    await sim.wait_for_session(timeout=PATIENCE)


async def _say(client: Running, text: str, *, wait: bool = True, guild: str = "Guild 0") -> None:
    place = client.sim.world.guild(guild)
    await place.member("alice").says(text, place.channel("general"))
    if wait:
        await client.until(lambda: _count(client, text) > 0)
        check(_count(client, text) == 1, f"{text!r} came {_count(client, text)} times")


def _count(client: Running, text: str) -> int:
    return sum(one["content"] == text for one in client.all("message"))

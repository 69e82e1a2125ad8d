"""What comes in is shown, as lines for people or for programs."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import Any

import pytest

from gatewaysdk import Intents
from gatewaysdk.simulator import Simulator, sample

from .conftest import TOKEN, Listen


async def emit_later(sim: Simulator, name: str, payload: dict[str, Any] | None = None, **options: Any) -> None:
    """Emit an event once the command has connected."""
    await sim.wait_for_session(timeout=20)
    await sim.emit(name, payload, **options)


async def test_events_are_readable_lines_with_the_time(sim: Simulator, listen: Listen) -> None:
    done = await listen("--count", "2")
    assert done.code == 0
    first, second = done.out.splitlines()
    assert re.match(r"\d\d:\d\d:\d\d READY  guilds=\[1\]  user=@simulated-bot$", first)
    assert re.match(r'\d\d:\d\d:\d\d GUILD_CREATE  name="Guild 0"', second)
    words = "with all intents but the privileged ones; press Ctrl-C to stop"
    assert done.err == f"gatewaysdk: connected to {sim.url} {words}\n"


async def test_the_bot_goes_offline_at_the_end(sim: Simulator, listen: Listen) -> None:
    await listen("--count", "1")
    await sim.wait_for(lambda: [one.client_close_code for one in sim.connections] == [1000])
    await sim.wait_for(lambda: sim.sessions == [])


@pytest.mark.parametrize(
    ("compress", "query"),
    [("none", None), ("zlib-stream", "zlib-stream"), ("zstd-stream", "zstd-stream"), ("payload", None)],
)
async def test_the_connection_is_compressed_as_asked(
    sim: Simulator, listen: Listen, compress: str, query: str | None
) -> None:
    assert (await listen("--count", "2", "--compress", compress)).code == 0
    assert sim.connections[0].query.get("compress") == query
    assert sim.identifies[0].get("compress", False) is (compress == "payload")


async def test_the_shard_is_the_one_asked_for(sim: Simulator, listen: Listen) -> None:
    assert (await listen("--count", "1", "--shard", "1/4")).code == 0
    assert sim.identifies[0]["shard"] == [1, 4]


async def test_json_lines_hold_the_data_that_came(sim: Simulator, listen: Listen) -> None:
    message = {
        **sample("MESSAGE_CREATE", full=False, seed=0),
        "content": "été \x9b2J",
        "timestamp": "2026-01-02T03:04:05Z",
        "edited_timestamp": None,
        "mentions": [],
    }
    listening = listen("--json", "--count", "1", "--events", "MESSAGE_CREATE", "--intents",
                       "GUILD_MESSAGES,MESSAGE_CONTENT")  # fmt: skip
    done, _ = await asyncio.gather(listening, emit_later(sim, "MESSAGE_CREATE", {**message, "brand_new_key": 1}))
    assert done.out.isascii()
    assert json.loads(done.out) == {"t": "MESSAGE_CREATE", "d": message}


@pytest.mark.parametrize("arguments", [("--raw",), ("--raw", "--json", "--events", "GuildMemberUpdate")])
async def test_raw_lines_hold_what_no_model_knows(sim: Simulator, listen: Listen, arguments: tuple[str, ...]) -> None:
    # Of the bot itself this event comes without its intent, so that no intent may be needed for showing it.
    update = {**sample("GUILD_MEMBER_UPDATE", seed=0, full=True), "brand_new_key": {"a": [1, None]}}
    privileged = ("--intents", "GUILDS,GUILD_MEMBERS") if "--events" in arguments else ()
    done, _ = await asyncio.gather(
        listen(*arguments, *privileged, "--count", "1" if privileged else "3"),
        emit_later(sim, "GUILD_MEMBER_UPDATE", update, respect_intents=False),
    )
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines[-1] == {"t": "GUILD_MEMBER_UPDATE", "d": update}
    assert privileged or [line["t"] for line in lines] == ["READY", "GUILD_CREATE", "GUILD_MEMBER_UPDATE"]


@pytest.mark.parametrize("form", ["--json", "--raw"])
@pytest.mark.parametrize("encoding", ["json", "etf"])
async def test_an_event_of_tomorrow_is_shown_with_its_data(
    sim: Simulator, listen: Listen, form: str, encoding: str
) -> None:
    data = {"id": "7", "list": [1, 2.5, True, None, {"text": "ü"}]}
    done, _ = await asyncio.gather(
        listen(form, "--count", "3", "--encoding", encoding), emit_later(sim, "BRAND_NEW", data)
    )
    assert json.loads(done.out.splitlines()[-1]) == {"t": "BRAND_NEW", "d": data}


async def test_every_event_is_a_json_line(sim: Simulator, listen: Listen) -> None:
    async def emit_all() -> None:
        await sim.wait_for_session(timeout=20)
        await sim.emit_all(respect_intents=False)

    for form in ("--json", "--raw"):
        for encoding in ("json", "etf"):
            done, _ = await asyncio.gather(listen(form, "--count", "79", "--encoding", encoding), emit_all())
            lines = [json.loads(line) for line in done.out.splitlines()]
            assert len({line["t"] for line in lines}) == 78  # GUILD_CREATE comes twice, RESUMED not at all
            assert all(set(line) == {"t", "d"} for line in lines)


@pytest.mark.parametrize("form", ["--json", "--raw"])
async def test_violations_are_told_in_json(sim: Simulator, listen: Listen, form: str) -> None:
    broken = {"id": "1", "channel_id": None}
    done, _ = await asyncio.gather(
        listen(form, "--count", "1", "--events", "MESSAGE_DELETE"), emit_later(sim, "MESSAGE_DELETE", broken)
    )
    line = json.loads(done.out)
    assert line["d"] == (broken if form == "--raw" else {"id": "1"})
    assert [one.partition(":")[0] for one in line["violations"]] == ["channel_id"]


async def test_violations_are_noted_on_the_line(sim: Simulator, listen: Listen) -> None:
    done, _ = await asyncio.gather(
        listen("--count", "1", "--events", "MessageDelete"), emit_later(sim, "MESSAGE_DELETE", {"id": "1"})
    )
    assert "MESSAGE_DELETE  id=1  ! channel_id: " in done.out


async def test_only_the_events_asked_for_are_shown_and_subscribed_to(sim: Simulator, listen: Listen) -> None:
    async def emit() -> None:
        await sim.wait_for_session(timeout=20)
        for name in ("MESSAGE_DELETE", "TYPING_START", "MESSAGE_CREATE"):
            await sim.emit(name, respect_intents=False)

    done, _ = await asyncio.gather(listen("--events", "TypingStart", "message_create", "--count", "2"), emit())
    assert [line.split()[1] for line in done.out.splitlines()] == ["TYPING_START", "MESSAGE_CREATE"]
    expected = Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGES
    expected |= Intents.GUILD_MESSAGE_TYPING | Intents.DIRECT_MESSAGE_TYPING
    assert sim.identifies[0]["intents"] == expected


async def test_privileged_intents_are_asked_for_when_an_event_takes_them(sim: Simulator, listen: Listen) -> None:
    done, _ = await asyncio.gather(
        listen("--events", "PRESENCE_UPDATE", "--count", "1"), emit_later(sim, "PRESENCE_UPDATE")
    )
    assert done.code == 0
    assert sim.identifies[0]["intents"] == Intents.GUILD_PRESENCES


async def test_intents_given_are_taken_as_they_are(sim: Simulator, listen: Listen) -> None:
    assert (await listen("--intents", "guilds,MessageContent", "--count", "1")).code == 0
    assert sim.identifies[0]["intents"] == Intents.GUILDS | Intents.MESSAGE_CONTENT


async def test_a_lost_connection_is_told_of_and_its_events_come(sim: Simulator, listen: Listen) -> None:
    async def trouble() -> None:
        await sim.wait_for_session(timeout=20)
        await sim.emit("TYPING_START")
        await sim.drop()
        await sim.emit("MESSAGE_DELETE")

    done, _ = await asyncio.gather(listen("--events", "TYPING_START,MESSAGE_DELETE", "--count", "2"), trouble())
    assert [line.split()[1] for line in done.out.splitlines()] == ["TYPING_START", "MESSAGE_DELETE"]
    assert "gatewaysdk: disconnected: " in done.err
    assert re.search(r"gatewaysdk: connecting again in \d\.\d s, to resume\n", done.err)


async def test_a_session_that_is_lost_is_told_of_and_so_is_what_ends_it_all(sim: Simulator, listen: Listen) -> None:
    async def trouble() -> None:
        await sim.wait_for_session(timeout=20)
        await sim.close(4009)
        await sim.wait_for(lambda: len(sim.connections) == 2, timeout=20)
        await sim.close(4004)

    done, _ = await asyncio.gather(listen(), trouble())
    assert done.code == 1
    assert re.search(r"connecting again in \d\.\d s, with a new session\n", done.err)
    assert "disconnected" not in done.err.splitlines()[-1]
    assert done.err.splitlines()[-1].startswith("gatewaysdk: the gateway refused the token from DISCORD_TOKEN")


async def test_colours_are_for_terminals_that_want_them(
    sim: Simulator, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[" not in (await listen("--count", "1")).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\x1b[1mREADY" in (await listen("--count", "1")).out
    assert "\x1b[" not in (await listen("--count", "1", "--no-color")).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in (await listen("--count", "1")).out


@pytest.mark.parametrize("form", [(), ("--json",), ("--raw",)])
async def test_a_token_in_an_event_is_not_shown(sim: Simulator, listen: Listen, form: tuple[str, ...]) -> None:
    # `listen` of the fixture looks for the token in all output.
    message = {**sample("MESSAGE_CREATE", seed=0, full=True), "content": f"my token is {TOKEN}"}
    done, _ = await asyncio.gather(
        listen(*form, "--events", "MESSAGE_CREATE", "--count", "1"),
        emit_later(sim, "MESSAGE_CREATE", message, respect_intents=False),
    )
    assert "my token is [token]" in done.out

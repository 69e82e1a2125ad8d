"""Every example runs, against a simulated gateway over real sockets, as a user would run it."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import importlib.util
import io
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import ModuleType

import pytest

from gatewaysdk import Intents
from gatewaysdk.protocol import Opcode
from gatewaysdk.simulator import Faults, Simulator, sample

from .broker import test_examples as examples_of_clusters
from .printed import PATIENCE, Output
from .programs import start_program
from .rest_fake import RestFake, rest_fake

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class Running:
    """One example at work, with its gateway."""

    def __init__(self, sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sim = sim
        self.output = Output()
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("DISCORD_TOKEN", sim.token.reveal())
        monkeypatch.setenv("GATEWAY_URL", sim.url)

    def load(self, name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self._monkeypatch.setattr(module, "print", self.output, raising=False)
        return module

    @contextlib.asynccontextmanager
    async def until_stopped(self, name: str, **options: object) -> AsyncIterator[asyncio.Task[None]]:
        """Run an example's main() within the block, then stop it as Ctrl-C does; it leaves no task and no socket."""
        before = asyncio.all_tasks()
        task = asyncio.create_task(self.load(name).main(**options))
        try:
            await self.sim.wait_for_session(timeout=PATIENCE)
            yield task
            assert not task.done(), "it ended by itself"
        finally:
            task.cancel()
            await asyncio.wait([task])
        assert task.cancelled()
        await self.sim.wait_for(lambda: not any(one.open for one in self.sim.connections), timeout=PATIENCE)
        left = {one for one in asyncio.all_tasks() - before if "gatewaysdk" in one.get_name()}
        assert not left


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    async with Simulator(token="example") as sim:
        yield Running(sim, monkeypatch)


def test_each_example_has_a_test_here() -> None:
    names = [*globals(), *vars(examples_of_clusters)]
    tested = {name.removeprefix("test_").partition("__")[0] for name in names}
    assert {path.stem for path in EXAMPLES.glob("*.py")} <= tested


@pytest.mark.parametrize("name", ["custom_websocket", "echo", "moderation_log", "presence_rotator"])
async def test_ctrl_c_ends_a_program_without_a_traceback(running: Running, name: str) -> None:
    program = await start_program(sys.executable, EXAMPLES / f"{name}.py")
    try:
        await running.sim.wait_for_session(timeout=PATIENCE)
        program.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            _, complaints = await program.communicate()
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    assert program.returncode == 0
    assert "Traceback" not in complaints.decode()
    await running.sim.wait_for(lambda: not any(one.open for one in running.sim.connections), timeout=PATIENCE)


PERSON = sample("GUILD_BAN_ADD", seed=0, full=True)["user"] | {"id": "7", "username": "nelly", "bot": False}
ORDER = {"id": "90", "channel_id": "80", "author": PERSON, "content": "!echo hello"}


@pytest.fixture
async def rest(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RestFake]:
    async with rest_fake() as fake:
        monkeypatch.setenv("API_URL", fake.url)
        yield fake


async def test_echo(running: Running, rest: RestFake) -> None:
    async with running.until_stopped("echo"):
        await running.output.wait_for("logged in as ")
        for other in ({"content": "hello"}, {"author": PERSON | {"bot": True}}):
            assert (
                await running.sim.emit("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True) | ORDER | other)
                == 1
            )
        assert await running.sim.emit("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True) | ORDER) == 1
        await running.output.wait_for("echoed nelly")
    check_echo(rest)


def check_echo(rest: RestFake) -> None:
    (asked,) = rest.asked
    assert (asked.method, asked.path, asked.authorization) == ("POST", "/channels/80/messages", "Bot example")
    assert (asked.body["content"], asked.body["message_reference"]["message_id"]) == ("hello", "90")


async def test_hikari_rest(running: Running, rest: RestFake) -> None:
    pytest.importorskip("hikari", reason="hikari's REST client is only installed for development")
    async with running.until_stopped("hikari_rest"):
        assert await running.sim.emit("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True) | ORDER) == 1
        await running.output.wait_for("echoed nelly")
    check_echo(rest)


@pytest.mark.parametrize("name", ["roll", "report"])
async def test_slash_command(running: Running, rest: RestFake, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("THINK_SECONDS", "0")
    command = sample("INTERACTION_CREATE", full=False, seed=0) | {
        "type": 2,
        "data": {"id": "5", "name": name, "type": 1},
    }
    command |= {"id": "40", "application_id": "50", "token": "interaction-token", "user": PERSON}
    async with running.until_stopped("slash_command"):
        await running.sim.emit("INTERACTION_CREATE", command | {"type": 4})  # autocompletion
        await running.sim.emit("INTERACTION_CREATE", command)
        await running.output.wait_for("answered")
    callback, webhook = "/interactions/40/interaction-token/callback", "/webhooks/50/interaction-token"
    assert {one.authorization for one in rest.asked} == {None}
    made = [(one.method, one.path) for one in rest.asked]
    if name == "roll":
        assert made == [("POST", callback)]
        assert rest.asked[0].body["type"] == 4
    else:
        assert made == [("POST", callback), ("PATCH", f"{webhook}/messages/@original"), ("POST", webhook)]
        assert rest.asked[0].body == {"type": 5}


async def test_step_by_step(running: Running) -> None:
    async with asyncio.timeout(PATIENCE):
        await running.load("step_by_step").main()
    output = running.output.lines
    assert output[-2:] == ["resumed", "closed"]
    assert any(line.startswith("member since") for line in output)
    assert len(running.sim.identifies) == len(running.sim.resumes) == 1
    assert [one.op for one in running.sim.received if one.op in (Opcode.PRESENCE_UPDATE, Opcode.REQUEST_GUILD_MEMBERS)]
    await running.sim.wait_for(lambda: not running.sim.sessions)  # closed for good


async def test_raw_events(running: Running) -> None:
    async with running.until_stopped("raw_events"):
        await running.sim.emit("MESSAGE_CREATE")
        assert "channel_id" in await running.output.wait_for("MESSAGE_CREATE with ")
        await running.sim.emit("NOT_YET_INVENTED", {"size": 3})
        assert await running.output.wait_for("NOT_YET_INVENTED") == "NOT_YET_INVENTED is new to us: {'size': 3}"


async def test_observe(running: Running) -> None:
    running.sim.queue_faults(Faults(refuse=503))
    async with running.until_stopped("observe"):
        await running.output.wait_for("attempt 1 to identify in ")
        await running.output.wait_for("new session ")
        await running.output.wait_for("guild ")
        await running.sim.emit("GUILD_CREATE", {"id": "not an id"})
        await running.output.wait_for("payload error: GUILD_CREATE has ")
        await running.output.wait_for("handler error: GuildCreate.name is absent")
        await running.sim.request_heartbeat()
        await running.output.wait_for("latency ")
        await running.sim.drop()
        await running.output.wait_for("resumed ")
    assert await running.output.wait_for("resumes ") == "resumes          1"


async def test_resume_after_restart(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSION_FILE", str(tmp_path / "session.json"))
    async with running.until_stopped("resume_after_restart"):
        await running.output.wait_for("new session ")
    # Nobody is there to receive it, so it waits for the next start.
    await running.sim.emit("MESSAGE_CREATE")
    async with running.until_stopped("resume_after_restart"):
        await running.output.wait_for("resumed")
    assert [line.split()[0] for line in running.output.lines] == ["new", "message", "resumed"]
    assert len(running.sim.identifies) == len(running.sim.resumes) == 1


USER = sample("GUILD_BAN_ADD", seed=0, full=True)["user"] | {"id": "7", "username": "nelly"}
MEMBER = sample("GUILD_MEMBER_ADD", full=False, seed=0) | {"guild_id": "3"}
REACTION = {"user_id": "7", "channel_id": "2", "message_id": "1", "burst": False, "type": 0}
VOICE = sample("VOICE_STATE_UPDATE", full=False, seed=0) | {"user_id": "7"}
ENTRY = {"id": "4", "guild_id": "3", "user_id": None, "target_id": None, "action_type": 999}
KICK = ENTRY | {"user_id": "8", "target_id": "7", "action_type": 20, "reason": "spam\njoined: somebody"}
COMMAND = {"id": "5", "name": "ban", "type": 1}
IN_GUILD = ("guild", "guild_id", "guild_locale", "member")
SLASH_COMMAND = sample("INTERACTION_CREATE", seed=0, full=True)
INTERACTION = {key: value for key, value in SLASH_COMMAND.items() if key not in IN_GUILD} | {"data": COMMAND}
GUILD = sample("GUILD_CREATE", seed=0, full=True) | {"id": "3", "name": "Den"}
EMPTY_GUILD = GUILD | {"voice_states": []}
IN_VOICE = {"user_id": "7", "channel_id": "20"}


@pytest.mark.parametrize(
    ("name", "payload", "line"),
    [
        ("GUILD_MEMBER_ADD", MEMBER | {"user": USER}, "joined: nelly (7), guild 3"),
        ("GUILD_MEMBER_ADD", MEMBER, "joined: somebody, guild 3"),
        ("GUILD_MEMBER_REMOVE", {"guild_id": "3", "user": USER}, "left: nelly (7), guild 3"),
        ("GUILD_BAN_ADD", {"guild_id": "3", "user": USER}, "banned: nelly (7), guild 3"),
        ("GUILD_BAN_REMOVE", {"guild_id": "3", "user": USER}, "unbanned: nelly (7), guild 3"),
        ("MESSAGE_DELETE", {"id": "1", "channel_id": "2", "guild_id": "3"}, "deleted: message 1, channel 2"),
        ("MESSAGE_DELETE_BULK", {"ids": ["1", "4"], "channel_id": "2"}, "deleted: 2 messages at once, channel 2"),
        (
            "MESSAGE_REACTION_ADD",
            REACTION | {"guild_id": "3", "member": MEMBER | {"user": USER}, "emoji": {"id": None, "name": "\N{FIRE}"}},
            "reacted: nelly (7) with \N{FIRE}, message 1",
        ),
        (
            "MESSAGE_REACTION_ADD",
            REACTION | {"guild_id": "3", "emoji": {"id": "6", "name": None}},
            "reacted: user 7 with an emoji that is gone (6), message 1",
        ),
        (
            "MESSAGE_REACTION_REMOVE",
            REACTION | {"guild_id": "3", "emoji": {"id": "6", "name": "blob"}},
            "took back: user 7 blob, message 1",
        ),
        ("PRESENCE_UPDATE", {"user": {"id": "7"}}, "presence: user 7 changed"),
        (
            "PRESENCE_UPDATE",
            {"user": {"id": "7"}, "status": "dnd", "activities": []},
            "presence: user 7 is dnd, doing []",
        ),
        (
            "PRESENCE_UPDATE",
            {
                "user": {"id": "7"},
                "status": "a status of tomorrow",
                "activities": [{"name": "chess\n", "type": 0, "created_at": 1}],
            },
            "presence: user 7 is a status of tomorrow, doing ['chess\\n']",
        ),
        ("GUILD_AUDIT_LOG_ENTRY_CREATE", ENTRY, "audit log: UNKNOWN_999 by nobody named"),
        (
            "GUILD_AUDIT_LOG_ENTRY_CREATE",
            KICK,
            "audit log: MEMBER_KICK on 7 by user 8, because 'spam\\njoined: somebody'",
        ),
        (
            "INTERACTION_CREATE",
            INTERACTION | {"guild_id": "3", "member": MEMBER | {"user": USER}},
            "command: /ban by nelly (7), guild 3",
        ),
        ("INTERACTION_CREATE", INTERACTION | {"user": USER}, "command: /ban by nelly (7), a direct message"),
        ("GUILD_CREATE", GUILD | {"voice_states": [IN_VOICE, {"user_id": "8"}]}, "watching: 'Den' (3), 1 in voice"),
        ("GUILD_DELETE", {"id": "3"}, "no longer in: guild 3"),
        ("GUILD_DELETE", {"id": "3", "unavailable": True}, "unavailable: guild 3"),
    ],
)
async def test_moderation_log(running: Running, name: str, payload: dict[str, object], line: str) -> None:
    async with running.until_stopped("moderation_log"):
        await running.output.wait_for("watching: ")
        assert await running.sim.emit(name, payload) == 1
        await running.output.wait_for("", after=1)
    assert running.output.lines[1:] == [line]


async def test_moderation_log__asks_for_what_it_needs(running: Running) -> None:
    async with running.until_stopped("moderation_log"):
        pass
    assert Intents(running.sim.identifies[0]["intents"]) == (
        Intents.GUILDS
        | Intents.GUILD_MEMBERS
        | Intents.GUILD_MODERATION
        | Intents.GUILD_PRESENCES
        | Intents.GUILD_VOICE_STATES
        | Intents.GUILD_MESSAGES
        | Intents.GUILD_MESSAGE_REACTIONS
    )


async def test_moderation_log__is_silent_of_what_is_no_news(running: Running) -> None:
    sim = running.sim
    emoji = {"emoji": {"id": None, "name": "\N{FIRE}"}}
    async with running.until_stopped("moderation_log"):
        await running.output.wait_for("watching: ")
        # In direct messages.
        await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "2"})
        await sim.emit("MESSAGE_REACTION_ADD", REACTION | emoji)
        await sim.emit("MESSAGE_REACTION_REMOVE", REACTION | emoji)
        await sim.emit("VOICE_STATE_UPDATE", VOICE | {"channel_id": "20"})
        # While somebody types a command.
        await sim.emit("INTERACTION_CREATE", INTERACTION | {"type": 4, "user": USER})
        await sim.emit("INTERACTION_CREATE", sample("INTERACTION_CREATE", seed=0, full=True) | {"type": 1})
        await sim.emit("GUILD_DELETE", {"id": "3"})
        await running.output.wait_for("no longer in: ")
    assert len(running.output.lines) == 2


async def test_moderation_log__knows_where_people_were(running: Running) -> None:
    sim, output = running.sim, running.output
    member = {"guild_id": "3", "member": MEMBER | {"user": USER}}
    async with running.until_stopped("moderation_log"):
        await output.wait_for("watching: ")
        await sim.emit("GUILD_CREATE", GUILD | {"voice_states": [IN_VOICE]})
        for channel_id in ("21", "21", None, None, "22"):
            await sim.emit("VOICE_STATE_UPDATE", VOICE | member | {"channel_id": channel_id})
        await sim.emit("VOICE_STATE_UPDATE", VOICE | {"guild_id": "3", "user_id": "8", "channel_id": "20"})
        await output.wait_for("voice: user 8 joined")
        # What it knew is worth nothing after an outage.
        await sim.emit("GUILD_DELETE", {"id": "3", "unavailable": True})
        await sim.emit("VOICE_STATE_UPDATE", VOICE | member | {"channel_id": "20"})
        await sim.emit("GUILD_CREATE", EMPTY_GUILD)
        await sim.emit("VOICE_STATE_UPDATE", VOICE | member | {"channel_id": "20"})
        await sim.emit("GUILD_DELETE", {"id": "3"})
        await output.wait_for("no longer in: ")
    assert output.lines[2:] == [
        "voice: nelly (7) moved from channel 20 to 21",
        "voice: nelly (7) left channel 21",
        "voice: nelly (7) joined channel 22",
        "voice: user 8 joined channel 20",
        "unavailable: guild 3",
        "voice: nelly (7) joined channel 20",
        "watching: 'Den' (3), 0 in voice",
        "voice: nelly (7) joined channel 20",
        "no longer in: guild 3",
    ]


async def test_moderation_log__reports_what_is_broken_and_goes_on(running: Running) -> None:
    async with running.until_stopped("moderation_log"):
        await running.output.wait_for("watching: ")
        await running.sim.emit("GUILD_BAN_ADD", {"guild_id": "3", "user": {**USER, "username": 5}})
        await running.sim.emit("GUILD_DELETE", {"id": "3"})
        await running.output.wait_for("no longer in: ")
    assert [line.partition(": ")[0] for line in running.output.lines[1:3]] == ["payload error", "handler error"]
    assert "User.username is absent" in running.output.lines[2]


async def test_presence_rotator(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTATE_SECONDS", "0")
    async with running.until_stopped("presence_rotator"):
        received = await running.sim.wait_for_received(Opcode.PRESENCE_UPDATE, 4)
        await running.output.wait_for("now showing here to help")
    assert [one.d["activities"] for one in received[:4]] == [
        [{"name": "over 1 guilds", "type": 3}],
        [{"name": "the gateway", "type": 2}],
        [{"name": "Custom Status", "type": 4, "state": "here to help"}],
        [{"name": "over 1 guilds", "type": 3}],
    ]
    assert {one.d["status"] for one in received} == {"online"}


async def test_presence_rotator__shows_each_for_a_while_and_handles_events_meanwhile(running: Running) -> None:
    sim = running.sim
    async with running.until_stopped("presence_rotator"):
        await running.output.wait_for("now showing over 1 guilds")
        await sim.emit("GUILD_CREATE", GUILD)
        await running.output.wait_for("now in 2 guilds")
        await sim.emit("GUILD_DELETE", {"id": "3", "unavailable": True})
        await sim.emit("GUILD_DELETE", {"id": "3"})
        await running.output.wait_for("now in 1 guilds")
    assert [line for line in running.output.lines if line.startswith("now in")] == [
        "now in 2 guilds",
        "now in 1 guilds",
    ]
    assert len([one for one in sim.received if one.op == Opcode.PRESENCE_UPDATE]) == 1


async def test_presence_rotator__ends_with_the_shard(running: Running) -> None:
    from gatewaysdk import FatalCloseError

    main = asyncio.create_task(running.load("presence_rotator").main())
    await running.output.wait_for("now showing ")
    await running.sim.close(4004)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ExceptionGroup) as raised:
            await main
    (error,) = raised.value.exceptions
    assert isinstance(error, FatalCloseError)


async def test_member_export(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "members.csv"
    monkeypatch.setenv("MEMBERS_FILE", str(path))
    async with asyncio.timeout(PATIENCE):
        await running.load("member_export").main()
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    assert header == ["guild", "user", "username", "nick", "joined"]
    exported = len({(guild, user) for guild, user, *_ in rows})
    assert exported == len(rows) > 0
    assert running.output.lines == [f"{exported} members of {running.sim.guild_ids[0]}"]


async def test_voice_join(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    guild_id = running.sim.guild_ids[0]
    monkeypatch.setenv("GUILD_ID", str(guild_id))
    monkeypatch.setenv("CHANNEL_ID", "9")
    async with running.until_stopped("voice_join"):
        await running.output.wait_for("connect to wss://")
        await running.sim.emit("VOICE_SERVER_UPDATE", {"token": "a", "guild_id": str(guild_id), "endpoint": None})
        await running.output.wait_for("connect again to a server that Discord still looks for")
    assert running.output.lines[-1] == "left"
    joined, left = await running.sim.wait_for_received(Opcode.VOICE_STATE_UPDATE, 2)
    assert (joined.d["channel_id"], left.d["channel_id"]) == ("9", None)


COMPRESSIONS = pytest.mark.parametrize("compress", [None, "zlib-stream", "zstd-stream"])


@COMPRESSIONS
async def test_custom_websocket(running: Running, compress: str | None) -> None:
    sim, output = running.sim, running.output
    async with running.until_stopped("custom_websocket", compress=compress):
        await output.wait_for("GUILD_CREATE")
        await sim.emit_all()
        await sim.drop()
        await sim.emit("MESSAGE_DELETE_BULK")  # while nobody is connected
        await output.wait_for("RESUMED")
    assert output.lines[-2:] == ["MESSAGE_DELETE_BULK", "RESUMED"]
    assert sim.connections[0].query.get("compress") == compress


async def test_custom_websocket__with_payload_compression(running: Running) -> None:
    async with running.until_stopped("custom_websocket", compress=None, payload_compression=True):
        await running.output.wait_for("GUILD_CREATE")
    assert running.sim.identifies[0]["compress"] is True


@COMPRESSIONS
async def test_custom_websocket__survives_broken_data(running: Running, compress: str | None) -> None:
    sim, output = running.sim, running.output
    async with running.until_stopped("custom_websocket", compress=compress):
        await output.wait_for("GUILD_CREATE")
        sim.corrupt_next()
        await sim.emit("MESSAGE_DELETE_BULK")
        await output.wait_for("RESUMED")
    assert output.lines.count("MESSAGE_DELETE_BULK") == 1


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(lambda sim: sim.reconnect(), id="op 7"),
        pytest.param(lambda sim: sim.invalidate(resumable=True), id="op 9, resumable"),
        pytest.param(lambda sim: sim.close(4000), id="close code 4000"),
    ],
)
async def test_custom_websocket__resumes_after(
    running: Running, trouble: Callable[[Simulator], Awaitable[None]]
) -> None:
    async with running.until_stopped("custom_websocket"):
        await running.output.wait_for("GUILD_CREATE")
        await trouble(running.sim)
        await running.output.wait_for("RESUMED")


async def test_custom_websocket__sends_commands_and_reports_a_refusal(running: Running) -> None:
    from gatewaysdk import FatalCloseError, Intents, Ready, RequestSoundboardSounds

    module = running.load("custom_websocket")
    client = module.Client("example", running.sim.url, intents=Intents.GUILDS)
    async with contextlib.aclosing(client.events()) as events:
        assert isinstance(await anext(events), Ready)
        client.send(RequestSoundboardSounds(guild_ids=running.sim.guild_ids))
        async for event in events:
            if event.event_name == "SOUNDBOARD_SOUNDS":
                break
    stranger = module.Client("wrong", running.sim.url, intents=Intents.GUILDS)
    with pytest.raises(FatalCloseError, match="4004"):
        await anext(stranger.events())

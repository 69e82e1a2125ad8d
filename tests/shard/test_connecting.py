"""Ways in which connecting fails: each one clear, typed error, and nothing left behind."""

from __future__ import annotations

import asyncio
import socket

import pytest

from gatewaysdk import (
    Backoff,
    ConfigurationError,
    ConnectError,
    FatalCloseError,
    FileSessionStore,
    Intents,
    PhaseTimeout,
    Ready,
    Resumed,
    Session,
    SessionStarts,
    Shard,
    StateError,
    Timeouts,
)
from gatewaysdk.simulator import Faults, Simulator
from gatewaysdk.transport import AiohttpConnector, Transport
from gatewaysdk.transport.aiohttp_connector import _SharedSession

from .conftest import QUICK, MakeShard


async def test_a_wrong_token_is_final_and_says_what_to_do(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(token="wrong-token-of-mine", intents=0)
    with pytest.raises(FatalCloseError, match="4004") as caught:
        await shard.connect()
    assert not caught.value.can_reconnect
    assert caught.value.remedy
    assert "wrong-token-of-mine" not in repr(caught.value) + str(caught.value)
    with pytest.raises(StateError, match="make a new one"):
        await shard.connect()


async def test_run_raises_what_is_final_as_well(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(token="wrong-token-of-mine", intents=0)
    with pytest.raises(FatalCloseError, match="4004"):
        await shard.run()


async def test_a_stream_raises_what_is_final_as_well(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(token="wrong-token-of-mine", intents=0)
    with pytest.raises(FatalCloseError, match="4004"):
        await anext(shard.events())


async def test_a_refused_privileged_intent_is_final() -> None:
    async with (
        Simulator(privileged=Intents(0)) as sim,
        Shard(sim.token, url=sim.url, intents=Intents.GUILD_MEMBERS) as shard,
    ):
        with pytest.raises(FatalCloseError, match="4014"):
            await shard.connect()


async def test_an_unreachable_url(make_shard: MakeShard) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ConnectError, match=r"cannot connect to ws://127.0.0.1:\d+/: "):
            await make_shard(url=url, intents=0).connect()


async def test_a_server_that_is_no_gateway(sim: Simulator, make_shard: MakeShard) -> None:
    sim.queue_faults(Faults(refuse=503))
    with pytest.raises(ConnectError, match="HTTP 503 instead of a WebSocket"):
        await make_shard(intents=0).connect()


async def test_a_server_that_accepts_and_says_nothing(make_shard: MakeShard) -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        shard = make_shard(url=f"ws://127.0.0.1:{port}", intents=0, timeouts=Timeouts(connect=0.05))
        with pytest.raises(PhaseTimeout, match=r"no connect within 0\.05 s"):
            await shard.connect()


@pytest.mark.parametrize(
    ("faults", "timeouts", "phase"),
    [
        (Faults(silent=True), Timeouts(hello=0.05), "HELLO"),
        (Faults(no_ready=True), Timeouts(ready=0.05), "READY"),
    ],
)
async def test_pain_20_a_gateway_that_stops_half_way(
    sim: Simulator, make_shard: MakeShard, faults: Faults, timeouts: Timeouts, phase: str
) -> None:
    sim.queue_faults(faults)
    with pytest.raises(PhaseTimeout, match=f"no {phase} within 0.05 s"):
        await make_shard(intents=0, timeouts=timeouts).connect()


async def test_pain_12_data_that_cannot_be_inflated(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0, compress="zlib-stream")
    await shard.connect()
    sim.corrupt_next()
    await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "1"}, respect_intents=False)
    while not isinstance(await shard.receive(), Resumed):
        pass
    assert len(sim.connections) == 2
    assert shard.stats.replayed == 1, "the event that was corrupted is replayed"


async def test_pain_15_an_op_7_before_hello_is_no_error(sim: Simulator, make_shard: MakeShard) -> None:
    sim.queue_faults(Faults(reconnect_before_hello=True))
    shard = make_shard(intents=0)
    events = shard.events()
    assert isinstance(await anext(events), Ready)
    assert len(sim.connections) == 2


async def test_shards_of_a_loop_share_a_client_session_and_the_last_one_closes_it(sim: Simulator) -> None:
    before = len(_SharedSession._by_loop)
    async with Shard(sim.token, url=sim.url, intents=0) as one:
        await one.connect()
        session = _SharedSession._by_loop[asyncio.get_running_loop()].session

        def closed() -> bool:
            return session.closed

        async with Shard(sim.token, url=sim.url, intents=0) as two:
            await two.connect()
            assert len(_SharedSession._by_loop) == before + 1
        assert not closed()
        await one.reconnect()
        await sim.wait_for(lambda: len(sim.resumes) == 1)
    assert closed()
    assert len(_SharedSession._by_loop) == before


async def test_run_goes_on_until_the_gateway_can_be_reached(sim: Simulator, make_shard: MakeShard) -> None:
    sim.queue_faults(Faults(refuse=503), Faults(refuse=502), Faults(silent=True))
    shard = make_shard(intents=0, timeouts=Timeouts(hello=0.05))
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await shard.close()
    await task
    assert shard.stats.connections == 4


async def test_an_unreachable_gateway_is_told_at_the_second_attempt_and_that_it_is_there_again(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="gatewaysdk")
    sim.queue_faults(*[Faults(refuse=503)] * 5)
    shard = make_shard(intents=0)
    async for _ in shard.events():
        break  # READY
    said = [(record.levelname, record.getMessage()) for record in caplog.records if "could not be used" in record.msg]
    cause = (
        "the last one failed: cannot connect to " + sim.url + "/: the server answered HTTP 503 instead of a WebSocket"
    )
    assert said == [
        ("WARNING", f"the gateway could not be used in {attempts} attempts in a row; {cause}") for attempts in (2, 4)
    ]
    assert ("gatewaysdk", 20, "the gateway can be used again, after 5 failed attempts") in caplog.record_tuples


async def test_the_cause_is_in_words(make_shard: MakeShard) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ConnectError, match="refused, so nothing listens there: "):
            await make_shard(url=url, intents=0).connect()
    with pytest.raises(ConnectError, match=r"name was not found \(DNS\)"):
        await make_shard(url="ws://no-such-host.invalid", intents=0).connect()


class Nowhere:
    """A connector that reaches nothing, at once."""

    async def connect(self, url: str) -> Transport:
        raise ConnectError(url, "nothing is there")

    async def close(self) -> None:
        pass


async def test_closing_just_when_the_next_attempt_begins_waits_for_nothing(make_shard: MakeShard) -> None:
    at_once = Backoff(base=1e-9, cap=1e-9)
    async with asyncio.timeout(2):  # less than Timeouts.close
        for _ in range(20):
            with pytest.raises(ConnectError, match="nothing is there"):
                await make_shard(intents=0, connector=Nowhere(), policy=at_once).connect()


async def test_without_reconnecting_run_raises_why_the_connection_ended(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0, reconnect=False)
    await shard.connect()
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.close(4000, "bye")
    with pytest.raises(Exception, match=r"4000.*bye"):
        await task
    assert len(sim.connections) == 1
    await shard.reconnect()
    assert len(sim.resumes) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "xml"}, "encoding"),
        ({"compress": "gzip"}, "compress 'gzip' is unknown"),
        ({"compress": "zlib-stream", "payload_compression": True}, "payload compression excludes"),
        ({"url": "https://discord.com"}, "not a gateway URL"),
        ({"shard": (1, 1)}, "shard_id goes from 0 to num_shards - 1"),
        ({"large_threshold": 20}, "50 to 250"),
        ({"capabilities": -1}, "capabilities is -1; pass the sum of the bits of Capabilities"),
        ({"queue_size": 0}, "queue_size"),
        ({"token": "  "}, "token is empty"),
        ({"token": "a b\tc"}, "token has white space"),
        ({"intents": -1}, "intents"),
        ({"intents": 2**63}, "intents"),
        ({"intents": "GUILDS"}, "intents is of type str; it takes members of Intents"),
        ({"extra_intents": True}, "extra_intents is of type bool"),
        ({"token": None}, r"token is None; .*os\.environ\['NAME'\] would say so"),
        ({"url": 5}, "url is of type int"),
        ({"url": "wss://a b.test"}, "not a gateway URL"),
        ({"url": "wss://g.test\n"}, "not a gateway URL"),
        ({"url": "wss://a..test"}, "not a gateway URL"),
        ({"url": "https://me:secret@g.test/?key=secret"}, r"url is 'https://g\.test/', not a gateway URL"),
        ({"presence": {"status": "online"}}, r"presence is of type dict; it takes UpdatePresence\(\.\.\.\)"),
        ({"properties": {"os": "a"}}, "properties is of type dict"),
        ({"session": {"session_id": "a"}}, "session is of type dict"),
        (
            {"session": Session("a", "wss://g.test", 2**70)},
            "the session's sequence is 1180591620717411303424; it takes",
        ),
        ({"session_store": "session.json"}, "session_store is of type str; it takes .*FileSessionStore"),
        ({"session_store": FileSessionStore}, "session_store is the class FileSessionStore"),
        ({"timeouts": 5}, r"timeouts is of type int; it takes Timeouts"),
        ({"policy": Backoff}, "policy is the class Backoff"),
        ({"policy": 5}, "policy is of type int; it takes a ReconnectPolicy"),
        (
            {"identify_queue": SessionStarts()},
            r"identify_queue is of type SessionStarts; it takes an IdentifyQueue such as LocalIdentifyQueue\(\)",
        ),
        ({"connector": object()}, "connector is of type object; it takes a Connector"),
        ({"connector": AiohttpConnector}, "connector is the class AiohttpConnector"),
        ({"queue_size": "5"}, "queue_size is of type str"),
        ({"handler_timeout": "5"}, "handler_timeout is of type str"),
        ({"max_size": 5.5}, "max_size is of type float"),
        ({"proxy": "socks5://h", "connector": None}, "SOCKS"),
        ({"resume_hosts": "g.test"}, "resume_hosts is not a list"),
        ({"resume_hosts": ["*.g.test"]}, r"resume_hosts has '\*\.g\.test', not a host"),
        ({"resume_hosts": [5]}, "resume_hosts has 5"),
    ],
)
async def test_a_setting_that_cannot_work_is_refused_at_once(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Shard(**{"token": "t", "intents": 0, "policy": QUICK, **options})  # type: ignore[arg-type]

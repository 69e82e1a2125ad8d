from __future__ import annotations

import asyncio

import pytest

from gatewaysdk import Session
from gatewaysdk.broker.engine import Engine
from gatewaysdk.broker.protocols import Register
from gatewaysdk.errors import ConfigurationError

from .conftest import Connect


async def test_a_value_stays_until_it_is_replaced_or_removed(engine: Engine) -> None:
    register = engine.register
    assert await register.read("a.b") is None
    await register.write("a.b", b"\x00one")
    revision = await register.write("a.b", b"two")
    entry = await register.read("a.b")
    assert entry is not None
    assert (entry.value, entry.revision) == (b"two", revision)
    await register.remove("a.b")
    await register.remove("a.b")
    assert await register.read("a.b") is None


async def test_a_revision_makes_a_write_depend_on_what_was_read(engine: Engine) -> None:
    register = engine.register
    first = await register.write("a", b"one", 0)
    assert first is not None
    assert await register.write("a", b"two", 0) is None
    second = await register.write("a", b"two", first)
    assert second is not None
    assert await register.write("a", b"three", first) is None
    await register.remove("a")
    assert await register.write("a", b"three", second) is None
    assert await register.write("a", b"three", 0) is not None


async def test_no_write_is_lost_between_two(connect: Connect) -> None:
    one, other = (await connect()).register, (await connect()).register

    async def count(register: Register) -> None:
        for _ in range(20):
            while True:
                entry = await register.read("count")
                value, revision = (b"0", 0) if entry is None else (entry.value, entry.revision)
                if await register.write("count", b"%d" % (int(value) + 1), revision) is not None:
                    break

    await asyncio.gather(count(one), count(other))
    entry = await other.read("count")
    assert entry is not None
    assert entry.value == b"40"


async def test_sessions_are_kept_by_shard(engine: Engine) -> None:
    store = engine.sessions
    session = Session("abc", "wss://gateway.discord.gg", 7, (3, 16), 12.5, 81384788765712384)
    alone = Session("def", "wss://gateway.discord.gg", 1)
    assert await store.load((3, 16)) is None
    await store.save((3, 16), session)
    await store.save(None, alone)
    loaded = await store.load((3, 16))
    assert loaded == session
    assert loaded is not None
    assert (loaded.seen_at, loaded.user_id) == (12.5, 81384788765712384)
    assert await store.load(None) == alone
    assert await store.load((4, 16)) is None
    await store.save((3, 16), None)
    assert await store.load((3, 16)) is None


@pytest.mark.parametrize("text", [b"", b"[]", b'{"id": 3}', b'{"session_id":"","resume_gateway_url":"","sequence":-1}'])
async def test_what_is_no_session_is_an_error(engine: Engine, text: bytes) -> None:
    await engine.register.write("session.3.16", text)
    with pytest.raises(ConfigurationError, match="session"):
        await engine.sessions.load((3, 16))

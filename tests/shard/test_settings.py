"""The settings of a shard as a value: what `Shard` takes, checked once, copied for each shard."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Intents,
    LocalIdentifyQueue,
    MemorySessionStore,
    Session,
    Shard,
    ShardSettings,
    Token,
)
from gatewaysdk.simulator import Simulator

SECRET = "a.secret.that-nobody-sees"
SESSION = Session("a-session", "wss://gateway.discord.gg", 7, (3, 8))


def make(**settings: Any) -> ShardSettings:
    return ShardSettings(**{"token": Token("token"), **settings})


def test_they_are_the_arguments_of_a_shard_with_the_same_defaults_and_types() -> None:
    arguments = list(inspect.signature(Shard.__init__).parameters.values())[1:]
    taken = {one.name: (one.default, one.annotation) for one in arguments if one.name != "token"}
    missing = inspect.Parameter.empty
    kept = {
        one.name: (missing if one.default is dataclasses.MISSING else one.default, one.type)
        for one in dataclasses.fields(ShardSettings)
        if one.init and one.name != "token"
    }
    assert kept == taken


def test_a_shard_keeps_what_it_is_given() -> None:
    store = MemorySessionStore()
    given: dict[str, Any] = {
        "intents": Intents.GUILDS, "shard": (3, 8), "session_store": store, "queue_size": 7, "compress": None,
        "handler_timeout": 1.5,
    }  # fmt: skip
    assert Shard("token", **given)._runtime._settings == make(**given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shard": (8, 8)}, {"compress": "brotli"}, {"encoding": "xml"}, {"intents": -1}, {"queue_size": 0},
        {"handler_timeout": 0}, {"store_timeout": 0}, {"proxy": "socks5://127.0.0.1"}, {"concurrency": "shard"},
        {"overflow": "none"}, {"large_threshold": 1}, {"url": "http://gateway.test"}, {"max_size": 0},
        {"session": SESSION}, {"payload_compression": True}, {"policy": "often"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)  # fmt: skip
def test_what_cannot_work_is_refused_where_the_value_is_made_as_by_the_shard(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as by_value:
        make(**wrong)
    with pytest.raises(ConfigurationError) as by_shard:
        Shard("token", **wrong)
    assert str(by_value.value) == str(by_shard.value)


def test_they_cannot_change() -> None:
    settings: Any = make()
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.queue_size = 1


def test_a_copy_for_another_shard_differs_in_the_shard_alone() -> None:
    queue = LocalIdentifyQueue()
    settings = make(identify_queue=queue, queue_size=7)
    copies = [settings.for_shard(shard_id, 8) for shard_id in range(8)]
    assert [one.shard for one in copies] == [(shard_id, 8) for shard_id in range(8)]
    assert all(one.identify_queue is queue for one in copies)
    assert {**copies[3].keywords(), "shard": None} == settings.keywords()
    assert settings.shard is None
    assert copies[3].identify.shard == (3, 8)


def test_a_session_is_kept_for_its_own_shard_alone() -> None:
    settings = make(shard=(3, 8), session=SESSION)
    assert settings.for_shard(3, 8).session is SESSION
    assert settings.for_shard(4, 8).session is None


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"shard is \(8, 8\); shard_id goes from 0 to num_shards - 1"):
        make().for_shard(8, 8)


@pytest.mark.parametrize("wrong", [SECRET, SECRET.encode(), None])
def test_a_token_that_is_no_token_is_refused_and_not_shown(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"Token\(\.\.\.\)") as caught:
        ShardSettings(token=wrong)
    frames = [one.frame for one in caught.traceback if "gatewaysdk" in str(one.path)]
    assert SECRET not in str(caught.value)
    assert not [frame for frame in frames if SECRET in repr(frame.f_locals)]


def test_no_repr_shows_a_secret() -> None:
    settings = make(token=Token(SECRET), proxy="http://user:pass-word@127.0.0.1:8080")
    assert SECRET not in repr(settings)
    assert "pass-word" not in repr(settings)


async def test_shards_are_made_of_them_in_a_subclass_too(sim: Simulator) -> None:
    class Bot(Shard):
        def __init__(self, token: str | bytes | Token, **settings: Any) -> None:
            super().__init__(token, **settings)
            self.seen = 0

    settings = make(token=Token(sim.token), url=sim.url, intents=0)
    for shard_id in range(2):
        async with Bot.from_settings(settings.for_shard(shard_id, 2)) as bot:
            assert (bot.seen, bot.shard_id, bot.num_shards) == (0, shard_id, 2)
            await bot.connect()
    assert [one["shard"] for one in sim.identifies] == [[0, 2], [1, 2]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"extra_intents": None}, "extra_intents is None; leave it out for the default"),
        ({"store_timeout": "5"}, "store_timeout is of type str; it takes seconds above 0"),
        ({"intents": "GUILDS"}, "intents is of type str; it takes members of Intents"),
        ({"presence": "idle"}, r"presence is of type str; it takes UpdatePresence\(\.\.\.\)"),
    ],
)
def test_a_setting_of_a_wrong_type_is_one_clear_error(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Shard("any", **wrong)

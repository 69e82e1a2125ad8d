"""What a feed tells, and what it keeps to itself."""

from __future__ import annotations

from typing import Any

import pytest

from gatewaysdk.enums.opcode import Opcode
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import Feed, FeedEntry, Simulator, Transcript
from gatewaysdk.simulator.summary import summarize

from .client import connect
from .http import http

SECRET = "a-secret-of-some-length"


def feed() -> tuple[Feed, list[FeedEntry]]:
    made, entries = Feed(SECRET, lambda: 1.5), list[FeedEntry]()
    made.listeners.append(entries.append)
    return made, entries


def test_entries_are_numbered_named_and_summed_up() -> None:
    made, entries = feed()
    made.happened("connect", 0, "connects", "json")
    made.sent(0, Frame(Opcode.DISPATCH, {"content": "hi", "author": {"username": "al"}}, 1, "MESSAGE_CREATE"))
    made.sent(0, Frame(Opcode.HEARTBEAT_ACK))
    made.received(0, 99, None)
    made.answered("GET", "/x", None, 404, {"message": "404: Not Found"})
    assert [(one.number, one.kind, one.what, one.text, one.routine) for one in entries] == [
        (1, "connect", "connects", "json", False),
        (2, "sent", "MESSAGE_CREATE", 'author=al content="hi"', False),
        (3, "sent", "HEARTBEAT_ACK", "", True),
        (4, "received", "99", "", False),
        (5, "request", "GET /x", "404 404: Not Found", False),
    ]


@pytest.mark.parametrize("filling", range(1960, 2001))
def test_a_token_is_in_no_entry_nor_half_of_it_where_the_data_are_cut(filling: int) -> None:
    made, entries = feed()
    made.answered("POST", f"/{SECRET}", {"a": "x" * filling + SECRET, "content": SECRET}, 200, None)
    made.sent(0, Frame(Opcode.DISPATCH, {"token": "of an interaction"}, 1, "INTERACTION_CREATE"))
    text = repr(entries)
    assert "of an interaction" not in text
    assert "a-secret" not in text
    assert max(len(one.data) for one in entries) == 2000


def test_a_short_token_is_no_secret_and_stays_in_words() -> None:
    made, entries = Feed("any", lambda: 0.0), list[FeedEntry]()
    made.listeners.append(entries.append)
    made.happened("connect", 0, "anybody")
    assert entries[0].what == "anybody"


@pytest.mark.parametrize(
    ("name", "d", "line"),
    [
        ("A", None, ""),
        ("A", [1, 2], "2 entries"),
        ("A", True, "true"),
        ("A", {"emoji": {"name": "👍", "id": None}, "user_id": "1"}, 'emoji=👍 user_id="1"'),
        ("A", {"content": "x" * 100}, f'content="{"x" * 76}...'),
        ("INTERACTION_CREATE", {"member": {"user": {"username": "al"}}, "data": {"name": "ping"}}, "al: /ping"),
        ("INTERACTION_CREATE", {"user": {"username": "al"}, "data": {"custom_id": "yes"}}, "al: yes"),
        ("", {"type": 4, "data": {"content": "hi"}}, 'content="hi" type=4'),
    ],
)
def test_a_summary_is_short(name: str, d: Any, line: str) -> None:
    assert summarize(name, d) == line


async def test_the_path_of_a_request_is_without_the_token_of_an_interaction() -> None:
    async with Simulator(transcript=50) as sim, http(sim) as api:
        await api("POST", "/interactions/1/interaction-abc/callback", {"type": 4})
        assert isinstance(sim.transcript, Transcript)
        assert "POST /interactions/1/[token]/callback 404" in str(sim.transcript)
        assert "interaction-abc" not in str(sim.transcript)


@pytest.mark.parametrize(
    ("query", "identify", "why"),
    [
        ("v=9", None, "4012: the URL has v='9'; this gateway takes v=10"),
        ("v=10&encoding=xml", None, "4002: "),
        ("v=10", {"token": "wrong"}, "4004: The token"),
        ("v=10", {"intents": "1"}, "4002: its 'intents' is missing or of another type than int"),
        ("v=10", {"intents": 1 << 40}, "4013: intents 1099511627776 has bits"),
        ("v=10", {"shard": [2, 2]}, "4010: shard is [2, 2]"),
        ("v=10", {"large_threshold": 3}, "4002: large_threshold is 3"),
    ],
)
async def test_a_refusal_says_why(query: str, identify: dict[str, Any] | None, why: str) -> None:
    entries: list[FeedEntry] = []
    async with Simulator(token="a-token") as sim:
        sim.feed.listeners.append(entries.append)
        async with connect(sim, query=query) as client:
            if identify is not None:
                await (await client.greeted()).identify(**identify)
            await client.closed()
            await sim.wait_for(lambda: entries[-1].kind == "leave")
    assert next(one.text for one in entries if one.kind == "refuse").startswith(why)

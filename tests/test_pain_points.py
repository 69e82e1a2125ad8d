"""What users of gateway libraries complain about: each complaint that concerns one shard is a test with its number.

The complaints were collected from the issues of a dozen libraries. Complaints about fleets and brokers have no test
yet, because running many shards is still up to users of this package.
"""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent

COMPLAINTS = {
    1: "a dead resume URL is retried for hours",
    2: "RESUME for ever, and never IDENTIFY again",
    3: "a DNS outage wedges the reconnect loop",
    4: "a storm of identifies burns a day's session starts",
    5: "no resume across a restart",
    6: "zombie connections",
    7: "user code blocks the heartbeat",
    10: "a new enum value kills the event or the shard",
    11: "unknown or raw events cannot be reached",
    12: "the zlib context is reused or cut wrongly",
    13: "quirks of ETF",
    14: "member chunks arrive partly, late, or rate limited",
    15: "op 7 before HELLO",
    16: "memory of GUILD_CREATE and caches",
    17: "events are handled out of order",
    18: "the token in logs and errors",
    19: "the close code at shutdown kills a resumable session",
    20: "READY or RESUMED never comes, and connect() never returns",
    21: "the command limiter spaces too evenly, or leaves no room for heartbeats",
    22: "CPU spent on events that nobody listens to",
    23: "listeners are untyped",
    24: "nothing to test a bot against",
    25: "the presence is lost after identifying again",
    26: "no proxy for the socket",
    27: "no metrics",
    28: "a big message is cut by a default limit",
    29: "4002 after a malformed command, hard to trace",
    31: "the backoff never starts anew after a good session",
    32: "the gateway closes with 1000 or 1001 and the client gives up",
    34: "a heartbeat before IDENTIFY or RESUME, no wait after op 9",
}
OF_FLEETS = {8, 9, 30, 33}


def test_every_complaint_has_a_test() -> None:
    tested: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        tested |= {int(number) for number in re.findall(r"def test_pain_(\d\d)_", path.read_text(encoding="utf-8"))}
    assert tested == COMPLAINTS.keys()
    assert COMPLAINTS.keys() | OF_FLEETS == set(range(1, 35))

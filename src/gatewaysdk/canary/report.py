"""What a canary has found, as JSON for programs and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..enums.intents import Intents
from .ledger import DRIFT, Finding, Kind, Ledger

__all__ = ["Report", "describe"]

_TITLES: dict[Kind, str] = {
    "events": "unknown events",
    "keys": "unknown keys",
    "values": "unknown values",
    "bits": "unknown bits",
    "violations": "violations",
    "connection": "connections",
}
_CONNECTION = {
    "session_lost": "reconnects that failed to resume",
    "shard_failed": "shards that ended with an error",
    "ended": "end of all shards, because connecting again could not help",
    "unexpected": "messages that the protocol does not expect",
    "stall": "deadlines over 1 s late, because the machine or the program was busy",
    "dropped": "events dropped",
    "late_ack": "times that a shard had no heartbeat answered for 60 s",
    "reading_paused": "times that nothing was read for 5 s, because events come too fast",
    "handler_error": "errors of the canary itself",
}


@dataclass(frozen=True)
class Report:
    """The findings, and what they were found in.

    Attributes:
        ledger: the findings.
        intents, refused: the intents that were sent, and the privileged ones that the gateway refused.
        seconds: how long it ran.
        shards, events, sessions, disconnects, resumes: how many there were.
    """

    ledger: Ledger
    intents: Intents
    refused: Intents
    seconds: float
    shards: int
    events: int
    sessions: int
    disconnects: int
    resumes: int

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs; ``python -m codegen.import_docs --seen`` reads its kinds of drift."""
        kinds: tuple[Kind, ...] = (*DRIFT, "connection")
        return {
            "format": 1,
            **{kind: [one.entry() for one in self.ledger.of(kind)] for kind in kinds},
            "left_out": self.ledger.left_out,
            "seconds": round(self.seconds, 1),
            "shards": self.shards,
            "received": self.events,
            "sessions": self.sessions,
            "disconnects": self.disconnects,
            "resumes": self.resumes,
            "intents": [str(one.name) for one in self.intents],
            "refused_intents": [str(one.name) for one in self.refused],
        }

    def lines(self) -> Iterator[str]:
        """Yield the report for people."""
        yield (
            f"{self.seconds:,.0f} s, {_many(self.shards, 'shard')}, {_many(self.events, 'event')}, "
            f"{_many(self.sessions, 'session')} started, {_many(self.disconnects, 'disconnect')}, "
            f"{_many(self.resumes, 'resume')}"
        )
        refused = ", ".join(str(one.name) for one in self.refused)
        yield f"intents: all{f' but {refused}, which the gateway refuses' if refused else ''}"
        for kind, title in _TITLES.items():
            found = self.ledger.of(kind)
            if found:
                yield f"{title}:"
                yield from (f"  {one.count:>7,} x {describe(one)}" for one in found)
        if self.ledger.left_out:
            yield f"{self.ledger.left_out:,} more, of findings that are not listed because there are too many"
        yield f"{_many(len(self.ledger), 'finding')}" if len(self.ledger) else "nothing found"


def describe(finding: Finding) -> str:
    """Return a finding in words, without its count."""
    if finding.kind == "connection":
        return _CONNECTION[finding.at] + (f" ({finding.detail})" if finding.detail else "")
    parts = [finding.at]
    if finding.value is not None:
        parts.append(f"{'bit' if finding.kind == 'bits' else 'value'} {finding.value}")
    notes = [one for one in (finding.example_type, finding.detail) if one]
    return " ".join(parts) + (f" ({', '.join(notes)})" if notes else "")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

"""What happens, as it happens: who comes and goes, what goes over gateway and HTTP. Told to those who listen."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from ..enums.opcode import Opcode
from ..frame import Frame
from .summary import summarize

__all__ = ["EntryKind", "Feed", "FeedEntry", "FeedListener"]

EntryKind: TypeAlias = Literal[
    "connect", "identify", "resume", "refuse", "leave", "sent", "received", "request", "fault"
]
"""What an `FeedEntry` is about; ``sent`` and ``received`` are seen from the gateway."""

_MOST_CHARACTERS = 2000
_NAMES = {int(op): op.name for op in Opcode}
_HEARTBEATS = (Opcode.HEARTBEAT, Opcode.HEARTBEAT_ACK)
_LONG_ENOUGH = 12  # a shorter token, such as "any", is no secret, and stands in ordinary words


class FeedEntry(NamedTuple):
    """One thing that happened. No token is in it.

    Attributes:
        number: 1 for the first, and so on.
        seconds: since the simulator was made.
        connection: the number of the connection; None for HTTP and faults.
        what: a name, such as ``MESSAGE_CREATE`` or ``GET /users/@me``; for people, in few words.
        text: what matters of it, on one line.
        data: JSON of it, cut to 2000 characters; empty where there is none.
        routine: whether it is a heartbeat or its answer.
    """

    number: int
    seconds: float
    kind: EntryKind
    connection: int | None
    what: str
    text: str = ""
    data: str = ""
    routine: bool = False


FeedListener: TypeAlias = Callable[[FeedEntry], None]


class Feed:
    """Tells of everything; without listeners it does nothing.

    Attributes:
        listeners: called with each entry, in order; they must not block.
    """

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        self.listeners: list[FeedListener] = []
        self._secret = secret
        self._clock = clock
        self._began = clock()
        self._count = 0

    def sent(self, connection: int, frame: Frame) -> None:
        """Tell what the gateway says."""
        if self.listeners:
            what = str(frame.t) if frame.op == Opcode.DISPATCH else _NAMES.get(frame.op, str(frame.op))
            self._frame("sent", connection, frame.op, what, frame.d)

    def received(self, connection: int, op: int, d: Any) -> None:
        """Tell what a client says; ``d`` is without its token."""
        if self.listeners:
            self._frame("received", connection, op, _NAMES.get(op, str(op)), d)

    def happened(self, kind: EntryKind, connection: int, what: str, text: str = "") -> None:
        """Tell what became of a connection."""
        if self.listeners:
            self._tell(kind, connection, what, text)

    def disturbed(self, name: str, parameters: Mapping[str, Any], shard: int | None) -> None:
        """Tell of a fault by name that is caused now."""
        if self.listeners:
            whose = "all shards" if shard is None else f"shard {shard}"
            given = " ".join(f"{key}={value!r}" for key, value in parameters.items())
            self._tell("fault", None, name, f"{whose} {given}".rstrip())

    def answered(self, method: str, path: str, body: Any, status: int, response: Any) -> None:
        """Tell of a request over HTTP and its answer; ``path`` is without the token of an interaction."""
        if self.listeners:
            said = summarize("", body)
            # Discord says in "message" what is wrong.
            wrong = str(response.get("message", "")) if status >= 400 and isinstance(response, dict) else ""
            text = " ".join(part for part in (str(status), wrong, said) if part)
            self._tell("request", None, f"{method} {path}", text, {"body": body, "response": response})

    def _frame(self, kind: EntryKind, connection: int, op: int, what: str, d: Any) -> None:
        self._tell(kind, connection, what, summarize(what, d), d, routine=op in _HEARTBEATS)

    def _tell(
        self, kind: EntryKind, connection: int | None, what: str, text: str, data: Any = None, *, routine: bool = False
    ) -> None:
        self._count += 1
        # Cut only when the token is out of it, lest half of it stays at the end.
        shown = "" if data is None else _json(data, _MOST_CHARACTERS + len(self._secret))
        if len(self._secret) >= _LONG_ENOUGH:
            what, text, shown = (one.replace(self._secret, "[token]") for one in (what, text, shown))
        seconds = self._clock() - self._began
        if len(shown) > _MOST_CHARACTERS:
            shown = f"{shown[: _MOST_CHARACTERS - 3]}..."
        entry = FeedEntry(self._count, seconds, kind, connection, what, text, shown, routine)
        for listener in tuple(self.listeners):
            listener(entry)


def _json(data: Any, most: int) -> str:
    """Return ``most`` characters of the JSON or a few more: a guild may have megabytes, which nobody would read."""
    written, length = [], 0
    for piece in json.JSONEncoder(ensure_ascii=False, default=repr).iterencode(_without_tokens(data)):
        written.append(piece)
        length += len(piece)
        if length > most:
            break
    return "".join(written)


def _without_tokens(data: Any) -> Any:
    # Interactions and voice servers have tokens of their own.
    return {**data, "token": "[token]"} if isinstance(data, dict) and "token" in data else data

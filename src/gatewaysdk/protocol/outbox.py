"""What goes out, and when: a queue of commands behind the send limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from ..enums.opcode import Opcode
from ..errors import CommandError, StateError
from .effects import Send
from .limiter import SendLimiter

__all__ = ["COMMANDS", "Outbox"]

COMMANDS = frozenset(
    {
        Opcode.PRESENCE_UPDATE,
        Opcode.VOICE_STATE_UPDATE,
        Opcode.REQUEST_GUILD_MEMBERS,
        Opcode.REQUEST_SOUNDBOARD_SOUNDS,
        Opcode.REQUEST_CHANNEL_INFO,
    }
)
"""The opcodes that users send; the protocol sends the others by itself."""

_KNOWN = frozenset(Opcode)


class Outbox:
    """Commands in order, bounded, and the send limit of the present connection.

    Attributes:
        reserve: frames of the window that commands must leave to heartbeats.
    """

    __slots__ = ("_bound", "_limiter", "_queue", "reserve")

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._queue: deque[Send] = deque()
        self._limiter = SendLimiter()
        self.reserve = 0

    def __len__(self) -> int:
        return len(self._queue)

    def new_connection(self) -> None:
        """Start a new window; what waits goes on waiting."""
        self._limiter = SendLimiter()

    def push(self, op: int, d: Any, ticket: object | None = None) -> None:
        """Queue a command; raise ``CommandError`` for what is none and ``StateError`` when too many wait."""
        # An int that is no known opcode passes: Discord may have added a command since.
        if op not in COMMANDS and op in _KNOWN:
            raise CommandError(Opcode(op).name, None, "is no command: the protocol sends and receives it by itself")
        if op in COMMANDS and not isinstance(d, Mapping):
            raise CommandError(Opcode(op).name, None, "needs an object as its data")
        tickets = () if ticket is None else (ticket,)
        if op == Opcode.PRESENCE_UPDATE:
            # Only the latest presence counts, and Discord takes but 5 in 20 s. It keeps the place of the one before.
            for index, send in enumerate(self._queue):
                if send.op == op:
                    self._queue[index] = Send(int(op), d, send.tickets + tickets)
                    return
        if len(self._queue) >= self._bound:
            raise StateError(f"{self._bound} commands wait already; send fewer, or wait until the session is live")
        self._queue.append(Send(int(op), d, tickets))

    def take_presence(self) -> tuple[object, ...]:
        """Remove a presence that waits, as IDENTIFY carries it, and return its tickets."""
        tickets = tuple(ticket for send in self._queue if send.op == Opcode.PRESENCE_UPDATE for ticket in send.tickets)
        self._queue = deque(send for send in self._queue if send.op != Opcode.PRESENCE_UPDATE)
        return tickets

    def withdraw(self, ticket: object) -> None:
        """Forget the command with a ticket, unless others stand behind it or it has gone out."""
        for index, send in enumerate(self._queue):
            if ticket in send.tickets:
                left = tuple(one for one in send.tickets if one != ticket)
                if left:
                    self._queue[index] = Send(send.op, send.d, left)
                else:
                    del self._queue[index]
                return

    def clear(self) -> None:
        """Forget what waits."""
        self._queue.clear()

    def send_now(self, op: int, d: Any, now: float, tickets: tuple[object, ...] = ()) -> Send:
        """Send a frame of the protocol itself, ahead of all commands, and count it."""
        self._limiter.record(now)
        return Send(int(op), d, tickets)  # a plain int: codecs need not know enums

    def flush(self, now: float) -> list[Send]:
        """Return the commands that may go out now."""
        sends = []
        while self._queue and self._limiter.free_at(self.reserve) <= now:
            self._limiter.record(now)
            sends.append(self._queue.popleft())
        return sends

    def free_at(self) -> float:
        """When a frame of the protocol itself may go out: maybe in the past."""
        return self._limiter.free_at()

    def wait(self, now: float) -> float:
        """Return the seconds until a command could go out that is queued now."""
        return self._limiter.wait(now, self.reserve, len(self._queue))

    def flush_at(self) -> float | None:
        """When the next command may go out, or None when none waits."""
        return self._limiter.free_at(self.reserve) if self._queue else None

"""What goes out, and when: a queue of commands behind the send limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..enums.opcode import Opcode
from ..errors import CommandError, StateError
from .effects import Send
from .limiter import PRESENCE_LIMIT, PRESENCE_WINDOW, SendLimiter

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
    """A bounded queue of commands, and the limits on sending them.

    A command that was written to a socket may never arrive. Only the ACK of a heartbeat written after it proves that
    the gateway has read it; until then, the command is unsure.

    Attributes:
        reserve: frames of the window that commands must leave free for heartbeats.
        serial: how many frames were sent on the present connection, which is the number of the last one.
        presence_unsure: whether the latest presence was written to an earlier connection, which ended before anything
            proved that it arrived.
    """

    __slots__ = (
        "_bound",
        "_limiter",
        "_presence_serial",
        "_presence_tickets",
        "_presences",
        "_queue",
        "_unsure",
        "presence_unsure",
        "reserve",
        "serial",
    )

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._queue: list[Send] = []  # mostly empty, where a deque takes 700 bytes more
        self._limiter = SendLimiter()
        # Discord does not say that this limit starts anew with a connection, so we assume that it does not.
        self._presences = SendLimiter(PRESENCE_LIMIT, PRESENCE_WINDOW)
        self._unsure: list[tuple[int, Send]] = []  # each with its frame number
        self._presence_serial: int | None = None  # of the latest, while it is unsure on the present connection
        self._presence_tickets: tuple[object, ...] = ()
        self.presence_unsure = False
        self.reserve = 0
        self.serial = 0

    def __len__(self) -> int:
        return len(self._queue)

    def new_connection(self) -> None:
        """Start a new window, as the send limit is per connection. Queued commands stay queued."""
        self._limiter = SendLimiter()
        self.presence_unsure |= self._presence_serial is not None
        self._presence_serial = None
        self._unsure.clear()
        self.serial = 0

    def acknowledged(self, serial: int) -> tuple[object, ...]:
        """Note that the gateway has read all frames up to number ``serial``; return the tickets of commands in them."""
        read = [send for number, send in self._unsure if number <= serial]
        del self._unsure[: len(read)]  # kept in the order of sending, so they are the first
        if self._presence_serial is not None and self._presence_serial <= serial:
            self._presence_serial = None
        return tuple(ticket for send in read for ticket in send.tickets)

    def push(self, op: int, d: Any, ticket: object | None = None, *, confirm: bool = False) -> None:
        """Queue a command. Raises ``CommandError`` unless it is one, ``StateError`` when too many wait already."""
        # An int that is no known opcode passes: Discord may have added a command since.
        if op not in COMMANDS and op in _KNOWN:
            raise CommandError(Opcode(op).name, None, "is not a command: the protocol sends and receives it by itself")
        if op in COMMANDS and not isinstance(d, Mapping):
            raise CommandError(Opcode(op).name, None, "needs an object as its data")
        tickets = () if ticket is None else (ticket,)
        if op == Opcode.PRESENCE_UPDATE:
            # Only the latest presence counts, and Discord takes no more than 5 in 20 s: it replaces the one that waits.
            for index, send in enumerate(self._queue):
                if send.op == op:
                    self._queue[index] = Send(int(op), d, send.tickets + tickets, confirm or send.confirm)
                    return
        if len(self._queue) >= self._bound:
            raise StateError(f"{self._bound} commands wait already; send fewer, or wait until the session is live")
        self._queue.append(Send(int(op), d, tickets, confirm))

    def take_presence(self) -> tuple[object, ...]:
        """Remove the presence that waits, and return its tickets: IDENTIFY carries the latest presence."""
        # READY will prove that IDENTIFY arrived, and if it does not come, the next IDENTIFY has the presence again.
        self.presence_unsure = False
        self._presence_serial = None
        tickets = tuple(ticket for send in self._queue if send.op == Opcode.PRESENCE_UPDATE for ticket in send.tickets)
        self._queue = [send for send in self._queue if send.op != Opcode.PRESENCE_UPDATE]
        return tickets

    def repeat_presence(self, latest: Mapping[str, Any] | None) -> None:
        """Queue the latest presence again if it may not have arrived, and no later one waits."""
        if self.presence_unsure and latest is not None and all(s.op != Opcode.PRESENCE_UPDATE for s in self._queue):
            # Ahead of the others, as it went out before them the first time.
            self._queue.insert(0, Send(int(Opcode.PRESENCE_UPDATE), latest, self._presence_tickets))

    def withdraw(self, ticket: object) -> None:
        """Drop the waiting command with this ticket. A presence that other tickets share is still sent, for them."""
        for index, send in enumerate(self._queue):
            if ticket in send.tickets:
                left = tuple(one for one in send.tickets if one != ticket)
                if left:
                    self._queue[index] = Send(send.op, send.d, left, send.confirm)
                else:
                    del self._queue[index]
                return

    def clear(self) -> None:
        """Drop all commands that wait."""
        self._queue.clear()

    def send_now(self, op: int, d: Any, now: float, tickets: tuple[object, ...] = ()) -> Send:
        """Return a frame that the protocol itself sends now, ahead of all commands, and count it."""
        self._record(now)
        send = Send(int(op), d, tickets)  # a plain int: codecs need not know enums
        if tickets:
            self._note_unsure(send)
        return send

    def _note_unsure(self, send: Send) -> None:
        if len(self._unsure) >= self._bound:
            # While our caller reads nothing, no ACK comes, and this list would grow. Keep the commands whose senders
            # wait for proof, and the latest presence, which may have to be repeated.
            latest = self._presence_serial
            self._unsure = [one for one in self._unsure if one[1].confirm or one[0] == latest]
        self._unsure.append((self.serial, send))

    def _record(self, now: float) -> None:
        self._limiter.record(now)
        self.serial += 1

    def flush(self, now: float) -> list[Send]:
        """Return the commands that may go out now. A presence that its own limit holds back lets others pass."""
        sends = []
        held: Send | None = None
        while self._queue and self._limiter.free_at(self.reserve) <= now:
            send = self._queue.pop(0)
            if send.op == Opcode.PRESENCE_UPDATE:
                if self._presences.free_at() > now:
                    held = send  # the only presence in the queue, as `push` replaces it
                    continue
                self._presences.record(now)
                self.presence_unsure = False
                # + 1, as `_record` below counts this frame.
                self._presence_serial, self._presence_tickets = self.serial + 1, send.tickets
            self._record(now)
            self._note_unsure(send)
            sends.append(send)
        if held is not None:
            self._queue.insert(0, held)
        return sends

    def free_at(self) -> float:
        """Return when a frame of the protocol itself may go out. The time may be in the past."""
        return self._limiter.free_at()

    def wait(self, now: float, op: int | None = None) -> float:
        """Return the seconds until a command queued now could go out; ``op`` says whether it is a presence."""
        wait = self._limiter.wait(now, self.reserve, len(self._queue))
        return max(wait, self._presences.free_at() - now) if op == Opcode.PRESENCE_UPDATE else wait

    def flush_at(self) -> float | None:
        """Return when the next command may go out, None when no command waits."""
        if not self._queue:
            return None
        free_at = self._limiter.free_at(self.reserve)
        # Others pass a presence that is held back, so its own limit matters only when nothing else waits.
        if len(self._queue) == 1 and self._queue[0].op == Opcode.PRESENCE_UPDATE:
            return max(free_at, self._presences.free_at())
        return free_at

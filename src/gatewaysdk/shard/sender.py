"""Checks commands, queues them in the core, and waits until they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..bases.command import Command
from ..codec import Codec
from ..errors import CommandError, ConfigurationError, EncodeError, SendTimeout, SendUnsure, ShardClosed
from ..protocol import Effect, GatewayProtocol, IdentifySettings, Opcode
from ..stats import Stats

__all__ = ["MAX_COMMAND_BYTES", "Sender", "check_identify"]

MAX_COMMAND_BYTES = 4096
"""Most bytes of an encoded command (events/gateway#sending-events)."""


def check_identify(codec: Codec, identify: IdentifySettings) -> None:
    """Raise `ConfigurationError` if IDENTIFY cannot be encoded or is too large with these settings."""
    try:
        size = len(codec.encode(Opcode.IDENTIFY, identify.payload()))
    except EncodeError as error:
        raise ConfigurationError(f"presence or properties cannot be encoded: {error}") from None
    if size > MAX_COMMAND_BYTES:
        raise ConfigurationError(
            f"IDENTIFY has {size} bytes encoded, Discord takes {MAX_COMMAND_BYTES}; make presence or properties smaller"
        )


@dataclass(slots=True, eq=False)
class _Ticket:
    """Stands for a command in the core, and for the caller of `send` that waits for it.

    Attributes:
        command: name of the command's class.
        confirm: whether the caller waits until the gateway has read the command.
        done: resolved when the gateway has read the command with ``confirm``, else when the command was sent.
        out: whether the command was sent.
    """

    command: str
    confirm: bool
    done: asyncio.Future[None]
    out: bool = False

    def resolve(self, error: BaseException | None = None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
            self.done.exception()  # marks it as retrieved: the caller may have stopped waiting


class _Encoded(dict[str, Any]):
    """The data of a command together with its encoded message, so that a command is encoded only once.

    It is encoded before the core gets it, to check its size. The core returns the same data object when it sends it: at
    once, after a wait, or again as the latest presence. IDENTIFY holds a plain copy of the presence.
    """

    __slots__ = ("message",)

    def __init__(self, data: dict[str, Any], message: bytes) -> None:
        super().__init__(data)
        self.message = message


class Sender:
    """Encodes commands, and wakes the callers of `send`: the core returns their tickets with what it sends."""

    def __init__(self, codec: Codec, stats: Stats, apply: Callable[[list[Effect]], None]) -> None:
        self._codec = codec
        self._stats = stats
        self._apply = apply
        self._tickets: set[_Ticket] = set()

    async def send(
        self, protocol: GatewayProtocol, command: Command, timeout: float | None, *, confirm: bool = False
    ) -> float:
        """Wait until a command was sent or, with ``confirm``, read by the gateway. Returns the seconds that took.

        Raises `CommandError`, `StateError`, `SendTimeout`, `SendUnsure`, or the error that ended the shard meanwhile.
        """
        name, data = type(command).__name__, self._checked(command)
        loop = asyncio.get_running_loop()
        start = loop.time()
        wait = protocol.send_wait(start, command.opcode)
        if timeout is not None and wait is not None and wait > timeout:
            raise SendTimeout(name, timeout, wait)
        ticket = _Ticket(name, confirm, loop.create_future())
        effects = protocol.send(command.opcode, data, start, ticket, confirm=confirm)
        self._tickets.add(ticket)
        try:
            self._apply(effects)
            # Not asyncio.timeout, because the error that ends the shard may itself be a TimeoutError.
            await asyncio.wait([ticket.done], timeout=timeout)
            if not ticket.done.done():
                if ticket.out:
                    raise SendUnsure(name)
                raise SendTimeout(name, timeout or 0.0, protocol.send_wait(loop.time(), command.opcode))
            ticket.done.result()
        finally:
            protocol.withdraw(ticket)
            self._tickets.discard(ticket)
        self._stats.commands += 1
        return loop.time() - start

    def _checked(self, command: Command) -> _Encoded:
        name, data = type(command).__name__, command.payload()
        if not isinstance(data, dict):
            raise CommandError(name, None, f"has a payload() of type {type(data).__name__}; return a dict")
        try:
            message = self._codec.encode(command.opcode, data)
        except EncodeError as error:
            raise CommandError(name, None, f"cannot be encoded: {error}") from error
        if len(message) > MAX_COMMAND_BYTES:
            raise CommandError(
                name, None, f"has {len(message)} bytes encoded, Discord takes {MAX_COMMAND_BYTES}; make it smaller"
            )
        return _Encoded(data, message)

    def encode(self, op: int, d: Any) -> bytes:
        """Return the message of a frame that the core sends; a command was encoded when it was checked."""
        return d.message if isinstance(d, _Encoded) else self._codec.encode(op, d)

    def sent(self, tickets: Iterable[Any]) -> None:
        """Note that the commands with these tickets were given to the connection."""
        for ticket in tickets:
            ticket.out = True
            if not ticket.confirm:
                ticket.resolve()

    def read(self, tickets: Iterable[Any]) -> None:
        """Note that the gateway has read the commands with these tickets."""
        for ticket in tickets:
            ticket.resolve()

    def disconnected(self) -> None:
        """Raise `SendUnsure` for commands that wait to be confirmed: they may be lost with the connection."""
        for ticket in self._tickets:
            if ticket.out:
                ticket.resolve(SendUnsure(ticket.command))

    def fail(self, error: BaseException | None) -> None:
        """Raise ``error`` for all commands that wait, or `ShardClosed` if it is None; `SendUnsure` if already sent."""
        for ticket in self._tickets:
            if ticket.out:
                ticket.resolve(SendUnsure(ticket.command))
            else:
                ticket.resolve(error if error is not None else ShardClosed("the shard was closed"))

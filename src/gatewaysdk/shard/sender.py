"""Commands on their way out: checked, queued in the core, and waited for."""

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
"""Most bytes of a command as encoded (events/gateway#sending-events)."""


def check_identify(codec: Codec, identify: IdentifySettings) -> None:
    """Raise `ConfigurationError` when IDENTIFY could not be sent with these settings."""
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
    """Who waits for a command.

    Attributes:
        command: name of its class.
        confirm: whether it is to be proved that the gateway has read it.
        done: resolved when that is done, or else when the command has gone out.
        out: whether it has.
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
            self.done.exception()  # nobody need be waiting any more


class _Encoded(dict[str, Any]):
    """The data of a command, together with the message that it was encoded to in order to be measured.

    The core hands data on as it is, be it at once, after a wait, or once more as the latest presence. So the message
    goes with it, and is the right one whichever ticket brings it back. What IDENTIFY carries is a plain copy.
    """

    __slots__ = ("message",)

    def __init__(self, data: dict[str, Any], message: bytes) -> None:
        super().__init__(data)
        self.message = message


class Sender:
    """Encodes what goes out, and knows who waits for it: the core gives the tickets back with what they came with."""

    def __init__(self, codec: Codec, stats: Stats, apply: Callable[[list[Effect]], None]) -> None:
        self._codec = codec
        self._stats = stats
        self._apply = apply
        self._tickets: set[_Ticket] = set()

    async def send(
        self, protocol: GatewayProtocol, command: Command, timeout: float | None, *, confirm: bool = False
    ) -> float:
        """Return the seconds until the command had gone out or, with ``confirm``, until the gateway had read it.

        Raises `CommandError`, `StateError`, `SendTimeout`, `SendUnsure`, or what ended the shard meanwhile.
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
            # Not asyncio.timeout: what ends the shard may itself be a TimeoutError.
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
        """Return the message of a frame that the core sends: a command's is there, as it was checked."""
        return d.message if isinstance(d, _Encoded) else self._codec.encode(op, d)

    def sent(self, tickets: Iterable[Any]) -> None:
        """The commands with these tickets have gone out: the connection writes them."""
        for ticket in tickets:
            ticket.out = True
            if not ticket.confirm:
                ticket.resolve()

    def read(self, tickets: Iterable[Any]) -> None:
        """The gateway has read the commands with these tickets."""
        for ticket in tickets:
            ticket.resolve()

    def disconnected(self) -> None:
        """The connection is gone, and with it perhaps what had gone out on it."""
        for ticket in self._tickets:
            if ticket.out:
                ticket.resolve(SendUnsure(ticket.command))

    def fail(self, error: BaseException | None) -> None:
        """Nothing goes out any more; ``error`` is why, None when our caller closed."""
        for ticket in self._tickets:
            if ticket.out:
                ticket.resolve(SendUnsure(ticket.command))
            else:
                ticket.resolve(error if error is not None else ShardClosed("the shard was closed"))

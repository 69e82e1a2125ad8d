"""Commands on their way out: checked, queued in the core, and waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from ._command import Command
from .codec import Codec
from .errors import CommandError, ConfigurationError, EncodeError, SendTimeout, ShardClosed
from .protocol import Effect, GatewayProtocol, Identify, Opcode
from .stats import Stats

__all__ = ["MAX_COMMAND_BYTES", "Sender", "check_identify"]

MAX_COMMAND_BYTES = 4096
"""Most bytes of a command as encoded (events/gateway#sending-events)."""


def check_identify(codec: Codec, identify: Identify) -> None:
    """Raise `ConfigurationError` when IDENTIFY could not be sent with these settings."""
    try:
        size = len(codec.encode(Opcode.IDENTIFY, identify.payload()))
    except EncodeError as error:
        raise ConfigurationError(f"presence or properties cannot be encoded: {error}") from None
    if size > MAX_COMMAND_BYTES:
        raise ConfigurationError(
            f"IDENTIFY has {size} bytes encoded, Discord takes {MAX_COMMAND_BYTES}; make presence or properties smaller"
        )


class Sender:
    """Knows who waits for which command: the core gives the tickets back when it sends what they came with."""

    def __init__(self, codec: Codec, stats: Stats, apply: Callable[[list[Effect]], None]) -> None:
        self._codec = codec
        self._stats = stats
        self._apply = apply
        self._tickets: set[asyncio.Future[None]] = set()

    async def send(self, protocol: GatewayProtocol, command: Command, timeout: float | None) -> float:
        """Return once the command has gone out, after how many seconds.

        Raises `CommandError`, `StateError`, `SendTimeout`, or what ended the shard meanwhile.
        """
        name, data = type(command).__name__, self._checked(command)
        loop = asyncio.get_running_loop()
        start = loop.time()
        wait = protocol.send_wait(start)
        if timeout is not None and wait is not None and wait > timeout:
            raise SendTimeout(name, timeout, wait)
        ticket: asyncio.Future[None] = loop.create_future()
        effects = protocol.send(command.opcode, data, start, ticket)
        self._tickets.add(ticket)
        try:
            self._apply(effects)
            # Not asyncio.timeout: what ends the shard may itself be a TimeoutError.
            await asyncio.wait([ticket], timeout=timeout)
            if not ticket.done():
                raise SendTimeout(name, timeout or 0.0, protocol.send_wait(loop.time()))
            ticket.result()
        finally:
            protocol.withdraw(ticket)
            self._tickets.discard(ticket)
        self._stats.commands += 1
        return loop.time() - start

    def _checked(self, command: Command) -> Any:
        name, data = type(command).__name__, command.payload()
        try:
            size = len(self._codec.encode(command.opcode, data))
        except EncodeError as error:
            raise CommandError(name, None, f"cannot be encoded: {error}") from error
        if size > MAX_COMMAND_BYTES:
            raise CommandError(
                name, None, f"has {size} bytes encoded, Discord takes {MAX_COMMAND_BYTES}; make it smaller"
            )
        return data

    def sent(self, tickets: Iterable[Any]) -> None:
        """The commands with these tickets have gone out."""
        for ticket in tickets:
            if not ticket.done():
                ticket.set_result(None)

    def fail(self, error: BaseException | None) -> None:
        """Nothing goes out any more; ``error`` is why, None when our caller closed."""
        for ticket in self._tickets:
            if not ticket.done():
                ticket.set_exception(error if error is not None else ShardClosed("the shard was closed"))
                ticket.exception()  # nobody need be waiting any more

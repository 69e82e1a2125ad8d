"""A command of any opcode, for what Discord adds before a release of ours."""

from __future__ import annotations

from typing import Any

from ..errors import CommandError
from .command import Command

__all__ = ["RawCommand"]

_AUTOMATIC = {1: "Heartbeat", 2: "Identify", 6: "Resume"}


class RawCommand(Command):
    """An opcode with plain data, sent as it is: ``await shard.send(RawCommand(opcode=99, data={...}))``.

    Use it for opcodes that have no class here. The send limit and the limit on the size hold for it, too.

    Raises:
        CommandError: an opcode that the shard sends by itself, or data that is not a dict.
    """

    opcode: int  # type: ignore[misc]  # of each object, where other commands have one for the class
    """The opcode."""

    data: dict[str, Any]
    """The data as plain values; ids as strings."""

    def __init__(self, *, opcode: int, data: dict[str, Any]) -> None:
        self._fill(opcode=opcode, data=data)
        if opcode in _AUTOMATIC:
            problem = f"is {opcode}, {_AUTOMATIC[opcode]}, which the shard sends by itself; leave it to the shard"
            raise CommandError("RawCommand", "opcode", problem)

    def payload(self) -> Any:
        """Return the data."""
        return self.data

"""Mistakes of the caller."""

from __future__ import annotations

from .base import GatewayError

__all__ = ["CommandError", "ConfigurationError", "EncodeError", "ShardClosed", "StateError", "UsageError"]


class UsageError(GatewayError):
    """The caller asked for something that cannot work; nothing was sent."""


class ConfigurationError(UsageError, ValueError):
    """A setting that cannot work: the message names the value, the rule and the remedy."""


class CommandError(UsageError, ValueError):
    """A command that Discord would refuse.

    Attributes:
        command: name of the command class, such as ``RequestGuildMembers``.
        field: the field at fault, None when it is the whole payload.
        problem: what is wrong and what to do, in words.
    """

    def __init__(self, command: str, field: str | None, problem: str) -> None:
        where = command if field is None else f"{command}.{field}"
        super().__init__(f"{where} {problem}")
        self.command, self.field, self.problem = command, field, problem


class EncodeError(UsageError, ValueError):
    """A value that the encoding cannot express, such as NaN, a set or an integer beyond 64 bits."""


class StateError(UsageError, RuntimeError):
    """A call that makes no sense in the present state, such as sending while closed."""


class ShardClosed(StateError):
    """The shard was closed while the caller waited for something. A handler need not catch this: it is not reported."""

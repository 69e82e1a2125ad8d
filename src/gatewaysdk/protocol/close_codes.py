"""The close codes of the gateway (topics/opcodes-and-status-codes#gateway-gateway-close-event-codes)."""

from __future__ import annotations

import enum
from typing import NamedTuple

__all__ = ["CLOSE_CODES", "Action", "CloseCode"]


class Action(enum.Enum):
    """What a client does after a close code."""

    RESUME = "resume"
    """Reconnect and resume the session."""
    IDENTIFY = "identify"
    """Reconnect and start a new session."""
    STOP = "stop"
    """Do not reconnect: the same would happen again."""


class CloseCode(NamedTuple):
    """A documented close code; ``remedy`` is empty where reconnecting is all there is to do."""

    code: int
    name: str
    action: Action
    description: str
    remedy: str


CLOSE_CODES: dict[int, CloseCode] = {
    4000: CloseCode(
        4000,
        "UNKNOWN_ERROR",
        Action.RESUME,
        "Something went wrong on Discord's side.",
        "",
    ),
    4001: CloseCode(
        4001,
        "UNKNOWN_OPCODE",
        Action.RESUME,
        "A frame was sent with an opcode, or with data for it, that does not exist.",
        "",
    ),
    4002: CloseCode(
        4002,
        "DECODE_ERROR",
        Action.RESUME,
        "A frame was sent that could not be decoded or was larger than 4096 bytes.",
        "",
    ),
    4003: CloseCode(
        4003,
        "NOT_AUTHENTICATED",
        Action.RESUME,
        "A frame was sent before IDENTIFY or RESUME, or the session had become invalid.",
        "",
    ),
    4004: CloseCode(
        4004,
        "AUTHENTICATION_FAILED",
        Action.STOP,
        "The token sent with IDENTIFY is not valid.",
        "Check the token; it can be reset on the Bot page of the application.",
    ),
    4005: CloseCode(
        4005,
        "ALREADY_AUTHENTICATED",
        Action.RESUME,
        "IDENTIFY was sent more than once.",
        "",
    ),
    4007: CloseCode(
        4007,
        "INVALID_SEQ",
        Action.IDENTIFY,
        "RESUME was sent with a sequence number that does not exist.",
        "",
    ),
    4008: CloseCode(
        4008,
        "RATE_LIMITED",
        Action.RESUME,
        "Frames were sent too quickly.",
        "",
    ),
    4009: CloseCode(
        4009,
        "SESSION_TIMED_OUT",
        Action.IDENTIFY,
        "The session timed out.",
        "",
    ),
    4010: CloseCode(
        4010,
        "INVALID_SHARD",
        Action.STOP,
        "IDENTIFY named a shard that cannot be.",
        "Use a shard id below the number of shards, and a number of shards that Discord accepts.",
    ),
    4011: CloseCode(
        4011,
        "SHARDING_REQUIRED",
        Action.STOP,
        "The bot is in too many guilds for this number of shards.",
        "Use more shards; GET /gateway/bot recommends a number.",
    ),
    4012: CloseCode(
        4012,
        "INVALID_API_VERSION",
        Action.STOP,
        "The URL asked for a version of the gateway that does not exist.",
        "Use v=10 in the URL.",
    ),
    4013: CloseCode(
        4013,
        "INVALID_INTENTS",
        Action.STOP,
        "IDENTIFY held intents that do not exist.",
        "Check the intents for bits that Discord does not document.",
    ),
    4014: CloseCode(
        4014,
        "DISALLOWED_INTENTS",
        Action.STOP,
        "IDENTIFY held privileged intents that the application may not use.",
        "Enable the privileged intents on the Bot page of the application, or leave them out.",
    ),
}

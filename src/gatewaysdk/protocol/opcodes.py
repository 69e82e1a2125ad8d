"""The opcodes of the gateway (topics/opcodes-and-status-codes#gateway-gateway-opcodes)."""

from __future__ import annotations

import enum

__all__ = ["Opcode"]


class Opcode(enum.IntEnum):
    """What a frame is about. An unknown opcode stays a plain int."""

    DISPATCH = 0
    """Received: an event happened."""
    HEARTBEAT = 1
    """Sent: the connection lives. Received: send one at once."""
    IDENTIFY = 2
    """Sent: starts a session."""
    PRESENCE_UPDATE = 3
    """Sent: changes the presence of the bot."""
    VOICE_STATE_UPDATE = 4
    """Sent: joins, moves between or leaves voice channels."""
    RESUME = 6
    """Sent: continues a session on a new connection."""
    RECONNECT = 7
    """Received: reconnect and resume at once."""
    REQUEST_GUILD_MEMBERS = 8
    """Sent: asks for members of a guild."""
    INVALID_SESSION = 9
    """Received: the session is invalid; the data says whether it may be resumed."""
    HELLO = 10
    """Received: the first frame, with the heartbeat interval."""
    HEARTBEAT_ACK = 11
    """Received: answers a heartbeat."""
    REQUEST_SOUNDBOARD_SOUNDS = 31
    """Sent: asks for the soundboard sounds of guilds."""
    REQUEST_CHANNEL_INFO = 43
    """Sent: asks for short-lived data about the channels of a guild."""

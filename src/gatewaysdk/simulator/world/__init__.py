"""What the simulated Discord holds: guilds, channels, roles, members, messages, and the rules between them.

State and changes only: who is told of a change, over which socket, and who asked for it, other files know.
"""

from __future__ import annotations

from .change import Change, Payload
from .channel import Overwrite, SimulatedChannel
from .guild import Guild
from .member import SimulatedMember
from .message import SimulatedMessage
from .role import Role
from .user import User
from .world import BOT_ID, BOT_PERMISSIONS, World

__all__ = [
    "BOT_ID",
    "BOT_PERMISSIONS",
    "Change",
    "Guild",
    "Overwrite",
    "Payload",
    "Role",
    "SimulatedChannel",
    "SimulatedMember",
    "SimulatedMessage",
    "User",
    "World",
]

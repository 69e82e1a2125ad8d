"""An interaction: what a user did, what the bot answered, what the user sees of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .change import Payload
from .channel import SimulatedChannel
from .message import SimulatedMessage
from .user import User

__all__ = ["AUTOCOMPLETE", "COMMAND", "COMPONENT", "MODAL", "Interaction"]

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
"""The types of interactions (interactions/receiving-and-responding)."""


@dataclass(slots=True, eq=False)
class Interaction:
    """What somebody did with a command, a component or a form.

    Attributes:
        token: opens its callback and its webhook.
        began: seconds of the simulator's clock.
        response: the type of the callback that answered it, None before.
        original: the message that the callback made, or the one that it changed.
        waiting: whether the user sees that the bot is thinking.
        messages: what the user was shown, in order.
        choices: what an autocomplete offers.
        modal: the form that was opened.
    """

    id: int
    type: int
    token: str
    user: User
    channel: SimulatedChannel
    data: Payload
    began: float
    source: SimulatedMessage | None = None
    response: int | None = None
    original: SimulatedMessage | None = None
    waiting: bool = False
    messages: list[SimulatedMessage] = field(default_factory=list)
    choices: list[Payload] | None = None
    modal: Payload | None = None

    @property
    def name(self) -> str:
        """What the command is called, or the ``custom_id`` of the component or form."""
        return str(self.data.get("name") or self.data.get("custom_id"))

    def metadata(self) -> Payload:
        """Return what a message that answers it says of it."""
        return {
            "id": str(self.id),
            "type": self.type,
            "user": self.user.payload(),
            "authorizing_integration_owners": {"0": str(self.channel.guild_id or 0)},
        }

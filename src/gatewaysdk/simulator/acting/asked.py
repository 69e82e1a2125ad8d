"""What somebody asked of the bot by a command, a button, a select or a form, and what they see of the answer."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import StateError
from ..state import SharedState
from ..world import Payload, SimulatedMessage
from ..world.interaction import Interaction

__all__ = ["Asked"]


class Asked:
    """An interaction from its user's side.

    Attributes:
        interaction: its state: whether the bot is thinking, all messages that were shown.
    """

    def __init__(self, state: SharedState, interaction: Interaction) -> None:
        self.interaction = interaction
        self._state = state

    @property
    def messages(self) -> list[SimulatedMessage]:
        """What was shown so far, the reply first, then followups; what the bot has deleted is gone."""
        return list(self.interaction.messages)

    async def reply(self, timeout: float = 1.0) -> SimulatedMessage:
        """Return the answer as its user sees it, once the bot has stopped thinking.

        For a button or select whose message was changed, that is the changed message. Raises ``TimeoutError``.
        """
        one = self.interaction
        await self._until(lambda: one.response is not None and not one.waiting, timeout, "answer")
        if one.original is None:
            raise StateError(f"{self!r} was answered with no message, by a callback of type {one.response}")
        return one.original

    async def followup(self, number: int = 1, timeout: float = 1.0) -> SimulatedMessage:
        """Return the message that came as ``number`` after the reply, counted from 1."""
        one = self.interaction
        await self._until(lambda: len(_followups(one)) >= number, timeout, f"send followup {number}")
        return _followups(one)[number - 1]

    async def modal(self, timeout: float = 1.0) -> Payload:
        """Return the form that the bot opened, as Discord writes it."""
        one = self.interaction
        await self._until(lambda: one.response is not None, timeout, "answer")
        if one.modal is None:
            raise StateError(f"{self!r} was answered by a callback of type {one.response}, which opens no modal")
        return one.modal

    async def choices(self, timeout: float = 1.0) -> list[Payload]:
        """Return what the bot offers to complete an option."""
        one = self.interaction
        await self._until(lambda: one.choices is not None, timeout, "offer choices")
        return list(one.choices or [])

    async def _until(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        try:
            await self._state.watch.until(condition, timeout)
        except TimeoutError as error:
            raise TimeoutError(f"the bot did not {what} within {timeout} s of {self!r}") from error

    def __repr__(self) -> str:
        return f"Asked({self.interaction.user.username}: {self.interaction.name})"


def _followups(interaction: Interaction) -> list[SimulatedMessage]:
    return [message for message in interaction.messages if message is not interaction.original]

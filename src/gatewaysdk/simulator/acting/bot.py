"""What the bot did, as a test asks for it."""

from __future__ import annotations

from ..state import SharedState
from ..world import Payload, SimulatedChannel, SimulatedMessage, User

__all__ = ["BotActions"]


class BotActions:
    """``sim.bot``: the bot that is tested."""

    def __init__(self, state: SharedState) -> None:
        self._state = state
        self._last: dict[int, int] = {}

    @property
    def user(self) -> User:
        """Its account."""
        return self._state.world.bot

    def messages(self, channel: SimulatedChannel) -> list[SimulatedMessage]:
        """Return all that it has said in a channel and not deleted, oldest first."""
        return [message for message in channel.messages.values() if message.author is self.user]

    async def registered(self, name: str, timeout: float = 5.0) -> Payload:
        """Wait until the bot has registered a command, such as ``ping``, and return it; raises ``TimeoutError``."""
        scopes = self._state.world.commands
        there = lambda: [one for scope in scopes.values() for one in scope.values() if one["name"] == name]  # noqa: E731
        return (await self._state.watch.until(there, timeout))[0]

    async def sent(self, channel: SimulatedChannel, timeout: float = 1.0) -> SimulatedMessage:
        """Return the next message of the bot in a channel: the first that no call has returned yet.

        Raises ``TimeoutError`` when none comes within ``timeout`` seconds.
        """
        last = self._last.get(channel.id, 0)
        fresh = lambda: [message for message in self.messages(channel) if message.id > last]  # noqa: E731
        try:
            found = await self._state.watch.until(fresh, timeout)
        except TimeoutError as error:
            said = [message.content for message in self.messages(channel)]
            raise TimeoutError(
                f"the bot sent nothing new to #{channel.name} within {timeout} s; so far it said {said}"
            ) from error
        self._last[channel.id] = found[0].id
        return found[0]

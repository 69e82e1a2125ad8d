"""Joining voice: two events name the server (topics/voice-connections#retrieving-voice-server-information)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import events
from ..bases.command import Command
from ..bases.event import Event
from ..errors import RequestTimeout, StateError
from ..snowflake import Snowflake
from .exchange import Question

if TYPE_CHECKING:
    from ..commands import UpdateVoiceState
    from ..events import VoiceServerUpdate, VoiceStateUpdate

__all__ = ["VoiceConnectionInfo", "VoiceQuestion"]


@dataclass(frozen=True, slots=True)
class VoiceConnectionInfo:
    """All that opening the voice WebSocket takes, except the bot's own id.

    Attributes:
        state: the bot's voice state; its ``channel_id`` is never None.
        server: the voice server to connect to; its ``endpoint`` is never None.
    """

    state: VoiceStateUpdate
    server: VoiceServerUpdate

    @property
    def session_id(self) -> str:
        """The id of the voice session, which is not the gateway's session."""
        return self.state.session_id

    @property
    def token(self) -> str:
        """The secret that authenticates at the voice server; no repr shows it."""
        return self.server.token

    @property
    def endpoint(self) -> str:
        """Host of the voice server, maybe with a port, without ``wss://``."""
        assert self.server.endpoint is not None
        return self.server.endpoint


class VoiceQuestion(Question[VoiceConnectionInfo]):
    """One UPDATE_VOICE_STATE that joins a channel; state and server come in either order."""

    def __init__(self, command: UpdateVoiceState, user_id: Callable[[], Snowflake | None]) -> None:
        self.name = f"join_voice of channel {command.channel_id} in guild {command.guild_id}"
        self._command = command
        self.user_id = user_id
        self.start_over()

    @property
    def answers(self) -> tuple[type[Event], ...]:
        return events.VoiceStateUpdate, events.VoiceServerUpdate

    @property
    def done(self) -> bool:
        return self._state is not None and self._server is not None

    def start_over(self) -> None:
        self._state: VoiceStateUpdate | None = None
        self._server: VoiceServerUpdate | None = None
        self.begun = False

    def command(self) -> Command:
        return self._command

    def wants(self, event: Event) -> bool:
        if not self.asked or getattr(event, "guild_id", None) != self._command.guild_id:
            return False
        if isinstance(event, events.VoiceServerUpdate):
            # Null while the old server is gone and Discord looks for a new one. Another update will name that.
            return getattr(event, "endpoint", None) is not None
        user_id = None if self.user_id is None else self.user_id()
        if user_id is None:
            raise StateError(f"{self.name}: the session that was resumed does not say who the bot is; begin a new one")
        return (getattr(event, "user_id", None), getattr(event, "channel_id", None)) == (
            user_id,
            self._command.channel_id,
        )

    def take(self, event: Event) -> Sequence[VoiceConnectionInfo]:
        self.begun = True
        if isinstance(event, events.VoiceStateUpdate):
            self._state = event
        elif isinstance(event, events.VoiceServerUpdate):
            self._server = event
        if self._state is None or self._server is None:
            return ()
        return (VoiceConnectionInfo(self._state, self._server),)

    def timed_out(self, seconds: float) -> RequestTimeout:
        parts = {"VOICE_STATE_UPDATE": self._state, "VOICE_SERVER_UPDATE": self._server}
        came = ", ".join(name for name, event in parts.items() if event is not None) or "nothing"
        missing = tuple(name for name, event in parts.items() if event is None)
        remedy = (
            "the channel may not be there, be full or be closed to the bot"
            if self._state is None
            else "leave the channel and join again"
        )
        return RequestTimeout(self.name, seconds, came, missing, remedy)

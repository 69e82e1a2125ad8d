"""Commands that the gateway answers with events: asked, listened for, and asked again where an answer went missing.

Answers are heard as they arrive, ahead of the queue of handlers, so that a handler may await them.
"""

from __future__ import annotations

from .exchange import Asker
from .members import GuildMembers, OnRateLimited
from .request import Request
from .voice import VoiceConnectionInfo

__all__ = ["Asker", "GuildMembers", "OnRateLimited", "Request", "VoiceConnectionInfo"]

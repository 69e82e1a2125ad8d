"""Requests: commands that the gateway answers with events. They are sent again when an answer may have been lost.

A request sees its answers as they arrive, ahead of the queue of events for handlers, so that a handler may await them.
"""

from __future__ import annotations

from .exchange import Asker
from .members import GuildMembers, OnRateLimited
from .request import Request
from .voice import VoiceConnectionInfo

__all__ = ["Asker", "GuildMembers", "OnRateLimited", "Request", "VoiceConnectionInfo"]

"""Stores that keep sessions when the process ends: their protocol, one in memory, one in files, and the keeper.

docs/topics/sessions.md says what resuming a stored session guarantees.
"""

from __future__ import annotations

from .file import FileSessionStore
from .keeper import STORE_TIMEOUT, SessionKeeper
from .store import MemorySessionStore, SessionStore

__all__ = ["STORE_TIMEOUT", "FileSessionStore", "MemorySessionStore", "SessionKeeper", "SessionStore"]

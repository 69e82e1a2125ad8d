"""Where a session outlives the process: what a store is, stores in memory and in a file, and who writes to them.

What a stored session promises is in docs/topics/sessions.md.
"""

from __future__ import annotations

from .file import FileSessionStore
from .keeper import STORE_TIMEOUT, SessionKeeper
from .store import MemorySessionStore, SessionStore

__all__ = ["STORE_TIMEOUT", "FileSessionStore", "MemorySessionStore", "SessionKeeper", "SessionStore"]

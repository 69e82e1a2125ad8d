"""Frames kept and played again: a `Recorder` stores those of a live bot, `feed` gives them to handlers.

`Playback` is a simulator that sends them to any client, and a `Recording` is the file. docs/howto/record-and-replay.md
shows how, docs/topics/recordings.md describes the file.
"""

from __future__ import annotations

from .feed import feed
from .format import Direction, Header, Record
from .playback import Playback
from .reader import Recording
from .recorder import Recorder

__all__ = ["Direction", "Header", "Playback", "Record", "Recorder", "Recording", "feed"]

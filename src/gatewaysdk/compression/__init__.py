"""Inflaters: one WebSocket message in, complete gateway messages out (events/gateway#encoding-and-compression)."""

from __future__ import annotations

from .bounds import MAX_SIZE
from .choose import COMPRESSIONS, Compression, get_inflater
from .inflater import Inflater, Message

__all__ = ["COMPRESSIONS", "MAX_SIZE", "Compression", "Inflater", "Message", "get_inflater"]

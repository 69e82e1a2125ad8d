"""Inflaters: one WebSocket message in, complete gateway messages out (events/gateway#encoding-and-compression)."""

from __future__ import annotations

from .inflaters import COMPRESSIONS, MAX_SIZE, Inflater, Message, get_inflater

__all__ = ["COMPRESSIONS", "MAX_SIZE", "Inflater", "Message", "get_inflater"]

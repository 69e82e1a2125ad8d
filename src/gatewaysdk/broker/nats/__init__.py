"""NATS JetStream as the engine. Nothing outside this folder imports nats-py, which the extra ``nats`` installs."""

from __future__ import annotations

from .connect import NatsSettings, connect_nats

__all__ = ["NatsSettings", "connect_nats"]

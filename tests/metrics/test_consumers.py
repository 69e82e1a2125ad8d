"""What Prometheus reads of a consumer."""

from __future__ import annotations

import asyncio

from prometheus_client import CollectorRegistry

from gatewaysdk import TypingStart
from gatewaysdk.broker import EventConsumer, LoggedEvent, Retries, memory_engine
from gatewaysdk.metrics import ConsumerCollector


async def test_figures_are_those_of_the_consumer() -> None:
    engine = memory_engine()
    data = b'{"channel_id":"5","guild_id":"1","user_id":"7","timestamp":1}'
    batch = [LoggedEvent((0, 2), "abc", number, "TYPING_START", data, "json") for number in (1, 2)]
    await engine.log.append((0, 2), 0, batch)
    consumer = EventConsumer("bot", engine.log, retries=Retries(tries=2, delay=0))
    registry = CollectorRegistry()
    registry.register(ConsumerCollector(consumer))

    def figure(name: str) -> float | None:
        return registry.get_sample_value(f"gatewaysdk_consumer_{name}", {"consumer": "bot"})

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        if consumer.origin.sequence == 1:
            raise ValueError("never")
        consumer.stop()

    assert figure("lag") is None, "it has not asked yet"
    async with asyncio.timeout(30):
        await consumer.run(stop_signals=())
    await consumer.measure_lag()
    names = ("lag", "in_hand", "delivered_total", "again_total", "handled_total", "retries_total", "buried_total")
    assert [figure(name) for name in names] == [0, 0, 2, 0, 2, 1, 1]

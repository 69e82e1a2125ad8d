"""Events as JSON lines, for programs to read."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from .. import ConfigurationError, InvalidEvent, Shard, UnknownEvent
from ..bases.event import Event
from ..protocol import Effect, SessionStarted
from ..tables.events import EVENT_CLASSES
from .show import name_of

__all__ = ["JsonLines", "RawJsonLines"]


class JsonLines:
    """Makes lines from the models of events; keys that the models do not know are left out."""

    def line(self, event: Event) -> str:
        """Return an event as ``{"t": name, "d": data}`` in ASCII, with ``"violations"`` if it has any."""
        parts = [f'"t":{_dump(name_of(event))}', f'"d":{self._data(event)}']
        if event.violations:
            parts.append(f'"violations":{_dump([str(one) for one in event.violations])}')
        return "{" + ",".join(parts) + "}"

    def _data(self, event: Event) -> str:
        if isinstance(event, UnknownEvent | InvalidEvent):
            return _dump(event.data)
        return event.model_dump_json(exclude_unset=True, ensure_ascii=True)


class RawJsonLines(JsonLines):
    """Makes lines from the data as Discord sent it.

    The shard calls raw handlers before it gives out the typed event, so both come in the same order.
    """

    def __init__(self, shard: Shard, names: set[str]) -> None:
        self._waiting: deque[tuple[str, Any]] = deque()
        self._shard = shard
        self._names = names or set(EVENT_CLASSES)
        shard.observe(self._start)

    def _start(self, effect: Effect) -> None:
        # SessionStarted comes before READY. Handlers that were registered earlier would ask for all intents.
        if isinstance(effect, SessionStarted):
            for name in sorted(self._names):
                # The shard refuses handlers for events that the intents never bring.
                with suppress(ConfigurationError):
                    self._shard.on_raw(name)(self._keeper(name))
            self._names = set()

    def _keeper(self, name: str) -> Callable[[Any], Coroutine[Any, Any, None]]:
        async def keep(data: Any) -> None:
            self._waiting.append((name, data))

        return keep

    def _data(self, event: Event) -> str:
        if isinstance(event, UnknownEvent) or (isinstance(event, InvalidEvent) and event.raw is not None):
            return super()._data(event)  # no raw handler got it
        if not self._waiting or self._waiting[0][0] != name_of(event):
            return super()._data(event)  # the gateway sent an event that the intents do not include
        return _dump(self._waiting.popleft()[1])


def _dump(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))

"""Marks on the methods of a group, without a shard that registers them."""

from __future__ import annotations

from typing import Any

import pytest

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.events import MessageCreate, MessageDelete
from gatewaysdk.listeners import listener, marked, raw_listener
from gatewaysdk.listeners.marks import Registration


class Base:
    @listener(MessageDelete)
    async def first(self, event: MessageDelete) -> None: ...

    @listener(MessageDelete)
    async def overridden(self, event: MessageDelete) -> None: ...


class Group(Base):
    @property
    def dangerous(self) -> object:
        raise AssertionError("a property must not run for being looked at")

    @raw_listener("MESSAGE_DELETE", once=True)
    @listener(MessageCreate, MessageDelete, where="guild")
    async def several(self, event: Any) -> None: ...

    async def overridden(self, event: MessageDelete) -> None: ...  # without a mark of its own


def test_the_marks_say_what_each_method_is_registered_for() -> None:
    group = Group()
    assert marked(group) == [
        (group.first, Registration((MessageDelete,))),
        (group.several, Registration((MessageCreate, MessageDelete), where="guild")),
        (group.several, Registration(name="MESSAGE_DELETE", once=True)),
    ]


def test_a_mark_of_what_is_no_event_is_refused_when_it_is_made() -> None:
    with pytest.raises(ConfigurationError, match=r"^listener\(\) takes event classes such as MessageCreate"):
        listener(int)  # type: ignore[type-var]
    with pytest.raises(ConfigurationError, match=r"^raw_listener\(\) takes an event's name on the wire"):
        raw_listener("message_delete")

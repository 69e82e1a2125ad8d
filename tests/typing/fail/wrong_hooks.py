"""Observers and error hooks that both type checkers must refuse."""

from __future__ import annotations

from gatewaysdk import Effect, Event, PayloadError, Shard
from gatewaysdk.protocol import Disconnected, Waiting

shard = Shard("token")


@shard.on_error  # error: incompatible type  # pyright: cannot be assigned to parameter
def is_not_async(error: Exception, event: Event | None) -> None: ...


@shard.on_error  # error: incompatible type  # pyright: cannot be assigned to parameter
async def is_for_one_kind_of_error(error: PayloadError, event: Event | None) -> None: ...


@shard.on_error  # error: incompatible type  # pyright: cannot be assigned to parameter
async def forgets_that_there_may_be_no_event(error: Exception, event: Event) -> None: ...


@shard.on_error
async def reads_what_may_be_none(error: Exception, event: Event | None) -> None:
    print(event.event_name)  # error: has no attribute "event_name"  # pyright: "event_name" is not a known attribute of "None"
    print(error.problems)  # error: "Exception" has no attribute "problems"  # pyright: "problems" for class "Exception"


@shard.observe  # error: incompatible type  # pyright: cannot be assigned to parameter
async def is_async(effect: Effect) -> None: ...


@shard.observe  # error: incompatible type  # pyright: cannot be assigned to parameter
def is_for_one_kind_of_effect(effect: Waiting) -> None: ...


@shard.observe
def misspells(effect: Effect) -> None:
    if isinstance(effect, Waiting):
        print(effect.second)  # error: "Waiting" has no attribute "second"  # pyright: "second" for class "Waiting"
    if isinstance(effect, Disconnected):
        print(effect.error.code)  # error: has no attribute "code"  # pyright: "code"
    print(effect.reason)  # error: has no attribute "reason"  # pyright: "reason" for class

"""Every error of the tree can be pickled and copied, as a process that hands it on to another needs."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from gatewaysdk import errors

# What the classes take that have an __init__ of their own; the others take a text.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "CommandError": ("RequestGuildMembers", "user_ids", "has 130 ids, Discord takes 100; split the request"),
    "MessageTooLarge": ("the message has more than 5 bytes", 5),
    "PayloadError": ("MESSAGE_CREATE", ("id: Field required",), 2),
    "HandlerTimeout": ("MessageCreate", 2.5),
    "SessionStoreTimeout": ("save", 5.0),
    "TaskCancelled": ("shard 3 of 8: reader",),
    "EventBuried": ("bot", ("MESSAGE_CREATE", "abc", 7), "tried 5 times: ValueError: no"),
    "EventsDropped": ({"TYPING_START": 3, "MESSAGE_CREATE": 1},),
    "SendTimeout": ("UpdatePresence", 5.0, None),
    "SessionStartsExhausted": (3, 3600.0),
    "RequestRateLimited": ("request_guild_members of guild 1", 29.5),
    "RequestTimeout": ("request_guild_members of guild 1", 30.0, "1 of 3 chunks", ("chunk 1", "chunk 2"), "ask again"),
    "ConnectError": ("wss://user:secret@gateway.discord.gg/?v=10", "refused"),
    "PhaseTimeout": ("HELLO", 20.0),
    "SendUnsure": ("UpdateVoiceState",),
    "GaveUp": (4, "the socket died"),
    "ConnectionClosed": (4000, "unknown error"),
    "FatalCloseError": (4004, "Authentication failed."),
    "WorkerLost": (2, "was killed by SIGKILL"),
    "ShardsMissing": ("UpdatePresence", (1, 3), 4),
    "CommandFailed": ("shard.3.16", "SendTimeout", "RequestGuildMembers was not sent within 5 s"),
    "FieldAbsent": ("MessageCreate", "author", "it is missing"),
}


def pickled(protocol: int) -> Callable[[Exception], Exception]:
    return lambda error: pickle.loads(pickle.dumps(error, protocol))


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, *map(pickled, range(pickle.HIGHEST_PROTOCOL + 1))],
    ids=["copy", "deepcopy", *(f"pickle {number}" for number in range(pickle.HIGHEST_PROTOCOL + 1))],
)
@pytest.mark.parametrize("name", errors.__all__)
def test_an_error_is_the_same_once_copied_or_pickled(name: str, again: Callable[[Exception], Exception]) -> None:
    kind = getattr(errors, name)
    error: Exception = kind(*ARGUMENTS.get(name, ("what is wrong",)))
    error.add_note("while testing")
    other = again(error)
    assert other is not error
    assert (type(other), str(other), other.args, vars(other)) == (kind, str(error), error.args, vars(error))


def test_every_class_with_arguments_of_its_own_is_tried() -> None:
    own = {name for name in errors.__all__ if "__init__" in vars(getattr(errors, name))}
    assert own | {"FatalCloseError"} == set(ARGUMENTS)


def test_what_a_close_says_beyond_its_code_is_kept() -> None:
    error = errors.FatalCloseError(4004, name="Authentication failed", remedy="check the token", can_reconnect=False)
    other = pickle.loads(pickle.dumps(error))
    assert (str(other), vars(other)) == (str(error), vars(error))
    assert other.remedy == "check the token"
    assert not other.can_reconnect

"""Methods of the shard take what the commands take."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from typing import Any

import pytest

from gatewaysdk import (
    Command,
    RequestChannelInfo,
    RequestGuildMembers,
    RequestSoundboardSounds,
    Shard,
    UpdatePresence,
    UpdateVoiceState,
)

from .fakes import GUILD, FakeShard, in_virtual_time

# What the methods add, and the nonce, which they choose themselves.
OWN = {"self", "nonce", "timeout", "on_rate_limited"}


def parameters(function: Callable[..., Any]) -> dict[str, tuple[Any, ...]]:
    return {
        name: (one.kind, one.annotation, one.default is not inspect.Parameter.empty)
        for name, one in inspect.signature(function).parameters.items()
        if name not in OWN
    }


@pytest.mark.parametrize(
    ("method", "command"),
    [
        (Shard.update_presence, UpdatePresence),
        (Shard.update_voice_state, UpdateVoiceState),
        (Shard.request_guild_members, RequestGuildMembers),
        (Shard.request_soundboard_sounds, RequestSoundboardSounds),
        (Shard.request_channel_info, RequestChannelInfo),
    ],
    ids=lambda one: one.__name__,
)
def test_a_method_takes_what_its_command_takes(method: Callable[..., Any], command: type[Command]) -> None:
    assert parameters(method) == parameters(command.__init__)
    assert method.__name__ == re.sub(r"(?<!^)([A-Z])", r"_\1", command.__name__).lower()


def test_member_requests_have_the_overloads_of_their_command() -> None:
    own, overloads = (
        [parameters(one) for one in typing.get_overloads(function)]
        for function in (Shard.request_guild_members, RequestGuildMembers.__init__)
    )
    assert len(own) == 2
    assert all(one in own for one in overloads)


@in_virtual_time
async def test_shorthands_send_the_command() -> None:
    shard = FakeShard()
    assert await shard.update_presence(since=None, activities=[], status="idle", afk=False, timeout=2) == 0.0
    await shard.update_voice_state(guild_id=str(GUILD), channel_id=5, self_mute=True, self_deaf=False)
    assert shard.commands == [
        UpdatePresence(since=None, activities=[], status="idle", afk=False),
        UpdateVoiceState(guild_id=GUILD, channel_id=5, self_mute=True, self_deaf=False),
    ]
    assert shard.timeouts == [2, None]

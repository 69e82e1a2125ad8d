"""The steps of scenarios. The arguments and the docstring of each function are what files and documentation say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias

from ... import events
from ...errors import ConfigurationError
from ...tables.events import EVENT_CLASSES
from ..actions import About, Action, Registry
from ..changes import check_changes
from ..named_faults.registry import find_fault
from ..world import SimulatedMessage
from .stage import ScenarioStage, StepFailed

__all__ = ["STEPS", "check_step", "find_step"]

Step: TypeAlias = Callable[..., Awaitable[None]]

_registry: Registry[Step] = Registry("step")
STEPS = _registry.actions
"""All steps by name."""

find_step = _registry.find
_step = _registry.enter

Who = Annotated[str, About("the name of the member; a new one joins")]
Where = Annotated[str, About("the name of the channel; a new one is made")]
GuildName = Annotated[str | None, About("the name of the guild; nothing for the first of the scenario")]
Within = Annotated[float, About("seconds to wait for it", 0, 3600)]
Exactly = Annotated[str | None, About("the whole text; nothing for any")]
Containing = Annotated[str | None, About("a part of the text; nothing for any")]


def check_step(action: Action[Any], arguments: dict[str, Any]) -> None:
    """Check what the types of a step's arguments do not say. Raises `ConfigurationError`."""
    if action.name == "fault":
        find_fault(arguments["name"]).check(arguments["parameters"], f"fault {arguments['name']!r}")
    elif action.name == "random_faults":
        for name in arguments["names"] or ():
            find_fault(str(name))
    elif action.name == "dispatch":
        if arguments["event"] not in EVENT_CLASSES:
            raise ConfigurationError(
                f"step 'dispatch': there is no event {arguments['event']!r}; take one such as MESSAGE_CREATE"
            )
        check_changes(getattr(events, EVENT_CLASSES[arguments["event"]]), arguments["fields"])


@_step("wait_for_session")
async def _wait_for_session(
    stage: ScenarioStage,
    *,
    within: Within = 30.0,
    count: Annotated[int, About("how many sessions, one for each shard", 1, 1000)] = 1,
) -> None:
    """Wait until the bot has logged in, or resumed."""
    await stage.in_time(stage.sim.wait_for_session(count, within), within, f"{count} session(s)")


@_step("wait_for_command")
async def _wait_for_command(
    stage: ScenarioStage,
    *,
    name: Annotated[str, About("the name of the command, without /")],
    within: Within = 30.0,
) -> None:
    """Wait until the bot has registered a command."""
    await stage.in_time(stage.sim.bot.registered(name, within), within, f"a command {name!r}")


@_step("wait")
async def _wait(stage: ScenarioStage, *, seconds: Annotated[float, About("how long", 0, 3600)]) -> None:
    """Let time pass."""
    await asyncio.sleep(seconds)


@_step("says")
async def _says(
    stage: ScenarioStage,
    *,
    text: Annotated[str, About("what is said")],
    who: Who = "alice",
    channel: Where = "general",
    guild: GuildName = None,
) -> None:
    """Somebody writes a message."""
    place = stage.guild(guild)
    await place.member(who).says(text, place.channel(channel))


@_step("reacts")
async def _reacts(
    stage: ScenarioStage,
    *,
    emoji: Annotated[str, About("the emoji, or name:id of a custom one")],
    who: Who = "alice",
    guild: GuildName = None,
) -> None:
    """Somebody puts an emoji under the last message or reply that was expected."""
    await stage.guild(guild).member(who).reacts(emoji, stage.last_message())


@_step("uses")
async def _uses(
    stage: ScenarioStage,
    *,
    command: Annotated[str, About("the command with its subcommands, such as /ban user")],
    options: Annotated[dict[str, Any], About("values of its options, by name")] = {},  # noqa: B006 - never changed
    who: Who = "alice",
    channel: Where = "general",
    guild: GuildName = None,
) -> None:
    """Somebody uses a slash command."""
    place = stage.guild(guild)
    stage.asked = await place.member(who).uses(command, place.channel(channel), **options)


@_step("clicks")
async def _clicks(
    stage: ScenarioStage,
    *,
    button: Annotated[str, About("its label or custom_id")],
    who: Who = "alice",
    guild: GuildName = None,
) -> None:
    """Somebody clicks a button of the last message or reply that was expected."""
    stage.asked = await stage.guild(guild).member(who).clicks(button, stage.last_message())


@_step("dispatch")
async def _dispatch(
    stage: ScenarioStage,
    *,
    event: Annotated[str, About("the name of the event, such as TYPING_START")],
    fields: Annotated[dict[str, Any], About("fields as they are to be; the rest is made up")] = {},  # noqa: B006
) -> None:
    """Send an event."""
    if not await stage.sim.dispatch(getattr(events, EVENT_CLASSES[event]), **fields):
        raise StepFailed(f"no session gets {event}: the bot is not connected, or its intents do not bring it")


@_step("fault")
async def _fault(
    stage: ScenarioStage,
    *,
    name: Annotated[str, About("the name of the fault")],
    parameters: Annotated[dict[str, Any], About("what the fault takes")] = {},  # noqa: B006 - never changed
    shard: Annotated[int | None, About("the shard that is meant; nothing for all", 0)] = None,
    after: Annotated[float, About("seconds from now; the next steps do not wait for it", 0, 3600)] = 0.0,
) -> None:
    """Cause a fault by name."""
    if after:
        stage.sim.schedule_faults((after, name, parameters), shard=shard)
    else:
        await stage.sim.fault(name, shard=shard, **parameters)


@_step("random_faults")
async def _random_faults(
    stage: ScenarioStage,
    *,
    seconds: Annotated[float, About("for how long", 0, 3600)],
    every: Annotated[float, About("seconds between two of them, on average", 0.001, 3600)] = 5.0,
    seed: Annotated[int, About("equal seeds give equal faults")] = 0,
    names: Annotated[list[str] | None, About("the faults to choose from; nothing for all")] = None,
) -> None:
    """Cause random faults for some time."""
    plan = stage.sim.random_faults(seed=seed, every=every, names=names)
    await asyncio.sleep(seconds)
    await plan.stop()


@_step("expect_message")
async def _expect_message(
    stage: ScenarioStage,
    *,
    text: Exactly = None,
    contains: Containing = None,
    channel: Where = "general",
    guild: GuildName = None,
    within: Within = 5.0,
) -> None:
    """Fail unless the next message of the bot in a channel, be it an answer to a command, is as expected."""
    message = await stage.sim.bot.sent(stage.guild(guild).channel(channel), within)
    _compare(stage, message, text, contains)


@_step("expect_reply")
async def _expect_reply(
    stage: ScenarioStage, *, text: Exactly = None, contains: Containing = None, within: Within = 5.0
) -> None:
    """Fail unless the bot answers the last command or click in time and as expected."""
    if stage.asked is None:
        raise StepFailed("nobody has used a command or clicked; put uses or clicks before it")
    _compare(stage, await stage.asked.reply(within), text, contains)


def _compare(stage: ScenarioStage, message: SimulatedMessage, text: str | None, contains: str | None) -> None:
    stage.message = message
    if text is not None and message.content != text:
        raise StepFailed(f"the bot said {message.content!r}, not {text!r}")
    if contains is not None and contains not in message.content:
        raise StepFailed(f"the bot said {message.content!r}, which does not contain {contains!r}")

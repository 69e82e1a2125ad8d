"""What people do with a bot, by request."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..acting import Asked
from ..simulation import Simulation
from ..teller import brings, is_content_hidden
from ..world import Payload, SimulatedChannel
from .asks import ClickRequest, ReactRequest, SayRequest, SelectRequest, SubmitRequest, UseRequest
from .options import option_values
from .places import Scene, find_message, find_scene
from .problem import ControlProblem
from .view import shown_message

__all__ = ["click", "react", "say", "select", "submit", "use"]


async def say(sim: Simulation, ask: SayRequest) -> Payload:
    """Let somebody write a message. ``heard_by`` counts the connections that got it; ``note`` says why it is hidden."""
    scene = _meet(sim, ask)
    answered = None
    if ask.reply_to is not None:
        answered = find_message(scene, sim.bot.user.id, ask.reply_to, of_bot=False)
    message = await scene.person.says(ask.text, scene.channel, reply_to=answered)
    payload = message.payload(sim.bot.user.id)
    if scene.channel.guild_id is not None:
        payload["guild_id"] = str(scene.channel.guild_id)
    return {"message": shown_message(sim, message)} | _hearing(sim, scene.channel, payload)


async def react(sim: Simulation, ask: ReactRequest) -> Payload:
    """Let somebody put an emoji under a message, or take it away."""
    scene = _meet(sim, ask)
    message = find_message(scene, sim.bot.user.id, ask.message, of_bot=False)
    await (scene.person.unreacts if ask.remove else scene.person.reacts)(ask.emoji, message)
    return {"message": shown_message(sim, message)}


async def use(sim: Simulation, ask: UseRequest) -> Payload:
    """Let somebody use a slash command; waits for the answer as long as ``timeout`` says."""
    scene = _meet(sim, ask)
    options = option_values(sim, scene, ask.command, ask.options)
    return await _outcome(sim, await scene.person.uses(ask.command, scene.channel, **options), ask.timeout)


async def click(sim: Simulation, ask: ClickRequest) -> Payload:
    """Let somebody click a button."""
    scene = _meet(sim, ask)
    message = find_message(scene, sim.bot.user.id, ask.message, of_bot=True)
    return await _outcome(sim, await scene.person.clicks(ask.button, message), ask.timeout)


async def select(sim: Simulation, ask: SelectRequest) -> Payload:
    """Let somebody choose values of a select."""
    scene = _meet(sim, ask)
    message = find_message(scene, sim.bot.user.id, ask.message, of_bot=True)
    return await _outcome(sim, await scene.person.selects(ask.select, ask.values, message), ask.timeout)


async def submit(sim: Simulation, ask: SubmitRequest) -> Payload:
    """Let somebody send a form that the bot has opened."""
    scene = _meet(sim, ask)
    form = sim.world.asked(int(ask.interaction)) if ask.interaction.isdecimal() else None
    one = None if form is None else form.interaction
    if form is None or one is None or one.modal is None or one.user is not scene.person.member.user:
        raise ControlProblem(
            f"interaction is {ask.interaction!r}; it takes the id of one that opened a form for {ask.person}"
        )
    return await _outcome(sim, await scene.person.submits(form, **ask.values), ask.timeout)


def _meet(sim: Simulation, ask: Any) -> Scene:
    if not sim.sessions:
        raise ControlProblem("no bot is connected, so nobody would hear it; start the bot, then do it again", 409)
    return find_scene(sim, ask)


async def _outcome(sim: Simulation, asked: Asked, timeout: float) -> Payload:
    """Return what became of an interaction, as its user sees it when it is answered or ``timeout`` seconds are over."""
    one = asked.interaction
    with suppress(TimeoutError):
        await sim.wait_for(lambda: one.response is not None and not one.waiting, timeout)
    return {
        "interaction": str(one.id),
        "answered": one.response is not None,
        "waiting": one.waiting,
        "messages": [shown_message(sim, message) for message in asked.messages],
        "modal": one.modal,
    }


def _hearing(sim: Simulation, channel: SimulatedChannel, payload: Payload) -> Payload:
    direct = channel.guild_id is None
    there = [
        one
        for one in sim.sessions
        if one.connection is not None and (one.shard_id == 0 if direct else channel.guild_id in one.guild_ids)
    ]
    heard = [one for one in there if brings(one.intents, "MESSAGE_CREATE", direct=direct)]
    note = None
    if not there:
        note = "the bot is not connected; it gets the message if it resumes its session"
    elif not sim.world.state.bot_sees(channel):
        heard, note = [], f"the bot may not view #{channel.name}, so it does not hear of the message"
    elif not heard:
        needed = "DIRECT_MESSAGES" if direct else "GUILD_MESSAGES"
        note = f"the bot did not ask for messages when it connected; it needs the intent {needed}"
    elif all(is_content_hidden("MESSAGE_CREATE", payload, one, sim.bot.user.id) for one in heard):
        note = "the bot got the message without its text; it needs the intent MESSAGE_CONTENT"
    return {"heard_by": len(heard), "note": note}

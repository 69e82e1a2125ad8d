"""Somebody in a guild: says, reacts, clicks, comes and goes."""

from __future__ import annotations

from typing import Any

from ...errors import StateError
from ..state import SharedState
from ..world import Guild, Payload, Role, SimulatedChannel, SimulatedMember, SimulatedMessage
from ..world.interaction import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from ..world.interactions import begin
from ..world.members import changed, leave, move_voice
from ..world.messages import add_reaction, delete_messages, edit, post, remove_reactions
from .asked import Asked
from .command_options import command_data
from .components import BUTTON, SELECTS, TEXT_INPUT, find_component, walk

__all__ = ["Person"]


class Person:
    """A member of a guild, played by a test. What they do is told to the bot when the call returns.

    Attributes:
        member: their membership: roles, nick, user.
    """

    def __init__(self, state: SharedState, guild: Guild, member: SimulatedMember) -> None:
        self.member = member
        self._state = state
        self._world = state.world
        self._guild = guild

    @property
    def id(self) -> int:
        """The id of the user."""
        return self.member.id

    @property
    def name(self) -> str:
        """The user name."""
        return self.member.user.username

    @property
    def mention(self) -> str:
        """What a text mentions them with."""
        return self.member.mention

    @property
    def direct(self) -> SimulatedChannel:
        """The channel of direct messages between them and the bot."""
        return self._world.direct_channel(self.member.user)

    def has(self, role: Role) -> bool:
        """Whether they have a role."""
        return role.id in self.member.role_ids

    # Messages

    async def says(
        self, content: str, channel: SimulatedChannel, *, reply_to: SimulatedMessage | None = None, **body: Any
    ) -> SimulatedMessage:
        """Write a message; ``body`` are further keys of it, as Discord writes them, such as ``attachments``."""
        rest: dict[str, Any] = {}
        if reply_to is not None:
            reference = {"message_id": str(reply_to.id), "channel_id": str(channel.id), "type": 0}
            answered = reply_to.payload(self._world.bot.id)
            rest = {"type": 19, "extra": {"message_reference": reference, "referenced_message": answered}}
        message = post(self._world, channel, self.member.user, {"content": content, **body}, **rest)
        await self._told()
        return message

    async def edits(self, message: SimulatedMessage, content: str) -> None:
        """Change a message of their own."""
        if message.author is not self.member.user:
            raise StateError(f"{self.name} cannot edit what {message.author.username} said")
        edit(self._world, self._channel_of(message), message, {"content": content})
        await self._told()

    async def deletes(self, message: SimulatedMessage) -> None:
        """Take a message away."""
        delete_messages(self._world, self._channel_of(message), [message])
        await self._told()

    async def reacts(self, emoji: str, message: SimulatedMessage) -> None:
        """Put an emoji under a message: ``👍``, or ``name:id`` for a custom one."""
        add_reaction(self._world, self._channel_of(message), message, self.member.user, _emoji(emoji))
        await self._told()

    async def unreacts(self, emoji: str, message: SimulatedMessage) -> None:
        """Take their emoji away again."""
        remove_reactions(self._world, self._channel_of(message), message, self.member.user, _emoji(emoji))
        await self._told()

    async def types(self, channel: SimulatedChannel) -> None:
        """Begin to type."""
        d: Payload = {"channel_id": str(channel.id), "user_id": str(self.id), "timestamp": int(self._world.now())}
        if channel.guild_id is not None:
            d |= {"guild_id": str(channel.guild_id), "member": self.member.payload()}
        self._world.tell_in(channel, "TYPING_START", d)
        await self._told()

    # Commands and components

    async def uses(self, command: str, channel: SimulatedChannel, /, **options: Any) -> Asked:
        """Use a slash command that the bot has registered: ``await alice.uses("/ban user", channel, user=bob)``.

        Raises `StateError` for what Discord would not let them send.
        """
        data = command_data(self._world, self._guild_of(channel), channel, command, options)
        return await self._ask(COMMAND, channel, data)

    async def completes(self, command: str, channel: SimulatedChannel, option: str, /, **options: Any) -> Asked:
        """Type in an option that the bot completes; its value so far stands in ``options``."""
        options.setdefault(option, "")
        data = command_data(self._world, self._guild_of(channel), channel, command, options, option)
        return await self._ask(AUTOCOMPLETE, channel, data)

    async def clicks(self, button: str, message: SimulatedMessage) -> Asked:
        """Click the button with this label or ``custom_id``."""
        found = find_component(message.components, button, (BUTTON,))
        data = {"component_type": BUTTON, "custom_id": found["custom_id"]}
        return await self._ask(COMPONENT, self._channel_of(message), data, message)

    async def selects(self, select: str, values: list[str], message: SimulatedMessage) -> Asked:
        """Choose values of the select with this placeholder or ``custom_id``."""
        found = find_component(message.components, select, SELECTS)
        known = [one["value"] for one in found.get("options") or []]
        if known and not set(values) <= set(known):
            raise StateError(f"{select!r} has no values {values}; it has {known}")
        data = {"component_type": found["type"], "custom_id": found["custom_id"], "values": values}
        return await self._ask(COMPONENT, self._channel_of(message), data, message)

    async def submits(self, form: Asked, /, **values: str) -> Asked:
        """Fill in the form that the bot has opened, by ``custom_id`` of its fields, and send it."""
        modal = await form.modal()
        fields = [one for one in walk(modal["components"]) if one["type"] == TEXT_INPUT]
        names = [one["custom_id"] for one in fields]
        strange = values.keys() - set(names)
        lacking = [one["custom_id"] for one in fields if one.get("required", True) and not values.get(one["custom_id"])]
        if strange or lacking:
            raise StateError(f"the form has {names}; it has no {sorted(strange)} and requires {lacking}")
        rows = [_filled(one, values) for one in modal["components"]]
        data = {"custom_id": modal["custom_id"], "components": rows}
        return await self._ask(MODAL, form.interaction.channel, data, form.interaction.source)

    async def _ask(
        self, kind: int, channel: SimulatedChannel, data: Payload, message: SimulatedMessage | None = None
    ) -> Asked:
        interaction = begin(self._world, kind, self.member.user, channel, data, self._state.clock(), message)
        await self._told()
        return Asked(self._state, interaction)

    # Coming, going, and roles

    async def joins_voice(self, channel: SimulatedChannel) -> None:
        """Come into a voice channel, from another one or from none."""
        if not channel.is_voice:
            raise StateError(f"#{channel.name} is no voice channel")
        move_voice(self._world, self._guild, self.member, channel.id)
        await self._told()

    async def leaves_voice(self) -> None:
        """Leave voice."""
        move_voice(self._world, self._guild, self.member, None)
        await self._told()

    async def gets(self, role: Role) -> None:
        """Get a role, as if an administrator gave it."""
        if not self.has(role):
            self.member.role_ids.append(role.id)
            changed(self._world, self._guild, self.member)
        await self._told()

    async def loses(self, role: Role) -> None:
        """Lose a role."""
        if self.has(role):
            self.member.role_ids.remove(role.id)
            changed(self._world, self._guild, self.member)
        await self._told()

    async def leaves(self) -> None:
        """Leave the guild."""
        leave(self._world, self._guild, self.member)
        await self._told()

    async def _told(self) -> None:
        await self._state.teller.settle()
        self._state.watch.notify()

    def _channel_of(self, message: SimulatedMessage) -> SimulatedChannel:
        return self._world.channels[message.channel_id]

    def _guild_of(self, channel: SimulatedChannel) -> Guild | None:
        return None if channel.guild_id is None else self._guild

    def __repr__(self) -> str:
        return f"Person({self.name!r} in {self._guild.name!r})"


def _emoji(text: str) -> Payload:
    name, _, emoji_id = text.partition(":")
    return {"id": emoji_id or None, "name": name}


def _filled(component: Payload, values: dict[str, str]) -> Payload:
    made: Payload = {"type": component["type"], "id": component.get("id", 1)}
    if "components" in component:
        return {**made, "components": [_filled(one, values) for one in component["components"]]}
    if "component" in component:
        return {**made, "component": _filled(component["component"], values)}
    return {**made, "custom_id": component["custom_id"], "value": values.get(component["custom_id"], "")}

"""What the requests of the control API hold."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .problem import ControlProblem

__all__ = [
    "ClickRequest",
    "CloseRequest",
    "ControlRequest",
    "DispatchRequest",
    "FaultRequest",
    "InvalidateRequest",
    "PlaceRequest",
    "ReactRequest",
    "SayRequest",
    "SelectRequest",
    "ShardRequest",
    "SubmitRequest",
    "UseRequest",
    "read_ask",
]

S = TypeVar("S", bound="ControlRequest")
_MOST_SHOWN = 80

IdText: TypeAlias = Annotated[str, Field(max_length=20)]


class ControlRequest(BaseModel):
    """A JSON object that has no other keys than these."""

    # Built when first used, as most runs of a simulator use none.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class PlaceRequest(ControlRequest):
    """Who does something, and where: names or ids; without them, alice in the first text channel of the first guild.

    A person who is in no guild yet comes into this one. ``@me`` is the channel of direct messages with the bot.
    """

    guild: str | None = None
    channel: str | None = None
    person: str = Field("alice", alias="as", min_length=1, max_length=32)


class SayRequest(PlaceRequest):
    """A message; ``reply_to`` is the id of another."""

    text: str = Field(min_length=1, max_length=2000)
    reply_to: IdText | None = None


class ReactRequest(PlaceRequest):
    """An emoji, or ``name:id``, under a message, by id; without ``message``, the last in the channel."""

    emoji: str = Field(min_length=1, max_length=100)
    message: IdText | None = None
    remove: bool = False


class UseRequest(PlaceRequest):
    """A slash command such as ``/ping`` or ``/group sub``; its options may name people, channels and roles."""

    command: str = Field(min_length=1, max_length=100)
    options: dict[str, str | int | float | bool] = {}
    timeout: float = Field(3.0, ge=0, le=60)


class ClickRequest(PlaceRequest):
    """A button, by its label or ``custom_id``; without ``message``, in the last message of the bot that has one."""

    button: str = Field(min_length=1, max_length=100)
    message: IdText | None = None
    timeout: float = Field(3.0, ge=0, le=60)


class SelectRequest(PlaceRequest):
    """Values of a select, which is given by its placeholder or ``custom_id``."""

    select: str = Field(min_length=1, max_length=150)
    values: list[str]
    message: IdText | None = None
    timeout: float = Field(3.0, ge=0, le=60)


class SubmitRequest(PlaceRequest):
    """A form that the bot opened: the ``interaction`` that it answers, and values by ``custom_id`` of the fields."""

    interaction: IdText
    values: dict[str, str]
    timeout: float = Field(3.0, ge=0, le=60)


class ShardRequest(ControlRequest):
    """One shard, or all."""

    shard: int | None = Field(None, ge=0)


class DispatchRequest(ShardRequest):
    """An event: some of its fields, the rest is made up; or its whole ``payload``, and then any name will do."""

    event: str = Field(min_length=1, max_length=100)
    fields: dict[str, Any] = {}
    payload: dict[str, Any] | None = None
    seed: int = 0


class CloseRequest(ShardRequest):
    """A close code that Discord or WebSocket has."""

    code: int = Field(4000, ge=1000, le=4999)
    reason: str = Field("", max_length=120)


class FaultRequest(ShardRequest):
    """A fault by its name, with what it takes."""

    name: str = Field(min_length=1, max_length=100)
    parameters: dict[str, Any] = {}


class InvalidateRequest(ShardRequest):
    """Op 9, with which the session may be resumed or not."""

    resumable: bool = False


def read_ask(name: str, shape: type[S], body: Any) -> S:
    """Return a body as its shape; raises `ControlProblem`, which names the key at fault and those that there are."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        keys = ", ".join(field.alias or key for key, field in shape.model_fields.items())
        value = "missing" if first["type"] == "missing" else repr(first["input"])[:_MOST_SHOWN]
        raise ControlProblem(f"{where} is {value}: {first['msg']}; {name} takes {keys}") from None

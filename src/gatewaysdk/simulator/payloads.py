"""Makes payloads of every event from the models: payloads that Discord could have sent, the same for equal seeds.

The generated models have every field, its type and whether it may be missing. Walking them needs no hand-written
examples, and an event that is added to the schema has payloads at once.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from itertools import count
from random import Random
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from .. import events
from ..bases.enums import DecimalString, Flags, KeyEnum
from ..bases.model import Model
from ..bases.types import IntegerPair, PresenceBoolean, Timestamp
from ..bases.unions import OpenUnion, ParentUnion, UnknownObject
from ..errors import ConfigurationError
from ..snowflake import Snowflake
from ..tables.events import EVENT_CLASSES, VARIANTS
from .presence_rules import apply_event_rules, apply_model_rules
from .usual import USUAL
from .values import make_any, make_float, make_integer, make_snowflake, make_text, make_timestamp

__all__ = ["EVENT_NAMES", "ModelField", "model_fields", "sample", "sample_model"]

EVENT_NAMES: tuple[str, ...] = tuple(EVENT_CLASSES)
"""The names of all events that `sample` knows."""

# How often a model may contain itself, and the depth beyond which objects have their required fields only.
_MOST_NESTED = 2
_FULL_DEPTH = 3

# The markers of types that have no class of their own.
_TIMESTAMP, _PRESENCE, _PAIR = (get_args(one)[1] for one in (Timestamp, PresenceBoolean, IntegerPair))


def sample(
    event_name: str, *, seed: int | None = None, full: bool = False, unavailable: bool = False
) -> dict[str, Any]:
    """Return the ``d`` of an event, ready for any codec: ids, times and permissions are strings.

    It is small and usual: a message that a person wrote by hand, a slash command without options, and of other events
    the keys that are always there.

    Args:
        event_name: such as ``MESSAGE_CREATE``.
        seed: equal seeds give equal payloads. Without a seed it is the payload of seed 0, with ids that no other call
            gives.
        full: include the optional keys. With seeds other than 0 messages are then also polls, answers and everything
            else that they may be, and interactions also buttons, selects and modals.
        unavailable: the GUILD_CREATE of a guild that has an outage (events/gateway-events#guild-create).

    Raises:
        ConfigurationError: an unknown event, or one without an unavailable form.
    """
    if event_name not in EVENT_CLASSES:
        raise ConfigurationError(f"event {event_name!r} is unknown; choose one of gatewaysdk.simulator.EVENT_NAMES")
    class_name = EVENT_CLASSES[event_name]
    values: dict[str, Any] = {}
    if unavailable:
        if event_name not in VARIANTS:
            raise ConfigurationError(f"{event_name} has no unavailable form; only GUILD_CREATE does")
        class_name, values, _ = VARIANTS[event_name][0]
    make_usual = USUAL.get(event_name) if not (full and seed) else None
    # What is usual has some of the optional keys.
    payload = sample_model(getattr(events, class_name), seed=seed, full=full or make_usual is not None)
    payload.update(values)
    apply_event_rules(event_name, payload)
    if make_usual is not None:
        make_usual(payload)
    return payload


def sample_model(model: type[Model], *, seed: int | None = None, full: bool = False) -> dict[str, Any]:
    """Return a JSON object for one of ``gatewaysdk.models``; ``seed`` and ``full`` are those of `sample`."""
    # Seeded with a text that names the model: with integer seeds all models would get the same first numbers.
    random = Random(f"{model.__name__} {seed or 0} {full}")  # noqa: S311 - must be repeatable, keeps no secret
    return _Maker(random, full, next(_calls) if seed is None else 0).make_model(model, ())


_calls = count(1)
"""Numbers the calls without a seed."""


class ModelField(NamedTuple):
    """A field of a model: its key on the wire, its type, and whether it may be missing."""

    key: str
    annotation: Any
    required: bool


@cache
def model_fields(model: type[Model]) -> tuple[ModelField, ...]:
    """Return the fields of a model, in order."""
    model.model_rebuild()
    found = []
    for name, info in model.model_fields.items():
        annotation: Any = info.annotation
        for mark in info.metadata:
            annotation = Annotated[annotation, mark]
        found.append(ModelField(info.alias or name, annotation, info.is_required()))
    return tuple(found)


class _Maker:
    """Walks a model; ``path`` and ``inside`` hold the models that the walk is in."""

    def __init__(self, random: Random, full: bool, added_to_ids: int) -> None:
        self.random = random
        self.full = full
        self.added_to_ids = added_to_ids

    def make_model(self, model: type[Model], path: tuple[type[Model], ...]) -> dict[str, Any]:
        inside = (*path, model)
        made: dict[str, Any] = {}
        for field in model_fields(model):
            if field.required or (self.full and len(inside) <= _FULL_DEPTH and not _ends(field.annotation, inside)):
                value = self.make(field.annotation, field.key, inside, made, field.required)
                made[field.key] = value
        apply_model_rules(model.__name__, made, self.random)
        return made

    def make(
        self, annotation: Any, name: str, inside: tuple[type[Model], ...], made: dict[str, Any], required: bool
    ) -> Any:
        """Return a value; ``made`` has the object's keys so far, because an earlier key may decide the kind."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin in (Union, UnionType):
            if NoneType in arguments and required and (_ends(annotation, inside) or self.random.random() < 0.3):
                return None
            # The model does not say whether an optional key may be null, so it is never null here.
            return self.make(_first(arguments), name, inside, made, required)
        if origin is Annotated:
            return self.make_marked(arguments[0], arguments[1], name, inside, made)
        if origin is Literal:
            return arguments[0]
        if origin is list:
            return self.make_list(arguments[0], name, inside)
        if origin is dict:
            return self.make_map(arguments, name, inside)
        if isinstance(annotation, type) and issubclass(annotation, Model):
            return self.make_model(annotation, inside)
        return self.make_leaf(annotation, name)

    def make_marked(
        self, target: Any, mark: Any, name: str, inside: tuple[type[Model], ...], made: dict[str, Any]
    ) -> Any:
        if isinstance(mark, OpenUnion):
            kinds = [kind for kind, one in mark.members.items() if inside.count(one) < _MOST_NESTED]
            kind = self.random.choice(kinds or list(mark.members))
            return {**self.make_model(mark.members[kind], inside), mark.key: kind}
        if isinstance(mark, ParentUnion):
            # An earlier key holds the kind. If that kind has no data, choose one that has.
            if made.get(mark.key) not in mark.members:
                made[mark.key] = self.random.choice(list(mark.members))
            return self.make_model(mark.members[made[mark.key]], inside)
        if mark is DecimalString:
            return str(self.make_flags(target))
        if mark is _TIMESTAMP:
            return make_timestamp(self.random)
        if mark is _PRESENCE:
            return None  # Discord sends null for true, and leaves the key out for false
        if mark is _PAIR:
            return [0, self.random.randint(1, 4)]
        return self.make(target, name, inside, made, True)

    def make_list(self, item: Any, name: str, inside: tuple[type[Model], ...]) -> list[Any]:
        if _ends(item, inside):
            return []
        deep = len(inside) > _FULL_DEPTH
        count = self.random.randint(0, 1) if deep or not self.full else self.random.randint(1, 2)
        return [self.make(item, name.removesuffix("s"), inside, {}, True) for _ in range(count)]

    def make_map(self, kinds: tuple[Any, ...], name: str, inside: tuple[type[Model], ...]) -> dict[str, Any]:
        if _ends(kinds[1], inside):
            return {}
        key, value = kinds
        return {str(self.make_leaf(key, "id")): self.make(value, name.removesuffix("s"), inside, {}, True)}

    def make_leaf(self, kind: Any, name: str) -> Any:
        if kind is Any:
            return make_any(name, self.random)
        if kind is Snowflake:
            return str(int(make_snowflake(self.random)) + self.added_to_ids)
        if kind is bool:
            return self.random.random() < 0.5
        if kind is int:
            return make_integer(name, self.random)
        if kind is float:
            return make_float(name, self.random)
        if kind is str:
            return make_text(name, self.random)
        if issubclass(kind, Flags):
            return self.make_flags(kind)
        if issubclass(kind, Enum):
            value = self.random.choice(list(kind)).value
            return str(value) if issubclass(kind, KeyEnum) else value
        raise TypeError(f"no payload can be made for a field of type {kind!r}")

    def make_flags(self, kind: type[Flags]) -> int:
        return sum(int(flag) for flag in kind if self.random.random() < 0.3)


def _first(kinds: tuple[Any, ...]) -> Any:
    # In unions of plain types text comes last, and any text is valid.
    return [kind for kind in kinds if kind is not NoneType][-1]


def _ends(annotation: Any, inside: tuple[type[Model], ...]) -> bool:
    """Whether to leave this optional, nullable or listed value out, so that the walk of a recursive model ends."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated and isinstance(arguments[1], OpenUnion):
        return all(_ends(member, inside) for member in arguments[1].members.values())
    if arguments and get_origin(annotation) is not Literal:
        kinds = [one for one in arguments if isinstance(one, type | UnionType) or get_args(one)]
        return any(_ends(one, inside) for one in kinds if one not in (NoneType, UnknownObject))
    return isinstance(annotation, type) and inside.count(annotation) >= _MOST_NESTED

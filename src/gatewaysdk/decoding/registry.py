"""From a dispatch to its typed event."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pydantic import ValidationError

from ..bases.any_event import AnyEvent
from ..bases.event import Event, InvalidEvent, UnknownEvent
from ..bases.findings import Findings, Violation, keep_findings
from ..errors import PeerError
from ..frame import Frame
from ..tables.events import EVENT_CLASSES, VARIANTS
from .known import MODELS, STRUCTS
from .lenient import salvage

if TYPE_CHECKING:
    from ..bases.struct_event import Event as StructEvent
    from ..codec import Codec, Envelope

__all__ = ["build_event", "decode_event", "decode_received", "event_class", "register_event", "undecodable_event"]

E = TypeVar("E", bound=AnyEvent)


class _Classes(dict[str, type[Event]]):
    """Classes by name on the wire: registered ones, and generated ones once they were asked for.

    A dict, so that a known event costs no call. Unknown names are not kept, as names from outside must not make memory
    grow.
    """

    def __missing__(self, name: str) -> type[Event] | None:  # so a lookup may give None, which dict's types cannot say
        title = EVENT_CLASSES.get(name)
        if title is None:
            return None
        found = self[name] = _class(title)
        return found


_classes = _Classes()


def register_event(event: type[E]) -> type[E]:
    """Make ``event`` the class of the dispatches with its ``event_name``; usable as a class decorator.

    Use it for events that this release does not know, and for subclasses of generated events. A struct stands beside
    the model of that name, for those who listen for structs. Raises ``ValueError`` if
    ``event_name`` is empty.
    """
    if not event.event_name:
        raise ValueError(f"{event.__name__}.event_name is empty; set it to the event's name on the wire")
    if issubclass(event, Event):
        _classes[event.event_name] = MODELS[event.event_name] = event
    else:
        STRUCTS[event.event_name] = event
        _structs().forget(event.event_name)
    return event


@overload
def event_class(name: str, family: type[Event] = ...) -> type[Event] | None: ...
@overload
def event_class(name: str, family: type[StructEvent]) -> type[StructEvent] | None: ...
def event_class(name: str, family: type[AnyEvent] = Event) -> type[AnyEvent] | None:
    """Return the class of an event by its name on the wire, None for an unknown name. Imports it on first use.

    It is a model, or a struct if ``family`` is ``structs.Event``.
    """
    if issubclass(family, Event):
        return _classes[name]
    found: type[AnyEvent] | None = _structs().struct_class(name)
    return found


def build_event(event: type[AnyEvent]) -> None:
    """Build what decodes the events of this class's name in its family, if it is not built yet."""
    if issubclass(event, Event):
        model = _classes[event.event_name]
        if model is not None and not model.__pydantic_complete__:
            model.model_rebuild()
    else:
        _structs().build(event.event_name)


def _structs() -> Any:
    """Return the module for structs. Imported when it is asked for, as it needs msgspec, which is an extra."""
    return import_module(".structs", __package__)


def _class(title: str) -> type[Event]:
    found: type[Event] = getattr(import_module("..events", __package__), title)
    return found


def decode_received(codec: Codec, envelope: Envelope) -> Event:
    """Return the event of an envelope, as `decode_event` does of a frame; the usual case makes no frame.

    Never raises because of the data: bytes that cannot be decoded give an `InvalidEvent`, too.
    """
    # The first steps repeat those of `decode_event`: to share them would cost each event a call.
    name = envelope[2] or ""
    model: Any = _classes[name]
    try:
        try:
            if model is not None:
                event: Event = codec.validate(envelope, model.__pydantic_validator__)
                return event
        except ValidationError:
            pass
        return _decode_values(name, model, codec.data(envelope))
    except PeerError as error:
        return undecodable_event(envelope, error)


@overload
def decode_event(frame: Frame, family: type[Event] = ...) -> Event: ...
@overload
def decode_event(frame: Frame, family: type[StructEvent]) -> StructEvent: ...
def decode_event(frame: Frame, family: type[AnyEvent] = Event) -> AnyEvent:
    """Return the event of a dispatch, whatever its data holds: a model, or a struct if ``family`` is ``structs.Event``.

    A name without a class gives an `UnknownEvent`, data that is not an object an `InvalidEvent`. Data that breaks the
    documentation gives the event without the broken parts, which ``violations`` lists.

    Raises:
        DecodeError: the bytes themselves are broken. A shard makes an `InvalidEvent` of that.
        MessageTooLarge: they hold more values than the frame's codec takes.
    """
    if not issubclass(family, Event):
        struct: AnyEvent = _structs().decode_frame(frame)
        return struct
    name = frame.t or ""
    model: Any = _classes[name]
    try:
        if model is not None:
            event: Event = frame.validate(model.__pydantic_validator__)
            return event
    except ValidationError:
        pass
    return _decode_values(name, model, frame.d)


def _decode_values(name: str, model: type[Event] | None, data: Any) -> Event:
    """Return the event for data that strict validation refused, or for a name without a class."""
    if model is None:
        return UnknownEvent.model_construct(name=name, data=data)
    if data is None and not any(info.is_required() for info in model.model_fields.values()):
        return salvage(model, {})  # RESUMED comes with or without data
    if not isinstance(data, dict):
        return _invalid_event(name, data, f"its data is {type(data).__name__}, not an object")
    for title, when, without in VARIANTS.get(name, ()):
        if without not in data and all(data.get(key) == value for key, value in when.items()):
            return salvage(_class(title), data)
    return salvage(model, data)


def undecodable_event(envelope: Envelope, error: PeerError) -> InvalidEvent:
    """Return the event to deliver when data cannot be decoded; its ``reason`` says why."""
    return _invalid_event(envelope[2] or "", None, f"its data cannot be decoded: {error}", envelope[3])


def _invalid_event(name: str, data: Any, reason: str, raw: bytes | None = None) -> InvalidEvent:
    event = InvalidEvent.model_construct(name=name, data=data, reason=reason, raw=raw)
    violation = Violation((), "dict_type" if raw is None else "undecodable", reason, data)
    keep_findings(event, Findings((violation,), 0, 1))
    return event

"""From a dispatch to its event as a struct. Only programs that ask for structs import this, and with it msgspec."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from ..bases.findings import Findings, Violation
from ..bases.struct_event import Event, InvalidEvent, UnknownEvent
from ..bases.struct_fields import defaults
from ..bases.struct_names import resolve
from ..bases.struct_types import wire_types
from ..errors import PeerError
from ..frame import Frame
from ..tables.events import EVENT_CLASSES, VARIANTS
from .known import STRUCTS, UNNAMED
from .lenient_structs import salvage_struct
from .text_ids import spelt

if TYPE_CHECKING:
    from ..codec import Codec, Envelope

__all__ = ["Decoder", "build", "decode_frame", "decode_received", "forget", "struct_class", "undecodable_event"]


class Decoder:
    """Makes structs of a class, by the names that a pydantic validator has: codecs call whichever they are given."""

    def __init__(self, kind: type[Event]) -> None:
        resolve(kind)
        self.kind = kind
        # Not strict is how msgspec makes numbers of the text of ids, without a call into Python.
        self.validate_json = msgspec.json.Decoder(kind, strict=False, dec_hook=wire_types).decode
        self.validate_msgpack = msgspec.msgpack.Decoder(kind, strict=False, dec_hook=wire_types).decode
        self.refused: tuple[type[Exception], ...] = _REFUSED
        self.ids_as_text = False
        self._convert = partial(msgspec.convert, type=kind, strict=False, dec_hook=wire_types)

    def validate_python(self, data: Any) -> Any:
        """Return the struct for decoded values. Raises ``msgspec.ValidationError``."""
        if self.ids_as_text:
            return self._convert(spelt(self.kind, data))
        try:
            return self._convert(data)
        except msgspec.ValidationError:
            text = spelt(self.kind, data)
            if text is data:
                raise
            self.ids_as_text = True  # a gateway that sends one id as an integer sends more: the next try should succeed
            return self._convert(text)


class _Decoders(dict[str, Decoder]):
    """Decoders by name on the wire, each made when it is first needed; unknown names are not kept."""

    def __missing__(self, name: str) -> Decoder | None:
        kind = struct_class(name)
        if kind is None:
            return None
        found = self[name] = Decoder(kind)
        return found


UNNAMED.add(UnknownEvent)

_decoders = _Decoders()
# What is raised for data that does not fit; broken JSON and deep nesting are for the codec to judge.
# UnicodeDecodeError is what MessagePack with a text that is no UTF-8 raises.
_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def struct_class(name: str) -> type[Event] | None:
    """Return the struct of an event by its name on the wire, None for an unknown name. Imports it on first use."""
    kind: Any = STRUCTS.get(name)
    if kind is None and name in EVENT_CLASSES:
        kind = _class(EVENT_CLASSES[name])
    return None if kind is None else kind


def build(name: str) -> None:
    """Make the decoder of an event, if there is none yet."""
    _decoders[name]


def forget(name: str) -> None:
    """Forget the decoder of an event, because another class was registered for it."""
    _decoders.pop(name, None)


def _class(title: str) -> type[Event]:
    found: type[Event] = getattr(import_module("..structs", __package__), title)
    return found


def decode_received(codec: Codec, envelope: Envelope) -> Event:
    """Return the event of an envelope; like the function of this name for models, it never raises for bad data."""
    name = envelope[2] or ""
    decoder: Any = _decoders[name]
    try:
        try:
            if decoder is not None:
                event: Event = codec.validate_struct(envelope, decoder)
                return event
        except _REFUSED:
            pass
        return _decode_values(name, decoder, codec.data(envelope))
    except PeerError as error:
        return undecodable_event(envelope, error)


def decode_frame(frame: Frame) -> Event:
    """Return the event of a dispatch, as `decode_event` does for models. Raises as it does."""
    name = frame.t or ""
    decoder: Any = _decoders[name]
    try:
        if decoder is not None:
            event: Event = frame.validate(decoder)
            return event
    except _REFUSED:
        pass
    return _decode_values(name, decoder, frame.d)


def _decode_values(name: str, decoder: Decoder | None, data: Any) -> Event:
    """Return the event for data that strict decoding refused, or for a name without a class."""
    if decoder is None:
        return UnknownEvent(name=name, data=data)
    kind = decoder.kind
    if data is None and all(default is not msgspec.NODEFAULT for default in defaults(kind).values()):
        return salvage_struct(kind, {})  # RESUMED comes with or without data
    if not isinstance(data, dict):
        return _invalid_event(name, data, f"its data is {type(data).__name__}, not an object")
    for title, when, without in VARIANTS.get(name, ()):
        if without not in data and all(data.get(key) == value for key, value in when.items()):
            return salvage_struct(_class(title), data)
    return salvage_struct(kind, data)


def undecodable_event(envelope: Envelope, error: PeerError) -> InvalidEvent:
    """Return the event to deliver when data cannot be decoded; its ``reason`` says why."""
    return _invalid_event(envelope[2] or "", None, f"its data cannot be decoded: {error}", envelope[3])


def _invalid_event(name: str, data: Any, reason: str, raw: bytes | None = None) -> InvalidEvent:
    violation = Violation((), "dict_type" if raw is None else "undecodable", reason, data)
    return InvalidEvent(name=name, data=data, reason=reason, raw=raw, _findings=Findings((violation,), 0, 1))

"""JSON, read lazily: ``d`` is parsed only when somebody reads it, and for most messages nobody does.

Discord writes each envelope as ``{"t":...,"s":...,"op":...,"d":...}`` with nothing after ``d``. So ``d`` is what stands
between a known offset and the last byte, a brace. That slice is valid JSON only if the message is, so a fault is found
when ``d`` is read. A message in any other spelling is parsed in full at once.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

import orjson
from pydantic_core import ValidationError

from ..compression.bounds import MAX_VALUES, too_many_values
from ..errors import DecodeError, EncodeError
from ..frame import Frame, StructDecoder, Validator
from .interface import CodecFrame, Envelope
from .json_text import NotJsonError, quick_has_long_number, read
from .secret import encode_hiding

__all__ = ["JsonCodec", "JsonFrame"]

# At most 18 digits: such an integer fits 64 bits, so that this path and the full parse read each number alike.
_EVENT = re.compile(rb'\{"t":"([A-Z0-9_]+)","s":(0|[1-9][0-9]{0,17}),"op":0,"d":').match
_PREFIX = re.compile(rb'\{"t":(?:null|"([A-Z0-9_]+)"),"s":(?:null|(0|[1-9][0-9]{0,17})),"op":(0|[1-9][0-9]{0,17}),"d":')
_QUOTED = 80

# orjson would write dataclasses and datetimes, too. They are refused, as in every encoding: only plain values pass.
_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def event_envelope(message: bytes | str, /) -> Envelope | None:
    """Return the envelope of an event in Discord's spelling, else None.

    Its fifth value is the offset of ``d``, which goes up to the last brace of the message. In envelopes that were
    parsed in full it is -1, and the sixth value is ``d`` itself.
    """
    # One compiled pattern: it checks and splits an envelope in a single call.
    if type(message) is not bytes:
        return None
    found = _EVENT(message)
    if found is None or not message.endswith(b"}"):
        return None
    name, sequence = found.groups()
    return 0, int(sequence), name.decode(), message, found.end(), None


_loads = orjson.loads
_has_long_number = quick_has_long_number
_event_envelope: Callable[[bytes | str], Envelope | None] = event_envelope
with suppress(ImportError):  # the same in C, if that was built; `gatewaysdk doctor` says whether
    _event_envelope = import_module("._json_native", __package__).envelope

NATIVE = _event_envelope is not event_envelope
"""Whether the C extension reads the envelopes of events."""


class JsonFrame(CodecFrame):
    """A frame of a JSON message."""

    __slots__ = ()


class JsonCodec:
    """The ``json`` encoding, by orjson. Messages are encoded as UTF-8 and travel as text.

    Args:
        max_values: most array elements and map entries of a message that is decoded. Commas and opening brackets
            are counted, even those within strings.
    """

    name = "json"
    binary = False
    event_envelope = staticmethod(_event_envelope)

    def __init__(self, max_values: int = MAX_VALUES) -> None:
        self._max_values = max_values

    def envelope(self, message: bytes | bytearray | memoryview | str) -> Envelope:
        """Return the envelope, without decoding ``d``. Raises `DecodeError` unless it is a gateway message."""
        if type(message) is not bytes:
            message = _to_bytes(message)
        found = _event_envelope(message)
        if found is not None:
            return found
        return self._other_envelope(message)

    def _other_envelope(self, message: bytes) -> Envelope:
        """Return the envelope of any message but an event in Discord's spelling."""
        found = _PREFIX.match(message)
        if found is not None and message.endswith(b"}"):
            name, sequence, op = found.groups()
            return (
                int(op),
                None if sequence is None else int(sequence),
                None if name is None else name.decode(),
                message,
                found.end(),
                None,
            )
        if len(message) > self._max_values:
            self._count_values(message)
        op_number, d, s, t = _parse(message)
        return op_number, s, t, message, -1, d

    def _count_values(self, message: bytes) -> None:
        # Before any parser sees the message: 3 bytes of it, an empty array and a comma, take 90 bytes when parsed, and
        # pydantic's parser aborts the process when it runs out of memory. Callers skip messages with fewer bytes than
        # values allowed, which is nearly all, so that the counting costs them nothing.
        if sum(map(message.count, (b",", b"[", b"{"))) > self._max_values:
            raise too_many_values(self._max_values)

    def data(self, envelope: Envelope) -> Any:
        """Return ``d`` as plain Python values. Raises `DecodeError`, and `MessageTooLarge` if they are too many."""
        op, s, t, message, start, d = envelope
        if start < 0:
            return d
        if len(message) > self._max_values:
            self._count_values(message)
        text = message[start:-1]
        if not _has_long_number(text):  # `read` does this too, but costs a call more
            try:
                return _loads(text)
            except orjson.JSONDecodeError:
                pass
        try:
            return read(text)
        except NotJsonError:
            pass
        # The slice is not one JSON value: maybe keys follow d. The full parse reads that, or says what is wrong.
        found = _parse(message)
        if (found[0], *found[2:]) != (op, s, t):
            raise DecodeError(f"the envelope names a key twice: {_quote(message)}")
        return found[1]

    def validate(self, envelope: Envelope, validator: Validator) -> Any:
        """Return what ``validator`` makes of the bytes of ``d``, in one pass from bytes to model.

        The validator's errors pass through, except for broken JSON: that raises as `data` does.
        """
        _, _, _, message, start, _ = envelope
        if start >= 0:
            if len(message) > self._max_values:
                self._count_values(message)
            try:
                return validator.validate_json(message[start:-1])
            except ValidationError as error:
                if not _is_invalid_json(error):
                    raise
            # It refuses deep nesting and half surrogate pairs, which `data` may still read.
        return validator.validate_python(self.data(envelope))

    def validate_struct(self, envelope: Envelope, decoder: StructDecoder) -> Any:
        """Return the struct that ``decoder`` makes of ``d``, as `validate` does."""
        return self.validate(envelope, decoder)

    def envelope_of_data(self, name: str, sequence: int, data: bytes) -> Envelope:
        """Return the envelope of an event whose ``d`` is ``data``."""
        return 0, sequence, name, data + b"}", 0, None  # `d` goes up to the last brace

    def undecoded(self, envelope: Envelope) -> bytes:
        """Return ``d`` as it came, or written anew if the message has its keys in another order than Discord's."""
        _, _, _, message, start, d = envelope
        # The standard library, unlike orjson, writes whatever `read` can read: integers of any size.
        return message[start:-1] if start >= 0 else json.dumps(d, separators=(",", ":")).encode()

    def frame(self, envelope: Envelope) -> JsonFrame:
        """Return the frame of an envelope."""
        return JsonFrame(self, envelope)

    def peek(self, message: bytes | bytearray | memoryview | str) -> JsonFrame:
        """Return the frame of a message, with ``d`` undecoded. Raises `DecodeError` unless it is a gateway message."""
        return JsonFrame(self, self.envelope(message))

    def encode(self, op: int, d: Any) -> bytes:
        """Return ``{"op":...,"d":...}`` as UTF-8. Raises `EncodeError` for values that JSON cannot express."""
        return encode_hiding(_encode, op, d)

    def encode_frame(self, frame: Frame) -> bytes:
        """Return a whole envelope with its keys in Discord's order. Raises `EncodeError` as `encode` does."""
        return _dump({"t": frame.t, "s": frame.s, "op": frame.op, "d": frame.d}, frame.op)


def _to_bytes(message: bytes | bytearray | memoryview | str) -> bytes:
    if not isinstance(message, str):
        # Copied, as the frame outlives this call, and the owner of a buffer may write to it again.
        return bytes(message)
    try:
        return message.encode()
    except UnicodeEncodeError as error:
        problem = error.reason
    raise DecodeError(f"the message is not UTF-8 text: {problem}")


def _parse(message: bytes) -> tuple[int, Any, int | None, str | None]:
    """Return op, d, s and t of a message after parsing all of it. Other keys are ignored."""
    problem: str | None = None
    data: Any = None
    try:
        data = read(message)
    except NotJsonError as error:
        problem = str(error)
    if problem is not None:
        raise DecodeError(f"the message is not JSON: {problem}: {_quote(message)}")
    if type(data) is not dict:
        raise DecodeError(f"the message is not an object: {_quote(message)}")
    envelope: dict[str, Any] = data
    op, s, t = envelope.get("op"), envelope.get("s"), envelope.get("t")
    # By exact type, as True is an int too.
    if type(op) is not int:
        raise DecodeError(f"op is {_kind(op)}, an envelope has an integer there: {_quote(message)}")
    if s is not None and type(s) is not int:
        raise DecodeError(f"s is {_kind(s)}, an envelope has an integer or null there: {_quote(message)}")
    if t is not None and type(t) is not str:
        raise DecodeError(f"t is {_kind(t)}, an envelope has a string or null there: {_quote(message)}")
    return op, envelope.get("d"), s, t


def _kind(value: object) -> str:
    return "missing or null" if value is None else f"of type {type(value).__name__}"


def _quote(message: bytes) -> str:
    """Return the start of ``message`` for an error. It ends where the data begins, as data may hold a token."""
    head = message[:_QUOTED].partition(b'"d"')[0]
    quoted = repr(head.decode(errors="replace"))[:_QUOTED]
    return quoted if len(head) == len(message) else f"{quoted}..."


def _is_invalid_json(error: ValidationError) -> bool:
    if error.error_count() != 1:
        return False
    (problem,) = error.errors(include_url=False, include_context=False, include_input=False)
    # With a `loc`, the fault is in a field that itself holds JSON text, and the model reports it.
    return problem["type"] == "json_invalid" and not problem["loc"]


def _encode(op: int, d: Any) -> bytes:
    return _dump({"op": op, "d": d}, op)


def _dump(envelope: dict[str, Any], op: int) -> bytes:
    try:
        text = orjson.dumps(envelope, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise EncodeError(f"op {op} cannot be sent as JSON: {error}; use plain values") from error
    # orjson writes NaN and infinities as null, which Discord would take as meant. Few messages have a null to look for.
    if b"null" in text and _has_non_finite(envelope):
        raise EncodeError(f"op {op} cannot be sent as JSON: a float is NaN or infinite; send a finite number")
    return text


def _has_non_finite(value: Any) -> bool:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, float):
            if not math.isfinite(value):
                return True
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)
    return False

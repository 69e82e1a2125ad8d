"""Inflaters: one WebSocket message in, complete gateway messages out (events/gateway#encoding-and-compression).

A context belongs to one connection, as later messages refer to what was inflated before. Output is bounded, because
a few hostile kilobytes may stand for gigabytes: what is over a bound is a `MessageTooLarge`. Whatever else is wrong
with the data is a `DecompressionError`. An inflater that raised once raises for good, since a stream cannot be picked
up again after a gap.
"""

from __future__ import annotations

import re
import sys
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from copy import copy
from functools import partial
from itertools import islice
from typing import NoReturn, Protocol, TypeAlias

from ..errors import ConfigurationError, DecompressionError, MessageTooLarge, PeerError
from .bounds import MAX_RATIO, MAX_SIZE, RATIO_FREE
from .zlib_context import MARKER, zlib_context

__all__ = ["COMPRESSIONS", "MAX_SIZE", "Inflater", "Message", "get_inflater"]

Message: TypeAlias = bytes | str
"""The data of a binary or a text WebSocket message."""

COMPRESSIONS = ("none", "zlib-stream", "zstd-stream")
"""The transport compressions that `get_inflater` knows."""

_MARKERS = re.compile(MARKER)
# By chance alone a false marker comes once in 4 GB. A thousand in one WebSocket message are bait: each costs a copy.
_MOST_MARKERS = 1000
# A stored block that inflates to its own text wherever the stream is ready for a new block, and nowhere else.
_PROBE_TEXT = b"boundary"
_PROBE = b"\x00\x08\x00\xf7\xff" + _PROBE_TEXT
# Refuses a stream whose header asks for a window larger than 64 MB, which the decoder would reserve.
_ZSTD_WINDOW_LOG = 26
# Each frame has a window of its own to set up. No server is known to send more than one in a message.
_MOST_FRAMES = 16


class Inflater(Protocol):
    """Decompresses the WebSocket messages of one connection."""

    def feed(self, message: Message) -> list[Message]:
        """Take one WebSocket message and return the gateway messages that are complete with it, in order.

        Raises `DecompressionError` for data that is broken or not what was agreed upon, `MessageTooLarge` for data
        over a bound, and the same on every call after that: drop the connection and resume on a new one.
        """
        ...

    @property
    def quick(self) -> Callable[[Message], Message | None]:
        """What returns the one gateway message of a usual message, at less cost; and None for any other.

        `feed` must be given what it returned None for, before anything else. It raises what `feed` raises.
        """
        ...


def get_inflater(compress: str | None, *, payload: bool = False, max_size: int = MAX_SIZE) -> Inflater:
    """Make the inflater for a new connection.

    Args:
        compress: the URL's ``compress=``, one of `COMPRESSIONS`; None means ``none``.
        payload: whether IDENTIFY says ``compress: true`` (events/gateway#payload-compression), which goes with the JSON
            encoding only and excludes transport compression.
        max_size: most bytes that one WebSocket message may have or inflate to, and most that are kept of an incomplete
            one. What inflates to more than 8 MiB may not be more than 200 times as large as it came.

    Raises `ConfigurationError` for a setting that cannot work.
    """
    if compress is not None and compress not in COMPRESSIONS:
        known = ", ".join(repr(known) for known in COMPRESSIONS)
        raise ConfigurationError(f"compress {compress!r} is unknown; choose one of {known}")
    if max_size < 1:
        raise ConfigurationError(f"max_size is {max_size}, it must be at least 1 byte; leave it out for {MAX_SIZE}")
    max_size = min(max_size, sys.maxsize - 1)  # C counts no further
    transport = None if compress == "none" else compress
    if payload:
        if transport is not None:
            raise ConfigurationError(f"payload compression excludes compress {compress!r}; turn one of them off")
        return _PayloadZlib(max_size)
    if transport == "zlib-stream":
        return _ZlibStream(max_size)
    if transport == "zstd-stream":
        return _ZstdStream(max_size)
    return _Plain(max_size)


_REMEDY = "if the gateway means it, raise max_size="


class _Bounded(ABC):
    """What all share: the bounds, and staying broken once broken."""

    name: str
    errors: type[Exception] = zlib.error

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._failure: PeerError | None = None

    def feed(self, message: Message) -> list[Message]:
        if self._failure is not None:
            raise copy(self._failure)  # one error raised again and again would gather tracebacks
        try:
            return self._inflate(message)
        except PeerError as error:
            self._failure = copy(error)
            raise
        except self.errors as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> DecompressionError:
        broken = DecompressionError(f"{self.name} data is broken: {error}")
        self._failure = copy(broken)
        return broken

    @property
    def quick(self) -> Callable[[Message], Message | None]:
        return lambda message: None

    @abstractmethod
    def _inflate(self, message: Message) -> list[Message]:
        """Return what is complete with a message; raises a `PeerError`, or one of `errors`."""

    def _refuse(self, problem: str) -> NoReturn:
        raise DecompressionError(f"{self.name} {problem}")

    def _bound(self, size: int) -> int:
        """Return how many bytes may come of ``size`` bytes as they were sent."""
        return min(self._max_size, max(RATIO_FREE, MAX_RATIO * size))

    def _refuse_size(self, bound: int) -> NoReturn:
        if bound == self._max_size:
            problem = f"{self.name} data inflates to more than max_size, {bound} bytes; {_REMEDY}"
        else:
            problem = (
                f"{self.name} data inflates to more than {bound} bytes, {MAX_RATIO} times what was sent or more; "
                "if the gateway means it, turn compress off"
            )
        raise MessageTooLarge(problem, bound)

    def _refuse_text(self) -> NoReturn:
        self._refuse("was agreed upon, but a text message came")


class _Plain(_Bounded):
    """No compression: what comes in goes out."""

    name = "uncompressed"

    @property
    def quick(self) -> Callable[[Message], Message | None]:
        max_size = self._max_size
        return lambda message: message if len(message) <= max_size else None

    def _inflate(self, message: Message) -> list[Message]:
        if len(message) > self._max_size:
            raise MessageTooLarge(
                f"a message has more than max_size, {self._max_size} bytes; {_REMEDY}", self._max_size
            )
        return [message]


class _PayloadZlib(_Bounded):
    """``compress: true`` in IDENTIFY: a binary message is a zlib document of its own, a text one is left as it is."""

    name = "payload zlib"

    def _inflate(self, message: Message) -> list[Message]:
        if isinstance(message, str):
            return [message]
        context = zlib.decompressobj()
        bound = self._bound(len(message))
        text = context.decompress(message, bound + 1)
        if len(text) > bound:
            self._refuse_size(bound)
        if not context.eof:
            self._refuse("data is cut short")
        if context.unused_data:
            self._refuse("data goes on behind its end")
        return [text]


class _ZlibStream(_Bounded):
    """One zlib stream per connection, flushed after every gateway message.

    A gateway message is complete when the data ends with ``00 00 FF FF``; until then it is kept, wherever it was split.
    Discord sends one at a time, so the first look is whether the only marker is at the end: one call inflates it then.

    A marker elsewhere either ends a message that shares its WebSocket message with the next one, or is compressed data
    that looks like it: at a thousand events a second, chance brings that every few hours. The state of the stream
    tells them apart, as only behind a flush it is ready for a new block. So a copy of the context is given a block of
    our own, and the cut is made when that block comes out. This takes no knowledge of the encoding.
    """

    name = "zlib-stream"

    def __init__(self, max_size: int) -> None:
        super().__init__(max_size)
        self._limit = max_size + 1  # one byte more than is right, to tell
        self._context = zlib_context(self._limit)
        self._usual = min(max_size, RATIO_FREE)
        self._partial = bytearray()  # what is inflated of the message under way
        self._taken = 0  # bytes as sent that were taken since no message was under way
        self._tail = b""  # its last compressed bytes, for a marker split between two WebSocket messages

    @property
    def quick(self) -> Callable[[Message], Message | None]:
        return self._context.quick or super().quick

    def feed(self, message: Message) -> list[Message]:
        self._context.usual = False  # unless this goes well
        complete = self._feed(message)
        self._context.usual = not self._tail
        return complete

    def _feed(self, message: Message) -> list[Message]:
        # The usual case first: one gateway message in one of the socket's.
        if not self._tail and self._failure is None:
            try:
                text = self._context.whole(message)
            except zlib.error as error:
                raise self._broken(error) from error
            if text is not None:
                if 0 < len(text) <= self._usual and not self._context.eof:
                    return [text]
                return self._give_out(text, self._bound(len(message)))
        return super().feed(message)

    def _give_out(self, text: bytes, bound: int) -> list[Message]:
        try:
            self._check(text, bound, bound)
        except PeerError as error:
            self._failure = copy(error)
            raise
        return [text] if text else []

    def _inflate(self, message: Message) -> list[Message]:
        if isinstance(message, str):
            self._refuse_text()
        return self._inflate_pieces(message)

    def _inflate_pieces(self, message: bytes) -> list[Message]:
        complete: list[Message] = []
        seen = self._tail + message
        cuts = [found.end() for found in islice(_MARKERS.finditer(seen), _MOST_MARKERS)]
        if len(cuts) == _MOST_MARKERS:
            cuts[-1] = len(seen)
        start = len(self._tail)
        self._taken += len(message)
        bound = self._bound(self._taken)
        room = bound - len(self._partial)
        at_boundary = False
        for end in cuts:
            text = self._decompress(seen[start:end], room, bound)
            self._partial += text
            room -= len(text)
            start = end
            at_boundary = self._is_at_boundary()
            # A flush with nothing before it is no message: some servers flush twice.
            if at_boundary and self._partial:
                complete.append(bytes(self._partial))
                self._partial.clear()
        if start < len(seen):
            self._partial += self._decompress(seen[start:], room, bound)
            at_boundary = False
        self._tail = b"" if at_boundary else seen[1 - len(MARKER) :]
        if at_boundary:
            self._taken = 0
        return complete

    def _decompress(self, data: bytes, room: int, bound: int) -> bytes:
        # One byte more than there is room for: what does not fill it is all there was, with nothing held back.
        text = self._context.decompress(data, room + 1)
        self._check(text, room, bound)
        return text

    def _check(self, text: bytes, room: int, bound: int) -> None:
        if len(text) > room:
            self._refuse_size(bound)
        if self._context.eof and (text or self._partial or self._context.unused_data):
            self._refuse("data ended, but must go on as long as the connection")

    def _is_at_boundary(self) -> bool:
        if self._context.eof:
            return False
        try:
            return self._context.copy().decompress(_PROBE, len(_PROBE)) == _PROBE_TEXT
        except zlib.error:
            return False


class _ZstdStream(_Bounded):
    """Zstd frames; each WebSocket message holds one gateway message.

    Discord's frame never ends. Other gateways end one with each message: where a frame has ended, the next begins.
    Frames within one message are one text, as RFC 8878 (3.1) has it.

    Zstd has no marker for the end of a message, so Discord's rule is all there is to go by. Data cut within a block
    inflates to nothing and waits for its rest; two messages in one come out as one, which the codec refuses.
    """

    name = "zstd-stream"

    def __init__(self, max_size: int) -> None:
        super().__init__(max_size)
        try:
            from .zstd_library import DecompressionParameter, ZstdDecompressor, ZstdError
        except ImportError as error:
            raise ConfigurationError(
                "compress 'zstd-stream' needs the package backports.zstd, or from Python 3.14 on an interpreter built "
                "with zstd; install it or choose 'zlib-stream'"
            ) from error
        self.errors = ZstdError
        self._new_frame = partial(ZstdDecompressor, options={DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
        self._context = self._new_frame()
        self._left: bytes | None = None  # what `quick` inflated and did not give out

    @property
    def quick(self) -> Callable[[Message], Message | None]:
        context, decompress, errors = self._context, self._context.decompress, self.errors
        limit, usual = self._max_size + 1, min(self._max_size, RATIO_FREE)

        # The usual case without a call or a look more than it takes, as for zlib. Once the first frame has ended, it
        # leaves all to `feed`.
        def quick(message: Message) -> Message | None:
            if self._failure is not None or type(message) is not bytes or context.eof:
                return None
            try:
                text = decompress(message, limit)
            except errors as error:
                raise self._broken(error) from error
            if 0 < len(text) <= usual and not context.eof:
                return text
            self._left = text
            return None

        return quick

    def _inflate(self, message: Message) -> list[Message]:
        if isinstance(message, str):
            self._refuse_text()
        room = bound = self._bound(len(message))
        texts: list[bytes] = []
        text, self._left = self._left, None
        for _ in range(_MOST_FRAMES):
            if text is None:
                if self._context.eof:
                    self._context = self._new_frame()
                text = self._context.decompress(message, room + 1)
            room -= len(text)
            if room < 0:
                self._refuse_size(bound)
            texts.append(text)
            message, text = self._context.unused_data, None
            if not message:
                break
        else:
            self._refuse(f"data has more than {_MOST_FRAMES} frames in one message")
        whole = b"".join(texts)
        return [whole] if whole else []

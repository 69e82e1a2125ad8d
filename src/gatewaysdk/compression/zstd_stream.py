"""Transport compression by zstd (events/gateway#zstdstream)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from .bounded import Bounded
from .bounds import RATIO_FREE
from .inflater import Message

if TYPE_CHECKING:
    from .zstd_library import ZstdDecompressor

__all__ = ["ZstdStream", "make_zstd_stream"]

# 2**26 bytes are 64 MB. The decoder allocates the window that a frame's header asks for, so larger ones are refused.
_ZSTD_WINDOW_LOG = 26
# Each frame costs the set-up of a window. No server is known to send more than one in a message.
_MOST_FRAMES = 16


class ZstdStream(Bounded):
    """Zstd frames; each WebSocket message holds one gateway message.

    Discord's frame never ends. Other gateways end a frame with each message, and begin another with the next. Several
    frames in one message are one text (RFC 8878, 3.1).

    Zstd has no marker for the end of a message, so we rely on Discord's rule: one WebSocket message, one gateway
    message. Data cut within a block inflates to nothing until the rest comes. Two gateway messages in one come out as
    one text, which the codec refuses.
    """

    name = "zstd-stream"

    def __init__(self, new_frame: Callable[[], ZstdDecompressor], error: type[Exception], max_size: int) -> None:
        super().__init__(max_size)
        self.errors = (error,)
        self._new_frame = new_frame
        self._context = new_frame()
        self._limit = max_size + 1  # one byte more than allowed, to see whether there is more
        self._usual = min(max_size, RATIO_FREE)
        self._left: bytes | None = None  # what `feed` inflated and left to `_inflate` to check

    def feed(self, message: Message) -> list[Message]:
        # The fast path takes the fewest calls, for the usual message: it ends no frame, and inflates to little. All
        # others go through `_inflate`, which checks more.
        context = self._context
        if self._failure is None and type(message) is bytes and not context.eof:
            try:
                text = context.decompress(message, self._limit)
            except self.errors as error:
                raise self._broken(error) from error
            if 0 < len(text) <= self._usual and not context.eof:
                return [text]
            self._left = text
        return super().feed(message)

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


def make_zstd_stream(max_size: int) -> Callable[[], ZstdStream]:
    """Return what makes an inflater for each connection.

    Raises `ConfigurationError` where no library for zstd is installed.
    """
    try:
        from .zstd_library import DecompressionParameter, ZstdDecompressor, ZstdError
    except ImportError as error:
        raise ConfigurationError(
            "compress 'zstd-stream' needs the package backports.zstd, or from Python 3.14 on an interpreter built "
            "with zstd; install it or choose 'zlib-stream'"
        ) from error
    new_frame = partial(ZstdDecompressor, options={DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
    return partial(ZstdStream, new_frame, ZstdError, max_size)

"""Transport compression by zstd (events/gateway#zstdstream)."""

from __future__ import annotations

from functools import partial

from ..errors import ConfigurationError
from .bounded import Bounded
from .bounds import RATIO_FREE
from .inflater import Message

__all__ = ["ZstdStream"]

# Refuses a stream whose header asks for a window larger than 64 MB, which the decoder would reserve.
_ZSTD_WINDOW_LOG = 26
# Each frame has a window of its own to set up. No server is known to send more than one in a message.
_MOST_FRAMES = 16


class ZstdStream(Bounded):
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
        self.errors = (ZstdError,)
        self._new_frame = partial(ZstdDecompressor, options={DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
        self._context = self._new_frame()
        self._limit = max_size + 1  # one byte more than is right, to tell
        self._usual = min(max_size, RATIO_FREE)
        self._left: bytes | None = None  # what `feed` inflated and did not give out

    def feed(self, message: Message) -> list[Message]:
        # The usual message, in the fewest calls: it ends no frame, and what comes of it is small. All else goes the
        # long way, where more is asked.
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

"""Transport compression by zstd (events/gateway#zstdstream)."""

from __future__ import annotations

from collections.abc import Callable
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

"""Stores the frames of a bot's connections while it runs."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..codec import CodecFrame
from ..errors import EncodeError, PeerError, RecordingError
from ..shard.shard import Shard
from ..shard.traffic import Traffic
from .format import LARGEST_MESSAGE, Direction, Header, Record
from .secrets import Cleaner
from .writer import RecordingWriter

if TYPE_CHECKING:
    from ..fleet.manager import ShardManager

__all__ = ["Recorder"]

_log = logging.getLogger(__name__)

_FLUSH_SECONDS = 1.0
"""How long a message waits at most before it is in the file."""


class Recorder:
    """Records all that a shard, or the shards of a manager, receive and send: ``with Recorder("bug.gwr", shard): ...``.

    Secrets are always removed: tokens, session ids, and what else docs/topics/recordings.md lists. The file has each
    message within a second, so it can be read while it grows, and after a kill. The program goes on if the file cannot
    be written any more: the recorder then stops, the log says why, and leaving the block raises that error.

    Args:
        path: the file, which must not exist. It is left only if a message came.
        target: a `Shard`, or a `ShardManager` without worker processes.
        redact: ``("content",)`` also removes what people wrote, and all names.
        clock: returns seconds, for the times of records; tests can pass their own.
        now: Unix time, for the start.

    Attributes:
        count: how many messages were recorded.
        left_out: how many were not, as they could not be freed of their secrets; the file says why for each.
        error: what ended the recording too early.

    Raises:
        ConfigurationError: an unknown word in ``redact``.
        RecordingError: the file exists, or cannot be written.
        StateError: a manager whose worker processes run, which have all messages.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        target: Shard | ShardManager,
        *,
        redact: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._cleaner = Cleaner(redact)
        self._redact = tuple(redact)
        self._path = path
        self._target = target
        self._clock = clock
        self._now = now
        self._unobserve: Callable[[], None] | None = None
        self._writer: RecordingWriter | None = None
        self._flushing: asyncio.TimerHandle | None = None
        self._began = 0.0
        self.count = 0
        self.left_out = 0
        self.error: RecordingError | None = None

    def __enter__(self) -> Self:
        self._unobserve = self._observe(self._target)
        try:
            self._writer = RecordingWriter(self._path)
        except RecordingError:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except RecordingError as problem:
                self.error = self.error or problem
        if self.error is not None and kind is None:
            raise self.error

    def stop(self) -> None:
        """Record nothing more. Leaving the block closes the file."""
        unobserve, self._unobserve = self._unobserve, None
        if unobserve is not None:
            unobserve()
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None

    def _observe(self, target: Shard | ShardManager) -> Callable[[], None]:
        """Take each message from now on; return what ends that."""
        if isinstance(target, Shard):
            of_shard = target.observe_traffic(lambda traffic: self._take(traffic, target))
            return lambda: target.unobserve_traffic(of_shard)
        of_manager = target.observe_traffic(self._take)
        return lambda: target.unobserve_traffic(of_manager)

    def _take(self, traffic: Traffic, shard: Shard) -> None:
        writer = self._writer
        if writer is None:
            return
        try:
            if not writer.begun:
                self._begin(writer, traffic.codec.name, shard)
            micros = max(0, round((self._clock() - self._began) * 1e6))
            writer.write(self._record(shard.shard_id, micros, traffic))
        except RecordingError as error:
            self._fail(writer, error)
            return
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flush)

    def _begin(self, writer: RecordingWriter, encoding: str, shard: Shard) -> None:
        from .. import __version__

        self._began = self._clock()
        writer.begin(
            Header(
                encoding=encoding,
                num_shards=shard.num_shards,
                intents=int(shard.intents),
                started=self._now(),
                redacted=self._redact,
                library=f"gatewaysdk {__version__}",
            )
        )

    def _record(self, shard_id: int, micros: int, traffic: Traffic) -> Record:
        frame, codec = traffic.frame, traffic.codec
        try:
            if isinstance(frame, CodecFrame):
                message = self._cleaner.clean(codec, frame.envelope[3], shard_id)
            else:
                message = self._cleaner.encode(codec, frame.op, frame.d, shard_id)
            if len(message) > LARGEST_MESSAGE:
                return self._leave_out(shard_id, micros, traffic, f"it has {len(message)} bytes")
        except (PeerError, EncodeError, RecursionError) as error:
            # The text of the error may quote the message, so only its kind is kept.
            return self._leave_out(shard_id, micros, traffic, f"{type(error).__name__} while secrets were removed")
        self.count += 1
        return Record(Direction.SENT if traffic.sent else Direction.RECEIVED, shard_id, micros, message)

    def _leave_out(self, shard_id: int, micros: int, traffic: Traffic, why: str) -> Record:
        self.left_out += 1
        what = traffic.frame.t or f"op {traffic.frame.op}"
        return Record(Direction.LEFT_OUT, shard_id, micros, f"{what}: {why}".encode(errors="replace"))

    def _flush(self) -> None:
        self._flushing = None
        if self._writer is not None:
            try:
                self._writer.flush()
            except RecordingError as error:
                self._fail(self._writer, error)

    def _fail(self, writer: RecordingWriter, error: RecordingError) -> None:
        _log.error("the recording ends: %s", error)
        self.error = error
        self._writer = None
        self.stop()
        with suppress(RecordingError):  # the disk is as full as before
            writer.abandon()

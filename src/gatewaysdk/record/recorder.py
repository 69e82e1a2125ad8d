"""Stores the frames of a bot's connections while it runs."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias
from weakref import WeakKeyDictionary, ref

from ..codec import CodecFrame
from ..errors import EncodeError, PeerError, RecordingError
from ..shard.shard import Shard
from ..shard.traffic import Traffic
from .format import LARGEST_MESSAGE, Direction, Header, Record
from .secrets import Cleaner
from .writer import RecordingWriter

if TYPE_CHECKING:
    from ..fleet.manager import ShardManager
    from ..fleet.steps import FleetStep

__all__ = ["Recorder"]

_log = logging.getLogger(__name__)

_FLUSH_SECONDS = 1.0
"""How long a message waits at most before it is in the file."""

_Observer: TypeAlias = Callable[[Traffic], None]


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
        self._watched: ShardManager | None = None
        self._writer: RecordingWriter | None = None
        self._observers: WeakKeyDictionary[Shard, _Observer] = WeakKeyDictionary()
        self._flushing: asyncio.TimerHandle | None = None
        self._began = 0.0
        self.count = 0
        self.left_out = 0
        self.error: RecordingError | None = None

    def __enter__(self) -> Self:
        self._writer = RecordingWriter(self._path)
        target = self._target
        if isinstance(target, Shard):
            self._attach(target)
        else:
            for shard in target.shards.values():
                self._attach(shard)
            target.observe(self._see_step)
            self._watched = target
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
        target, self._watched = self._watched, None
        if target is not None:
            target.unobserve(self._see_step)
        for shard, observer in list(self._observers.items()):
            shard.unobserve_traffic(observer)
        self._observers.clear()
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None

    def _attach(self, shard: Shard) -> None:
        observer = self._observers[shard] = partial(self._take, ref(shard))
        shard.observe_traffic(observer)

    def _see_step(self, step: FleetStep, shard: Shard | None) -> None:
        # The first step of a shard comes before it opens a socket, so no frame is missed.
        if shard is not None and shard not in self._observers:
            self._attach(shard)

    def _take(self, source: ref[Shard], traffic: Traffic) -> None:
        writer, shard = self._writer, source()
        if writer is None or shard is None:
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

"""A simulator that sends a recording to every client."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from ..codec import CodecFrame, get_codec
from ..enums.opcode import Opcode
from ..errors import PeerError, RecordingError
from ..simulator import SimulatedSession, Simulator
from .format import Direction
from .pace import Pace, check_speed
from .reader import Recording

__all__ = ["Playback"]

_HANDSHAKE = ("READY", "RESUMED")
_LARGEST_EXACT = 2**53  # beyond this, integers are ids: only ETF has them as such, JSON has texts

_log = logging.getLogger(__name__)


class Playback(Simulator):
    """A gateway on this machine that sends a recording: ``async with Playback("bug.gwr") as sim: ...``.

    Any client connects to ``sim.url`` with ``sim.token``. It gets the recorded READY, with a session of this gateway,
    then the recorded events that its intents bring, numbered anew, from the beginning for each new session. A client
    that was away resumes. A client with sharding gets the events of its shard, one without gets all.

    Args:
        recording: the recording, or its file.
        speed: how many times as fast as they came; None for no pauses.
        loop: whether to begin again after the last event.
        settings: those of a `Simulator`. It has no guilds but those of the recording, and its HTTP API knows nothing
            of these, so requests for routes that it does not have are allowed.

    Attributes:
        recording: the recording.
        problem: what is wrong with it, if something came to light.

    Raises:
        RecordingError: the file cannot be read, or is no recording.
        ConfigurationError: settings that cannot work.
    """

    def __init__(
        self,
        recording: str | os.PathLike[str] | Recording,
        *,
        speed: float | None = None,
        loop: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        **settings: Any,
    ) -> None:
        check_speed(speed)
        self.recording = recording if isinstance(recording, Recording) else Recording(recording)
        header = self.recording.header
        defaults = {"guilds": 0, "shards": header.num_shards, "unknown_routes": "allow"}
        super().__init__(sleep=sleep, **{**defaults, **settings})
        self.problem: str | None = None
        self._speed = speed
        self._loop = loop
        self._sleep = sleep
        self._codec = get_codec(header.encoding)
        self._players: set[asyncio.Task[None]] = set()
        self._state.change_ready = self._begin_session
        self._readies = self._find_readies()

    async def wait_played(self) -> None:
        """Wait until all events were sent to every session that has begun. Does not return while they loop."""
        while self._players:
            await asyncio.wait(self._players)

    async def stop(self) -> None:
        """Stop playing, close every connection and stop listening."""
        for task in self._players:
            task.cancel()
        if self._players:
            await asyncio.wait(self._players)
        await super().stop()

    def _begin_session(self, session: SimulatedSession, ready: dict[str, Any]) -> dict[str, Any]:
        """Return READY for a new session, and begin to play to it."""
        task = asyncio.create_task(self._play(session), name=f"gatewaysdk playback to shard {session.shard_id}")
        self._players.add(task)
        task.add_done_callback(self._played)
        first = next(iter(self._readies), 0)
        recorded = self._readies.get(first if session.shard is None else session.shard_id)
        if recorded is None:
            return ready  # the recorder came later than READY
        ours = ("v", "session_id", "resume_gateway_url", "shard")
        kept = {key: value for key, value in recorded.items() if key not in ours}
        return kept | {key: ready[key] for key in ours if key in ready}

    def _played(self, task: asyncio.Task[None]) -> None:
        self._players.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.problem = str(error)
            _log.error("a session gets no more of %s: %s", self.recording.path, error)

    async def _play(self, session: SimulatedSession) -> None:
        await self._until(lambda: session.sequence > 0)  # READY is its first event
        while self._is_known(session):
            pace = Pace(self._speed, asyncio.get_running_loop().time, self._sleep)
            for shard_id, time, frame in self._dispatches():
                if session.shard is not None and shard_id != session.shard_id:
                    continue
                await pace.wait(time)
                # To send more to a client that is away would fill memory, and in the end lose events.
                await self._until(lambda: session.connection is not None or not self._is_known(session))
                if not self._is_known(session):
                    return
                if frame.t and frame.t not in _HANDSHAKE and session.wants(frame.t):
                    await session.dispatch(frame.t, _plain(frame.d))
                    await asyncio.sleep(0)  # sending to a quick client never suspends
            if not self._loop:
                return
            await asyncio.sleep(0)

    def _dispatches(self) -> Iterator[tuple[int, int, CodecFrame]]:
        """Yield shard id, time and frame of all sound dispatches."""
        try:
            for record in self.recording:
                if record.direction is Direction.RECEIVED:
                    frame = self._codec.peek(record.message)
                    if frame.op == Opcode.DISPATCH and _can_be_read(frame):
                        yield record.shard_id, record.time, frame
        except RecordingError as error:
            self.problem = str(error)
        else:
            self.problem = self.recording.note or self.problem

    def _find_readies(self) -> dict[int, dict[str, Any]]:
        """Return the data of the first READY of each shard."""
        found: dict[int, dict[str, Any]] = {}
        for shard_id, _, frame in self._dispatches():
            if frame.t == "READY" and shard_id not in found and isinstance(frame.d, dict):
                found[shard_id] = _plain(frame.d)
                if len(found) == self.recording.header.num_shards:
                    break
        return found

    def _is_known(self, session: SimulatedSession) -> bool:
        return session.session_id in self._state.sessions

    async def _until(self, condition: Callable[[], bool]) -> None:
        await self._state.watch.until(condition, None)


def _can_be_read(frame: CodecFrame) -> bool:
    try:
        frame.d  # noqa: B018  # decodes it
    except PeerError as error:
        # The client gets numbers and a session of this gateway, so nothing can be sent that cannot be written anew.
        _log.warning("a recorded %s is not sent: %s", frame.t, error)
        return False
    return True


def _plain(value: Any) -> Any:
    """Return data with the ids that ETF may have as integers as texts, which all encodings have."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if type(value) is int and value >= _LARGEST_EXACT:
        return str(value)
    return value

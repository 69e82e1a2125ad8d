"""The state that all connections of a simulator share."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, NamedTuple, TypeVar

from .application import application_flags
from .background import Background
from .faults import FaultRecord, Faults
from .feed import Feed
from .handshake import IdentifyRequest
from .load import Load
from .reading import Refusal
from .sessions import SimulatedSession
from .settings import Settings
from .teller import Teller
from .transcript import Transcript
from .watch import Watch
from .world import World

__all__ = ["ReceivedMessage", "SharedState"]

T = TypeVar("T")

_MOST_FAULTS_KEPT = 10_000
_IDENTIFY_SECONDS = 5.0
_ALL_MEMBERS_SECONDS = 30.0
_DAY_SECONDS = 86_400.0


class ReceivedMessage(NamedTuple):
    """A message from a client, with its token replaced by ``[token]``."""

    op: int
    d: Any
    session_id: str | None
    connection: int


class SharedState:
    """Sessions, records and limits."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        now: Callable[[], float],
        transcript: int = 0,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.sleep = sleep
        self.random = Random(settings.seed)  # noqa: S311 - picks events, keeps no secret
        self.watch = Watch()
        self.faults = Faults()
        self.queued_faults: deque[Faults] = deque()
        self.identify_faults: deque[Faults] = deque()
        self.resume_faults: deque[Faults] = deque()
        self.began = clock()
        self.fault_log: deque[FaultRecord] = deque(maxlen=_MOST_FAULTS_KEPT)
        self.background = Background()
        self.feed = Feed(settings.token.reveal(), clock)
        self.transcript = Transcript(transcript) if transcript else None
        if self.transcript is not None:
            self.feed.listeners.append(self.transcript.note)
        self._sessions: dict[str, SimulatedSession] = {}
        self.world = World(settings.guilds, settings.members, settings.seed, now, settings.bot_permissions)
        self.teller = Teller(self.world, lambda: self.sessions, self.background)
        self.load: Load | None = None
        if settings.rate:
            self.load = Load(settings.rate, settings.load_events, self.world, clock, sleep, self.background)
        self.received: list[ReceivedMessage] = []
        self.identifies: list[dict[str, Any]] = []
        self.resumes: list[dict[str, Any]] = []
        self._day_began = self.began
        self._starts_left = settings.session_starts
        self.url = ""
        # A playback gives the READY of its recording instead.
        self.change_ready: Callable[[SimulatedSession, dict[str, Any]], dict[str, Any]] | None = None
        self._last_identify: dict[int, float] = {}
        self._last_all_members: dict[str, float] = {}

    @property
    def sessions(self) -> dict[str, SimulatedSession]:
        """The sessions that can be used or resumed, by id, oldest first."""
        if self.settings.resume_seconds is not None:
            over = self.clock() - self.settings.resume_seconds
            for session in list(self._sessions.values()):
                if session.away_since is not None and session.away_since < over:
                    self.forget(session)
        return self._sessions

    @property
    def session_starts_left(self) -> int:
        """How many sessions may be started before `starts_reset_after` (events/gateway#session-start-limit)."""
        passed = self.clock() - self._day_began
        if passed >= _DAY_SECONDS:
            self._day_began += passed // _DAY_SECONDS * _DAY_SECONDS
            self._starts_left = self.settings.session_starts
        return self._starts_left

    @property
    def starts_reset_after(self) -> float:
        """Seconds until all sessions may be started again."""
        return _DAY_SECONDS - (self.clock() - self._day_began) % _DAY_SECONDS

    def keep(self, records: list[T], record: T) -> None:
        """Add a record; the oldest go when there are more than the setting ``history``."""
        records.append(record)
        del records[: self.surplus(records)]

    def surplus(self, records: list[Any]) -> int:
        """Return by how many records there are more than the setting ``history``."""
        history = self.settings.history
        return 0 if history is None else max(0, len(records) - history)

    def next_faults(self) -> Faults:
        """Return the faults for a new connection."""
        return self.queued_faults.popleft() if self.queued_faults else self.faults

    def faults_of_identify(self, faults: Faults) -> Faults:
        """Return the faults for a connection with ``faults`` that identifies now."""
        return self.identify_faults.popleft() if self.identify_faults else faults

    def faults_of_resume(self, faults: Faults) -> Faults:
        """Return the faults for a connection with ``faults`` that resumes now."""
        return self.resume_faults.popleft() if self.resume_faults else faults

    def start_session(self, request: IdentifyRequest, version: int) -> SimulatedSession | None:
        """Begin and return a session, or return None if its bucket is not free yet (events/gateway#rate-limiting)."""
        shard_id, num_shards = request.shard or (0, 1)
        bucket, now = shard_id % self.settings.max_concurrency, self.clock()
        if self.settings.enforce_limits and now - self._last_identify.get(bucket, -1e9) < _IDENTIFY_SECONDS:
            return None
        if self.session_starts_left == 0:
            # All sessions end and the token is reset (events/gateway#identifying).
            self.sessions.clear()
            raise Refusal(4004)
        self._last_identify[bucket] = now
        self._starts_left -= 1
        session = SimulatedSession(
            secrets.token_hex(16),
            request.intents,
            request.shard,
            self.world.guilds_of(shard_id, num_shards),
            self.settings.replay_limit,
            request.large_threshold,
            version,
        )
        self.sessions[session.session_id] = session
        return session

    def forget(self, session: SimulatedSession) -> None:
        """End a session, so that it can no longer be resumed."""
        self._sessions.pop(session.session_id, None)

    def all_members_wait(self, guild_id: str) -> float:
        """Count a request for all members of a guild. Returns how many seconds it came too early, else 0."""
        if not self.settings.enforce_limits:
            return 0.0
        now = self.clock()
        wait = self._last_all_members.get(guild_id, -1e9) + _ALL_MEMBERS_SECONDS - now
        if wait <= 0:
            self._last_all_members[guild_id] = now
        return max(0.0, wait)

    def ready(self, session: SimulatedSession, resume_url: str | None = None) -> dict[str, Any]:
        """Return the data of READY (events/gateway-events#ready), with the keys that bots get beside the documented."""
        data: dict[str, Any] = {
            "v": session.version,
            "user": self.world.bot.own_payload(),
            "session_id": session.session_id,
            "session_type": "normal",
            "resume_gateway_url": resume_url or self.settings.resume_gateway_url or self.url,
            "guilds": [{"id": str(guild_id), "unavailable": True} for guild_id in session.guild_ids],
            "application": {"id": str(self.world.bot.id), "flags": application_flags(self.settings.privileged)},
            **{key: [] for key in ("private_channels", "presences", "relationships", "guild_join_requests")},
            "user_settings": {},
        }
        if session.shard is not None:
            data["shard"] = list(session.shard)
        return data if self.change_ready is None else self.change_ready(session, data)

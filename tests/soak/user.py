"""A restless user: commands in bursts, presences, pauses, restarts from saved sessions, and kill -9."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from random import Random

from gatewaysdk.protocol import GatewayProtocol, Opcode, Session, State

from .client import QUEUE_BOUND, Client
from .clock import HOUR, Clock
from .figures import Figures
from .link import Link
from .weather import Weather

__all__ = ["User"]

COMMANDS = (
    Opcode.VOICE_STATE_UPDATE,
    Opcode.REQUEST_GUILD_MEMBERS,
    Opcode.REQUEST_SOUNDBOARD_SOUNDS,
    Opcode.REQUEST_CHANNEL_INFO,
    Opcode.PRESENCE_UPDATE,
    44,  # newer than us
)
AWAY = (0.0, 1.0, 10.0, 100.0, 1000.0)  # seconds that a restart takes


class User:
    """Does something every hour or so."""

    def __init__(self, clock: Clock, random: Random, client: Client, weather: Weather, figures: Figures) -> None:
        self.clock = clock
        self.random = random
        self.client = client
        self.weather = weather
        self.figures = figures
        self.up = True  # whether the client should be connected
        self.settled = False
        self._saved: str | None = None
        self._number = 0
        self._actions: tuple[Callable[[], None], ...] = (
            *((self._send,) * 6), self._send_much, *((self._save,) * 4), *((self._pause,) * 2),
            self._reconnect, self._restart, self._connect_again, self._end_session, self._kill,
        )  # fmt: skip
        clock.after(1.0, self._act)

    def _act(self) -> None:
        if self.settled:
            return
        self.clock.after(self.random.expovariate(1 / HOUR), self._act)
        if self.client.stalled or not self.up:
            return
        if self.client.protocol.state is State.FAILED:
            self._note("starts a new process after a fatal close")
            self._begin_later(None)
        else:
            self.random.choice(self._actions)()

    def _note(self, what: str) -> None:
        self.figures.user[what] += 1
        self.weather.until(self.clock.now)
        if self.weather.trace is not None:
            self.weather.trace(f"?? the user {what}")

    # Commands

    def _send(self) -> None:
        self._note("sends some commands")
        self._burst(self.random.randint(1, 20))

    def _send_much(self) -> None:
        self._note("sends hundreds of commands")
        self._burst(self.random.randint(100, 250))

    def _burst(self, count: int) -> None:
        for _ in range(count):
            if self.client.protocol.queued < QUEUE_BOUND:
                self._number += 1
                self.client.send(self.random.choice(COMMANDS), {"number": self._number})

    # Reading

    def _pause(self) -> None:
        link = self.client.pause()
        if link is not None:
            self._note("reads no further for a while")
            seconds = self.random.choice((1.0, 30.0, 300.0, 1000.0))
            self.weather.until(self.clock.now + seconds)
            self.clock.after(seconds, self._read_on, link)

    def _read_on(self, link: Link) -> None:
        if self.client.stalled:
            self.clock.after(1.0, self._read_on, link)
            self.weather.until(self.clock.now)
        elif link is self.client.link:
            self.weather.until(self.clock.now)
            self.client.read_on(link)

    # Processes

    def _save(self) -> None:
        session = self.client.protocol.session
        self._saved = None if session is None else json.dumps(asdict(session))

    def _load(self) -> Session | None:
        return None if self._saved is None else Session(**json.loads(self._saved))

    def _reconnect(self) -> None:
        self._note("reconnects by hand")
        self.client.reconnect()

    def _restart(self) -> None:
        self._note("closes, and starts a new process with the session")
        self.client.close(keep_session=True)
        self._when_stopped(self.client.protocol, self._go_on_elsewhere)

    def _go_on_elsewhere(self) -> None:
        self._save()
        self._begin_later(self._load())

    def _connect_again(self) -> None:
        self._note("closes, and connects again")
        self.client.close(keep_session=True)
        self._when_stopped(self.client.protocol, self._connect_later)

    def _end_session(self) -> None:
        self._note("ends the session, and connects again")
        self.client.close(keep_session=False)
        self._when_stopped(self.client.protocol, self._connect_later)

    def _kill(self) -> None:
        self._note("kills the process, and starts another from what was saved last")
        if self.random.random() < 0.5:
            self._save()
        self.client.kill()
        self._begin_later(self._load())

    def _when_stopped(self, protocol: GatewayProtocol, then: Callable[[], None]) -> None:
        self.up = False
        self.weather.until(self.clock.now)
        if protocol.state is State.STOPPED:
            then()
        else:
            self.clock.after(0.5, self._when_stopped, protocol, then)

    def _connect_later(self) -> None:
        self.clock.after(self.random.choice(AWAY), self._connect)

    def _connect(self) -> None:
        self._come_back(self.client.connect)

    def _begin_later(self, session: Session | None) -> None:
        self.up = False
        self.client.kill()
        self.clock.after(self.random.choice(AWAY), self._come_back, lambda: self.client.start(session))

    def _come_back(self, start: Callable[[], None]) -> None:
        if self.client.stalled:
            self.clock.after(1.0, self._come_back, start)
            return
        self.up = True
        self.weather.until(self.clock.now)
        start()

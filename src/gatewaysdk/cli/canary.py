"""``gatewaysdk canary``: connect with every intent, listen to all, and report whatever should not be."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import combinations

from .. import FleetReady, ShardManager, Token
from ..canary import Canary, Finding, Ledger, Report
from ..canary.report import describe
from ..enums.intents import Intents
from ..errors import FatalCloseError, GatewayError
from ..fleet import API_URL, FleetStep, fetch_gateway_bot
from ..identify import LocalIdentifyQueue, SessionStarts
from ..listeners.intents import ALL_INTENTS
from ..protocol import Disconnected
from ..shard.shard import Shard
from ..tables.intents import PRIVILEGED_INTENTS
from ..tasks.signals import stop_on
from .alerts import Alerts
from .names import intents_in_words
from .notices import say
from .show import clean
from .token_source import read_token

__all__ = ["canary"]

_COULD_NOT_RUN = 2
_INTENTS_REFUSED = 4014


async def canary(options: Namespace) -> int:
    """Watch until a signal or ``--duration``. Returns 0: nothing was found, 1: something was, 2: it could not run."""
    try:
        token = read_token(options)
    except GatewayError as error:
        say(str(error))
        return _COULD_NOT_RUN
    try:
        async with AsyncExitStack() as stack:
            alerts = None
            if options.on_alert is not None:
                # The command needs no token, and might show its environment.
                environment = {name: text for name, text in os.environ.items() if name != options.token_env}
                alerts = await stack.enter_async_context(Alerts(options.on_alert, environment))
            return await _Watch(token, options, alerts).run()
    except GatewayError as error:
        say(token.redact(str(error)))
        return _COULD_NOT_RUN


class _Watch:
    """One run of the command, which may try several sets of intents."""

    def __init__(self, token: Token, options: Namespace, alerts: Alerts | None) -> None:
        self._token = token
        self._options = options
        self._api_url = options.api_url or API_URL
        self._alerts = alerts
        self._prepared = False
        self._stopped = False
        self._began = asyncio.get_running_loop().time()

    async def run(self) -> int:
        """Watch, print the summary and return the exit code."""
        main = threading.current_thread() is threading.main_thread()
        timer = self._call_later()
        try:
            with (
                stop_on((signal.SIGINT, signal.SIGTERM) if main else (), self._stop),
                stop_on((signal.SIGUSR1,) if main and hasattr(signal, "SIGUSR1") else (), self._report_meanwhile),
            ):
                answer = await fetch_gateway_bot(self._token, api_url=self._api_url)
                # One queue for all tries: a new one would not know when the last IDENTIFY was.
                queue = LocalIdentifyQueue(session_starts=SessionStarts(answer.session_start_limit))
                tries = _tries()
                self._prepare(next(tries), queue)
                self._write()  # a file that cannot be written shows now
                await self._try_all(tries, queue)
        finally:
            if timer is not None:
                timer.cancel()
        if not self._canary.sessions:
            say("no shard got a session; see above for the reason")
            return _COULD_NOT_RUN
        self._report()
        return 1 if len(self._ledger) else 0

    def _call_later(self) -> asyncio.TimerHandle | None:
        seconds = self._options.duration
        return None if seconds is None else asyncio.get_running_loop().call_later(seconds, self._stop)

    async def _try_all(self, tries: Iterator[Intents], queue: LocalIdentifyQueue) -> None:
        while not self._stopped:
            try:
                await self._watch()
                return
            except FatalCloseError as error:
                intents = next(tries, None) if error.code == _INTENTS_REFUSED else None
                if self._canary.sessions:
                    say(self._token.redact(str(error)))
                    self._ledger.note("connection", "ended", detail=f"close code {error.code}")
                    return
                if intents is None:
                    raise
                say(f"the gateway refuses privileged intents; trying without {_missing(intents)}")
                self._prepare(intents, queue)

    def _prepare(self, intents: Intents, queue: LocalIdentifyQueue) -> None:
        options = self._options
        ignored = [place for group in options.ignore or () for place in group]
        self._intents = intents
        self._ledger = Ledger(self._found, ignored)
        self._manager = ShardManager(
            self._token,
            api_url=self._api_url,
            intents=intents,
            encoding=options.encoding,
            etf_backend=options.etf_backend,
            compress=options.compress,
            identify_queue=queue,
        )
        self._canary = Canary(self._manager, intents, self._ledger)
        self._manager.observe(self._notice)
        self._prepared = True

    async def _watch(self) -> None:
        async def poll() -> None:
            while True:
                await asyncio.sleep(1.0)
                self._canary.poll()

        polling = asyncio.create_task(poll(), name="gatewaysdk canary's poll")
        try:
            await self._manager.run(stop_signals=())
        finally:
            polling.cancel()
            await asyncio.wait([polling])
            self._canary.poll()
        if not polling.cancelled():
            polling.result()  # raises what ended it

    def _stop(self) -> None:
        self._stopped = True
        if self._prepared:
            self._manager.stop(keep_session=False)  # so that the bot goes offline at once

    # What is shown

    def _found(self, finding: Finding) -> None:
        say(f"new: {describe(finding)}")
        if self._alerts is not None:
            self._alerts.add(finding)

    def _notice(self, step: FleetStep, shard: Shard | None) -> None:
        match step:
            case FleetReady():
                missing, shards = _missing(self._intents), len(self._manager.shards)
                with_intents = f"with every intent{f' but {missing}' if missing else ''}"
                say(f"{shards} {'shard is' if shards == 1 else 'shards are'} live, {with_intents}; Ctrl-C ends it")
            case Disconnected(reason, error) if not isinstance(error, FatalCloseError) and shard is not None:
                say(self._token.redact(f"shard {shard.shard_id} disconnected: {reason}"))

    def _report_meanwhile(self) -> None:
        if not self._prepared:
            say("it is not connected yet")
            return
        try:
            self._report()
        except _NoReport as error:
            say(str(error))  # at the end there may be room on the disk again

    def _report(self) -> None:
        report = self._make_report()
        for line in report.lines():
            print(clean(line), flush=True)
        self._write()

    def _make_report(self) -> Report:
        health = self._manager.health
        stats = health.stats
        return Report(
            ledger=self._ledger,
            intents=self._intents,
            refused=PRIVILEGED_INTENTS & ~self._intents,
            seconds=asyncio.get_running_loop().time() - self._began,
            shards=health.num_shards,
            events=stats.events,
            sessions=self._canary.sessions,
            disconnects=self._canary.disconnects,
            resumes=stats.resumes,
        )

    def _write(self) -> None:
        path = self._options.json
        if path is None:
            return
        text = json.dumps(self._make_report().as_json(), indent=2) + "\n"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise _NoReport(f"the report {path} cannot be written: {error.strerror}; check --json") from None


class _NoReport(GatewayError):
    """The file of the report cannot be written."""


def _tries() -> Iterator[Intents]:
    """Yield every set of intents that a bot may be allowed, the larger first; close code 4014 names no intent."""
    privileged = list(PRIVILEGED_INTENTS)
    for left_out in range(len(privileged) + 1):
        for missing in combinations(privileged, left_out):
            yield ALL_INTENTS & ~Intents(sum(missing))


def _missing(intents: Intents) -> str:
    missing = ALL_INTENTS & ~intents
    return intents_in_words(missing) if missing else ""

"""Limits, and answers that do not come."""

from __future__ import annotations

from .base import GatewayError

__all__ = ["LimitError", "RequestRateLimited", "RequestTimeout", "SendTimeout", "SessionStartsExhausted"]


class LimitError(GatewayError):
    """One of Discord's limits forbids what the caller wants."""


class SendTimeout(LimitError, TimeoutError):
    """A command could not go out within its timeout, and was not sent.

    Attributes:
        command: name of the command class.
        timeout: seconds that the caller allowed.
        wait: seconds until the send limit would let it out; None while no session is live.
    """

    def __init__(self, command: str, timeout: float, wait: float | None) -> None:
        when = "there is no live session" if wait is None else f"it could go out in {wait:.1f} s"
        super().__init__(f"{command} was not sent within {timeout:g} s: {when}; allow more time or send fewer commands")
        self.command, self.timeout, self.wait = command, timeout, wait


class SessionStartsExhausted(LimitError):
    """Only the reserve of the day's session starts is left. If a bot uses up all, Discord resets its token.

    Attributes:
        remaining: sessions that may still be started, as far as is known.
        reset_after: seconds until there are more.
        wanted: sessions that were to be started.
    """

    def __init__(self, remaining: int, reset_after: float, wanted: int = 1) -> None:
        left = f"{remaining} session starts are left for the next {reset_after:.0f} s"
        if wanted == 1:
            left += ", and that is the reserve; find out why sessions keep being lost, then start again by hand"
        else:
            left += f", a reserve among them, and {wanted} are wanted; wait for so long, or start fewer shards"
        super().__init__(left)
        self.remaining, self.reset_after, self.wanted = remaining, reset_after, wanted


class RequestRateLimited(LimitError):
    """The gateway answered RATE_LIMITED to a request with ``on_rate_limited="raise"``.

    See events/gateway-events#rate-limited.

    Attributes:
        request: what was asked for.
        retry_after: seconds to wait before asking again.
    """

    def __init__(self, request: str, retry_after: float) -> None:
        super().__init__(
            f"{request} was asked too soon: ask again in {retry_after:g} s, or wait with on_rate_limited='wait'"
        )
        self.request, self.retry_after = request, retry_after


class RequestTimeout(GatewayError, TimeoutError):
    """A request was sent, and its answer, or the rest of it, did not come in time.

    Attributes:
        request: what was asked for.
        seconds: how long nothing came.
        came: the parts that had come before, in words.
        missing: the parts that had not, as far as known, ten at most: ``chunk 3``, ``guild 81384788765712384``,
            ``VOICE_SERVER_UPDATE``.
        remedy: a likely cause, or what to do.
    """

    def __init__(self, request: str, seconds: float, came: str, missing: tuple[str, ...], remedy: str) -> None:
        without = f" but not {', '.join(missing)}" if missing else ""
        super().__init__(f"{request}: nothing more within {seconds:g} s; {came} came{without}; {remedy}")
        self.request, self.seconds, self.came = request, seconds, came
        self.missing, self.remedy = missing, remedy

"""``GET /gateway/bot``: what Discord recommends to a bot before it connects."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

import aiohttp

from ..errors import ConfigurationError, ConnectError, plain_url
from ..identify import SessionStartLimit
from ..protocol.url import DISCORD_HOSTS, host_of, is_gateway_url, is_within
from ..token import Token
from ..transport.reasons import reason_in_words

__all__ = ["API_URL", "GatewayBot", "fetch_gateway_bot"]

API_URL = "https://discord.com/api/v10"
"""The base URL of Discord's HTTP API."""


@dataclass(frozen=True, slots=True)
class GatewayBot:
    """Discord's answer (events/gateway#get-gateway-bot).

    Attributes:
        url: the gateway's URL, for ``Shard(url=...)``.
        shards: how many shards Discord recommends.
        session_start_limit: how many sessions may still be started today, for ``SessionStarts(...)``.
    """

    url: str
    shards: int
    session_start_limit: SessionStartLimit


async def fetch_gateway_bot(
    token: str | bytes | Token,
    *,
    api_url: str = API_URL,
    session: aiohttp.ClientSession | None = None,
    timeout: float = 10.0,
) -> GatewayBot:
    """Return where to connect, with how many shards, and how many sessions the bot may still start.

    It follows no redirects, as the token would go along. It accepts the gateway URL in the answer only if it is
    encrypted or the API's is not, and for Discord's own API only if the gateway is Discord's, too.

    Args:
        token: the bot token.
        api_url: the base URL of the HTTP API, such as a simulator's.
        session: a client session of yours, such as one with a proxy; by default one is made for the call.
        timeout: seconds that the answer may take.

    Raises:
        ConfigurationError: Discord does not know the token, or an argument cannot work.
        ConnectError: no usable answer came; the message says why.
    """
    token = Token.hold(token)  # tracebacks may show local variables
    token.check()
    url = f"{_check_api_url(api_url).rstrip('/')}/gateway/bot"
    if not isinstance(timeout, int | float) or not 0 < timeout < math.inf:
        raise ConfigurationError(f"timeout is {timeout!r}; it takes seconds above 0")
    if session is None:
        async with aiohttp.ClientSession() as own:
            return await _fetch(own, url, token, timeout)
    if session.closed:
        raise ConfigurationError("the client session is closed; keep it open for the call")
    return await _fetch(session, url, token, timeout)


_MOST_BYTES = 1_000_000  # Discord sends 200


async def _fetch(session: aiohttp.ClientSession, url: str, token: Token, timeout: float) -> GatewayBot:
    answer, reason = None, ""
    try:
        answer = await _get(session, url, token, timeout)
    except TimeoutError:
        reason = f"no answer within {timeout:g} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reason = reason_in_words(error)
    except BaseException as error:
        raise error.with_traceback(None)  # noqa: B904  # it is the error itself; the frames below hold the token
    if answer is None:
        # Raised outside the except block: there, aiohttp's error would be its context, and its frames hold the token.
        raise ConnectError(url, token.redact(reason))
    status, headers, body = answer
    if status == 401:
        raise ConfigurationError(f"{plain_url(url)} does not know the token; take a new one from the developer portal")
    if status != 200:
        raise ConnectError(url, token.redact(_refusal(status, headers)))
    return _Answer(url, token).read(body)


async def _get(
    session: aiohttp.ClientSession, url: str, token: Token, timeout: float
) -> tuple[int, Mapping[str, str], bytes]:
    async with session.get(
        url,
        headers={"Authorization": f"Bot {token.reveal()}"},
        timeout=aiohttp.ClientTimeout(total=timeout),
        allow_redirects=False,
        raise_for_status=False,
    ) as response:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > _MOST_BYTES:
                break
        return response.status, response.headers, bytes(body)


def _refusal(status: int, headers: Mapping[str, str]) -> str:
    if status == 429:
        return f"asked too often; try again after {headers.get('Retry-After', 'some')[:20]} s"
    if 300 <= status < 400:
        to = plain_url(headers.get("Location", ""))[:200]
        return f"the server answered HTTP {status}, a redirect to {to!r}, which is not followed; check api_url="
    return f"the server answered HTTP {status}"


def _check_api_url(url: Any) -> str:
    scheme = urlsplit(url).scheme if host_of(url) is not None else None
    if scheme not in ("http", "https"):
        shown = repr(plain_url(url)) if isinstance(url, str) else f"of type {type(url).__name__}"
        raise ConfigurationError(f"api_url is {shown}; it takes an HTTP API, as {API_URL}")
    return str(url)


class _Answer:
    """Reads the body of an answer. The token goes to the URL that it names, so every value is checked."""

    def __init__(self, url: str, token: Token) -> None:
        self._url = url
        self._token = token

    def read(self, body: bytes) -> GatewayBot:
        """Return the values of the body. Raises `ConnectError` if one is missing or wrong."""
        data = self._object("the answer", self._parse(body))
        limit = self._object("session_start_limit", data.get("session_start_limit"))
        return GatewayBot(
            url=self._gateway(data.get("url")),
            shards=self._number("shards", data, 1),
            session_start_limit=SessionStartLimit(
                total=self._number("total", limit, 1),
                remaining=self._number("remaining", limit, 0),
                reset_after=self._number("reset_after", limit, 0) / 1000,
                max_concurrency=self._number("max_concurrency", limit, 1),
            ),
        )

    def _parse(self, body: bytes) -> Any:
        if len(body) > _MOST_BYTES:
            self._refuse(f"the answer has more than {_MOST_BYTES} bytes")
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            problem = "it is nested too deep" if isinstance(error, RecursionError) else str(error)[:200]
        return self._refuse(f"the answer is not JSON: {problem}")

    def _object(self, name: str, value: Any) -> dict[str, Any]:
        return value if isinstance(value, dict) else self._refuse(f"{name} is {_shown(value)}, not an object")

    def _number(self, name: str, data: dict[str, Any], least: int) -> int:
        value = data.get(name)
        if type(value) is not int or not least <= value < 2**53:
            self._refuse(f"{name} is {_shown(value)}, where an integer from {least} on belongs")
        return value

    def _gateway(self, url: Any) -> str:
        secure = urlsplit(self._url).scheme == "https"
        if not is_gateway_url(url, secure=secure):
            self._refuse(f"url is {_shown(url)}, which is not a {'wss:// URL' if secure else 'gateway URL'}")
        if is_within(host_of(self._url), ("discord.com",)) and not is_within(host_of(url), DISCORD_HOSTS):
            self._refuse(f"url is {_shown(url)}, which is not a gateway of Discord's")
        return str(url)

    def _refuse(self, problem: str) -> NoReturn:
        raise ConnectError(self._url, self._token.redact(f"{problem}; check that api_url= is Discord's HTTP API"))


def _shown(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool | float) or (type(value) is int and value.bit_length() < 200):
        return str(value)
    return repr(plain_url(value[:200])) if isinstance(value, str) else f"of type {type(value).__name__}"

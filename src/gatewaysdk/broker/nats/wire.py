"""Requests to JetStream over one connection, with our errors."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import BadSubjectError, Error, MaxPayloadError

from ...errors import BrokerUnavailable, ConfigurationError
from .inbox import Inbox

__all__ = ["WRONG_SEQUENCE", "ApiError", "Found", "NatsWire", "request"]

WRONG_SEQUENCE = (10071, 10164)
"""What JetStream answers when the last message is not the one that was expected."""

_NO_MESSAGE = (10037, 10043, 10057)
"""What JetStream answers when a message that should be removed is not there."""

_UNAVAILABLE = 503
_NOT_FOUND = 404
_END_OF_BATCH = "204"
_BATCH = 256
"""Messages that are read at once."""


class ApiError(Exception):
    """What JetStream answered instead of doing it.

    Attributes:
        code: as in HTTP.
        err_code: what tells one error from another.
    """

    def __init__(self, code: int, err_code: int, description: str) -> None:
        super().__init__(f"NATS says: {description} ({err_code})")
        self.code = code
        self.err_code = err_code


@dataclass(frozen=True, slots=True)
class Found:
    """A message of a stream.

    Attributes:
        subject: its subject.
        sequence: its place in the stream.
        headers: its headers.
        data: its payload.
    """

    subject: str
    sequence: int
    headers: Mapping[str, str]
    data: bytes


class NatsWire:
    """One connection.

    Args:
        client: that is connected.
        timeout: seconds that an answer may take.

    Attributes:
        client: as given.
        losses: how often the connection was lost.
    """

    def __init__(self, client: Client, timeout: float) -> None:
        self.client = client
        self.losses = 0
        self._timeout = timeout

    async def ask(self, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> Any:
        """Return the answer of JetStream to a request or a message.

        Raises:
            ApiError: JetStream refuses.
            BrokerUnavailable: there was no answer.
        """
        async with self._client_errors():
            message = await request(self.client, subject, payload, self._timeout, headers)
        answer = json.loads(message.data)
        error = answer.get("error")
        if error is None:
            return answer
        if error["code"] == _UNAVAILABLE:
            raise BrokerUnavailable(f"NATS says: {error['description']}; most likely its nodes elect a leader")
        raise ApiError(error["code"], error.get("err_code", 0), error["description"])

    async def api(self, call: str, request: Mapping[str, object]) -> Any:
        """Return the answer to a call of JetStream's API. Raises what `ask` does."""
        return await self.ask(f"$JS.API.{call}", json.dumps(request).encode())

    async def publish(self, subject: str, payload: bytes, headers: dict[str, str], reply: str = "") -> None:
        """Send a message without waiting. Raises `BrokerUnavailable`."""
        async with self._client_errors():
            await self.client.publish(subject, payload, reply=reply, headers=headers)

    async def publish_all(self, messages: Iterable[tuple[str, bytes, dict[str, str]]]) -> None:
        """Send messages without waiting: subject, payload and headers of each. Raises `BrokerUnavailable`."""
        client = self.client
        async with self._client_errors():
            if not client.is_connected:  # nats-py then keeps some, or refuses
                for subject, payload, headers in messages:
                    await client.publish(subject, payload, headers=headers)
                return
            lines = [line for message in messages for line in _hpub(*message, client.max_payload)]
            # Private, as nats-py writes no two messages at once; one by one they cost more than twice the CPU.
            await client._send_command(b"".join(lines))
            await client._flush_pending()

    async def round_trip(self) -> None:
        """Return when the server has what was sent before, subscriptions too. Raises `BrokerUnavailable`.

        A message to ourselves: nats-py's ``flush`` returns without an answer while the connection is made again.
        """
        async with self.inbox() as inbox:
            await self.publish(inbox.name, b"", {})
            if await inbox.next(self._timeout) is None:
                raise BrokerUnavailable(f"NATS did not answer within {self._timeout:g} s")

    async def last_of(self, stream: str, subject: str) -> Found | None:
        """Return the last message of a stream with a subject, as its leader has it. Raises what `ask` does."""
        try:
            answer = await self.api(f"STREAM.MSG.GET.{stream}", {"last_by_subj": subject})
        except ApiError as error:
            if error.code == _NOT_FOUND:
                return None
            raise
        found = answer["message"]
        headers = _parse_headers(base64.b64decode(found.get("hdrs", "")))
        return Found(found["subject"], found["seq"], headers, base64.b64decode(found.get("data", "")))

    async def remove(self, stream: str, sequence: int) -> None:
        """Remove a message of a stream, unless it has gone already. Raises what `ask` does."""
        try:
            await self.api(f"STREAM.MSG.DELETE.{stream}", {"seq": sequence, "no_erase": True})
        except ApiError as error:
            if error.err_code not in _NO_MESSAGE:
                raise

    async def all_of(self, stream: str, subject: str, limit: int) -> list[Found]:
        """Return the oldest messages of a stream with a subject, as one of its nodes has them.

        Raises:
            BrokerUnavailable: there was no answer, or not all of it.
        """
        found: list[Found] = []
        async with self.inbox() as inbox:
            is_more = True
            while is_more and len(found) < limit:
                after = found[-1].sequence + 1 if found else 1
                ask = {"seq": after, "next_by_subj": subject, "batch": min(limit - len(found), _BATCH)}
                await self.publish(f"$JS.API.DIRECT.GET.{stream}", json.dumps(ask).encode(), {}, inbox.name)
                is_more = await self._collect(inbox, found)
        return found

    async def _collect(self, inbox: Inbox, found: list[Found]) -> bool:
        """Add the messages of one answer. Return whether there are more."""
        while True:
            message = await inbox.next(self._timeout)
            if message is None:
                raise BrokerUnavailable(f"NATS did not answer within {self._timeout:g} s")
            headers = message.headers or {}
            status = headers.get("Status")
            if status is None:
                sequence = int(headers["Nats-Sequence"])
                found.append(Found(headers["Nats-Subject"], sequence, headers, message.data))
            elif status == _END_OF_BATCH:
                return int(headers.get("Nats-Num-Pending", 0)) > 0
            elif status == str(_NOT_FOUND):
                return False
            else:
                raise BrokerUnavailable(f"NATS did not read the stream: {status} {headers.get('Description', '')}")

    @asynccontextmanager
    async def inbox(self) -> AsyncGenerator[Inbox, None]:
        """Subscribe to a subject of our own meanwhile."""
        inbox = Inbox(self.client)
        async with self._client_errors():
            await inbox.open()
        try:
            yield inbox
        finally:
            with suppress(Error, OSError):
                await inbox.close()

    @asynccontextmanager
    async def _client_errors(self) -> AsyncGenerator[None, None]:
        try:
            yield
        except MaxPayloadError as error:
            raise ConfigurationError(
                f"a message has more than the {self.client.max_payload} bytes that this nats-server takes; "
                "set max_payload in its configuration, such as 8MB"
            ) from error
        except TimeoutError as error:
            raise BrokerUnavailable(f"NATS did not answer within {self._timeout:g} s") from error
        except (Error, OSError) as error:
            raise BrokerUnavailable(f"NATS cannot be reached: {error}") from error


async def request(
    client: Client, subject: str, payload: bytes, timeout: float, headers: dict[str, str] | None = None
) -> Msg:
    """Return the answer to a message. Raises `TimeoutError`, and the errors of nats-py.

    The timeout is ours, as that of nats-py is ``asyncio.wait_for``, which swallows a cancellation on Python 3.11 if the
    answer comes at the same moment.
    """
    async with asyncio.timeout(timeout):
        return await client.request(subject, payload, timeout=None, headers=headers)  # type: ignore[arg-type]


def _hpub(subject: str, payload: bytes, headers: Mapping[str, str], most: int) -> tuple[bytes, bytes, bytes]:
    """Return a message as NATS's protocol has it. Raises what nats-py's ``publish`` does."""
    head = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if subject.split() != [subject] or head.count("\n") != len(headers):
        raise BadSubjectError
    if len(payload) > most:
        raise MaxPayloadError
    block = f"NATS/1.0\r\n{head}\r\n".encode()
    return f"HPUB {subject}  {len(block)} {len(block) + len(payload)}\r\n".encode() + block, payload, b"\r\n"


def _parse_headers(data: bytes) -> dict[str, str]:
    lines = data.decode().split("\r\n")[1:]
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines if line)}

from __future__ import annotations

import inspect

import pytest
from nats.aio.client import Client
from nats.errors import BadSubjectError, MaxPayloadError

from gatewaysdk.broker.nats.wire import _hpub


async def test_a_message_is_written_as_nats_py_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    client, written = Client(), []

    async def keep(command: bytes) -> None:
        written.append(bytes(command))

    monkeypatch.setattr(client, "_send_command", keep)
    headers = {"Gw-Id": "abc:1", "Gw-Encoding": "json"}
    await client._send_publish("gw.a.1.0.READY", "", b"\x00\r\n{}", 5, headers)
    assert b"".join(_hpub("gw.a.1.0.READY", b"\x00\r\n{}", headers, 100)) == written[0]


def test_the_private_methods_are_those_of_nats_py_2_16() -> None:
    assert list(inspect.signature(Client._send_command).parameters) == ["self", "cmd", "priority"]
    assert list(inspect.signature(Client._flush_pending).parameters) == ["self", "force_flush"]


def test_what_would_break_the_protocol_is_refused() -> None:
    for subject, headers in (("a b", {}), (" a", {}), ("", {}), ("a\r\nPUB", {}), ("a", {"Gw-Id": "x\r\nY: z"})):
        with pytest.raises(BadSubjectError):
            _hpub(subject, b"", headers, 100)
    with pytest.raises(MaxPayloadError):
        _hpub("a", b"x" * 101, {}, 100)

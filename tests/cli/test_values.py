from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any

import pytest

from gatewaysdk.cli import values


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (values.port, "0", 0),
        (values.port, "65535", 65535),
        (values.count, "0", 0),
        (values.positive, "1", 1),
        (values.seconds_or_zero, "0", 0.0),
        (values.seconds_or_zero, ".5", 0.5),
        (values.seconds, "20", 20.0),
        (values.variable, "BOT_TOKEN_2", "BOT_TOKEN_2"),
        (values.shard, "0/1", (0, 1)),
        (values.shard, "15/16", (15, 16)),
        (values.words, "one", ("one",)),
        (values.words, "http://one:1, two", ("http://one:1", "two")),
        (values.proxy, "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        (values.proxy, "https://user:word@proxy/", "https://user:word@proxy/"),
    ],
)
def test_values_are_read(kind: Callable[[str], Any], text: str, value: Any) -> None:
    assert kind(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (values.port, "65536"),
        (values.port, "-1"),
        (values.port, "http"),
        (values.count, "1.5"),
        (values.count, ""),
        (values.positive, "0"),
        (values.seconds_or_zero, "-1"),
        (values.seconds_or_zero, ""),
        (values.seconds, "0"),
        (values.seconds, "nan"),
        (values.seconds, "inf"),
        (values.seconds, "1e3"),
        (values.variable, "A-B"),
        (values.variable, "2B"),
        (values.shard, "1/1"),
        (values.shard, "0/0"),
        (values.shard, "1"),
        (values.shard, "-1/2"),
        (values.words, ""),
        (values.words, "one,,two"),
        (values.proxy, "127.0.0.1:8080"),
        (values.proxy, "socks5://127.0.0.1:8080"),
        (values.proxy, "http://"),
    ],
)
def test_other_values_are_refused(kind: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        kind(text)


def test_a_wrong_proxy_keeps_its_password_to_itself() -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        values.proxy("socks5://user:hunter2@proxy")
    assert "hunter2" not in str(caught.value)

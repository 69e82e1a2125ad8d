"""``gatewaysdk top`` and ``gatewaysdk gateway`` against a broker; tests/cluster runs hosts as processes."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from gatewaysdk.broker.cluster_file import read_cluster_file
from gatewaysdk.broker.host.card import HostCard, ShardCard
from gatewaysdk.broker.opening import open_engine
from gatewaysdk.cli import main
from gatewaysdk.cli.top import ClusterView
from gatewaysdk.errors import BrokerError

from ..programs import start_program
from .servers import NatsCluster

CARD = HostCard(4, 3, {0: ShardCard("live", 0.05, 1234, 0, 0.0, 0), 2: ShardCard("waiting", None, 5, 7, 1.5, 1)})


@pytest.fixture
def file(nats_node: NatsCluster, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "cluster.toml"
    path.write_text(f'app = "{request.node.name}"\n[broker]\nservers = ["{nats_node.urls[0]}"]\nmax_bytes = 1000000\n')
    return path


def test_a_card_is_read_as_it_was_written() -> None:
    assert HostCard.load(CARD.dump()) == CARD
    with pytest.raises(BrokerError, match="the same release"):
        HostCard.load(b'{"capacity": 1}')


def test_the_table() -> None:
    assert ClusterView({"a": CARD}, {"bot": 12}).lines() == [
        "HOST  SHARD  STATE    LATENCY  STORED  WAITING  BEHIND  RESTARTS",
        "a       2/4  1 live             1,239        7   1.5 s         1",
        "          0  live       50 ms   1,234        0   0.0 s         0",
        "          2  waiting        -       5        7   1.5 s         1",
        "no host runs shard 1",
        "consumer bot: 12 events behind",
    ]


def test_no_host(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["top", "--cluster", str(file)]) == 0
    assert capsys.readouterr().out == "no host is there\n"


def test_hosts_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def announce() -> None:
        engine = await open_engine(read_cluster_file(file, {}))
        assert await engine.leases.claim("host.a", "a", 10, CARD.dump()) is not None
        await engine.close()

    asyncio.run(announce())
    assert main(["top", "--cluster", str(file), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["hosts"]["a"]["shards"]["2"]["waiting"] == 7
    assert shown["missing"] == [1]
    assert main(["top", "--cluster", str(file), "--consumers", "bot"]) == 2
    assert "there is no consumer 'bot'" in capsys.readouterr().err


def test_a_host_needs_a_token(file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    assert main(["gateway", "--cluster", str(file)]) == 1
    assert "DISCORD_TOKEN is not set or empty" in capsys.readouterr().err


def test_a_host_needs_intents(file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "any")
    assert main(["gateway", "--cluster", str(file)]) == 2
    assert "gateway.intents is missing" in capsys.readouterr().err


def test_credentials_that_are_not_there(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(file.read_text() + 'credentials = "none.creds"\n')
    assert main(["top", "--cluster", str(file)]) == 2
    assert "broker.credentials is none.creds, which is no file" in capsys.readouterr().err


def test_a_broker_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text('app = "bot"\n[broker]\nservers = ["nats://127.0.0.1:9"]\n')
    assert main(["top", "--cluster", str(path)]) == 1
    assert "no NATS server answers at nats://127.0.0.1:9" in capsys.readouterr().err


async def test_a_terminal_is_refreshed_until_ctrl_c(file: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gatewaysdk", "top", "--cluster", str(file), "--every", "0.1"]
    process = await start_program(*command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    async with asyncio.timeout(30):
        while seen.count(b"no host is there") < 3:
            seen += await asyncio.to_thread(os.read, ours, 4096)
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    os.close(ours)
    assert seen.count(b"\x1b[2J") >= 2

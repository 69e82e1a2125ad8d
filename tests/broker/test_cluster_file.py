"""cluster.toml is read strictly; each mistake gets one sentence that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gatewaysdk import Intents
from gatewaysdk.broker.cluster_file import read_cluster_file
from gatewaysdk.errors import ConfigurationError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "run-a-cluster.md"
LEAST = 'app = "bot"\n[broker]\nservers = ["nats://localhost"]\n'


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cluster.toml"
    path.write_text(text)
    return path


def test_the_file_of_the_documentation(tmp_path: Path) -> None:
    text = re.search(r"^# cluster.toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert text is not None
    cluster = read_cluster_file(write(tmp_path, text[1]), {"GATEWAYSDK_HOST_NAME": "a"})
    assert (cluster.app, cluster.shards, cluster.host, cluster.capacity) == ("mybot", "auto", "a", 64)
    assert cluster.intents == Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT
    assert len(cluster.broker.servers) == cluster.broker.replicas == 3
    assert (cluster.encoding, cluster.compress, cluster.lease) == ("json", "zlib-stream", 15)


def test_the_documentation_has_every_key() -> None:
    from gatewaysdk.broker.cluster_file import _READERS

    page = PAGE.read_text("utf-8")
    assert not [key for key in _READERS if f"`{key}`" not in page]


def test_the_environment_is_enough_and_goes_first(tmp_path: Path) -> None:
    environment = {
        "GATEWAYSDK_APP": "other",
        "GATEWAYSDK_BROKER_SERVERS": "nats://a, nats://b",
        "GATEWAYSDK_GATEWAY_SHARDS": "8",
        "GATEWAYSDK_GATEWAY_INTENTS": "GUILDS,GUILD_MEMBERS",
        "GATEWAYSDK_GATEWAY_COMPRESS": "none",
        "GATEWAYSDK_HOST_CAPACITY": "3",
    }
    for path in (None, write(tmp_path, LEAST)):
        cluster = read_cluster_file(path, environment)
        assert (cluster.app, cluster.shards, cluster.capacity, cluster.compress) == ("other", 8, 3, None)
        assert cluster.broker.servers == ("nats://a", "nats://b")
        assert cluster.intents == Intents.GUILDS | Intents.GUILD_MEMBERS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not say app; write it there, or set GATEWAYSDK_APP"),
        ('app = "bot"', "does not say broker.servers; write it there, or set GATEWAYSDK_BROKER_SERVERS"),
        ("app = ", "is not TOML"),
        (LEAST + "[host]\ncapacity = 0", "host.capacity of .* is 0; it takes a number from 1 on"),
        (LEAST + "[host]\ncapacity = true", "host.capacity of .* is True; it takes a number from 1 on"),
        (LEAST + "[host]\nlease = 4", "host.lease of .* is 4; it takes seconds from 5 on"),
        (LEAST + "[host]\nname = 'a b'", "the host.name is 'a b'; it takes 1 to 64 letters"),
        (LEAST + "[gateway]\nshards = 'many'", "gateway.shards of .* is 'many'; it takes 'auto', or a number"),
        (LEAST + "[gateway]\nintents = ['GUILD']", r"gateway.intents of .* is \['GUILD'\]; it takes a list of names"),
        (LEAST + "[gateway]\nencoding = 'xml'", "gateway.encoding of .* is 'xml'; it takes 'json' or 'etf'"),
        (LEAST + "[gateway]\nshard = 1", "has gateway.shard, which is unknown; it takes app, broker.servers"),
        (LEAST + "replicas = 2", "broker.replicas of .* is 2; it takes 1, 3 or 5"),
        (LEAST + "tls_cert = 'a'", "has one of broker.tls_cert and broker.tls_key; it takes both or none"),
        (LEAST + "[gateway]\ntoken = 'a'", "has gateway.token; a token belongs into the environment variable"),
    ],
)  # fmt: skip
def test_one_clear_error_for_each_mistake(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_cluster_file(write(tmp_path, text), {})


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file or directory; name another file"):
        read_cluster_file(tmp_path / "none.toml", {})


def test_passwords_of_brokers_are_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_cluster_file(write(tmp_path, 'app = "bot"\n[broker]\nservers = ["http://me:secret@host"]'), {})
    assert "secret" not in str(caught.value)
    good = read_cluster_file(write(tmp_path, 'app = "bot"\n[broker]\nservers = ["nats://me:secret@host"]'), {})
    assert "secret" not in repr(good)

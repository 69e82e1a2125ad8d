from __future__ import annotations

from typing import Any

import pytest

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.protocol import IdentifySettings, Session
from gatewaysdk.token import Token

TOKEN = Token("very.secret.token")


def identify(**settings: Any) -> IdentifySettings:
    return IdentifySettings(**{"token": TOKEN, "intents": 513, **settings})


def test_the_payload_holds_only_what_is_set() -> None:
    payload = identify(properties={"os": "a", "browser": "b", "device": "c"}).payload()
    assert payload == {
        "token": TOKEN,
        "intents": 513,
        "properties": {"os": "a", "browser": "b", "device": "c"},
    }


def test_the_payload_holds_all_that_is_set() -> None:
    settings = {"compress": True, "large_threshold": 250, "shard": (1, 2), "presence": {"status": "dnd"}}
    settings["capabilities"] = 1 << 15
    payload = identify(**settings).payload()
    assert {key: payload[key] for key in settings} == {**settings, "shard": [1, 2]}


def test_resume_names_token_session_and_sequence() -> None:
    payload = identify().resume_payload(Session("id", "wss://resume.test", 9))
    assert payload == {"token": TOKEN, "session_id": "id", "seq": 9}


def test_no_repr_shows_the_token() -> None:
    assert "secret" not in repr(identify())


@pytest.mark.parametrize("threshold", [50, 250])
def test_large_threshold_takes_its_bounds(threshold: int) -> None:
    assert identify(large_threshold=threshold).payload()["large_threshold"] == threshold


@pytest.mark.parametrize("shard", [(0, 1), (0, 2), (1, 2)])
def test_shard_ids_go_up_to_one_below_the_number_of_shards(shard: tuple[int, int]) -> None:
    assert identify(shard=shard).payload()["shard"] == list(shard)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"token": "very.secret.token"}, "token"),
        ({"intents": -1}, "intents"),
        ({"intents": True}, "intents"),
        ({"intents": "513"}, "intents"),
        ({"intents": 2**63}, "intents"),
        ({"capabilities": -1}, "capabilities"),
        ({"capabilities": 2**63}, "capabilities"),
        ({"capabilities": "32768"}, "capabilities"),
        ({"capabilities": True}, "capabilities"),
        ({"large_threshold": 49}, "large_threshold"),
        ({"large_threshold": 251}, "large_threshold"),
        ({"large_threshold": 60.0}, "large_threshold"),
        ({"shard": (2, 2)}, "shard"),
        ({"shard": (-1, 2)}, "shard"),
        ({"shard": (0, 0)}, "shard"),
        ({"shard": (0, 1, 2)}, "shard"),
        ({"shard": 0}, "shard"),
        ({"properties": {"os": "linux"}}, "browser"),
        ({"presence": "online"}, "presence"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as caught:
        identify(**settings)
    assert "secret" not in str(caught.value)


def test_no_token_is_told() -> None:
    with pytest.raises(ConfigurationError, match="token is None"):
        identify(token=None)

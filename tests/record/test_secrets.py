"""No secret reaches a file: those of the schema, those that keys name, and the bot's own wherever they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, Token
from gatewaysdk.codec import get_codec
from gatewaysdk.frame import Frame
from gatewaysdk.record.content import CONTENT_KEYS, HIDDEN
from gatewaysdk.record.secrets import REMOVED, SECRET_KEYS, Cleaner
from gatewaysdk.simulator import EVENT_NAMES, sample

from .conftest import TOKEN

SCHEMA = Path(__file__).parents[2] / "schema"
SECRET = "s3cret-0123456789"
# Keys whose names look like a secret's, and why they are none.
HARMLESS = {
    "key",  # of a change in the audit log: the name of a field
    "keyword_filter",
    "author",
    "matched_keyword",
    "message_author_id",
    "authorizing_integration_owners",
    "approximate_user_authorization_count",
    "verify_key",  # public: with it anyone checks signatures
    "webhook_id",
    "oauth2_install_params",
    "event_webhooks_status",
    "event_webhooks_types",
}


def keys_of_the_schema() -> set[str]:
    return {
        key
        for folder in ("models", "events", "commands", "control")
        for path in (SCHEMA / folder).glob("*.json")
        for key in json.loads(path.read_text(encoding="utf-8")).get("properties", {})
    }


def test_every_key_of_the_schema_that_could_be_a_secret_is_judged() -> None:
    words = ("token", "secret", "session", "password", "webhook", "resume", "key", "auth", "credential", "endpoint_url",
             "verification_url")  # fmt: skip
    found = {key for key in keys_of_the_schema() if any(word in key for word in words)}
    assert found == SECRET_KEYS | HARMLESS


def test_every_key_of_content_is_of_the_schema_or_known_to_come_without_it() -> None:
    undocumented = CONTENT_KEYS - keys_of_the_schema()
    assert undocumented <= {"bio", "email", "regex_patterns", "waveform", "tag", "status", "location", "query"}


def cleaned(d: Any, encoding: str, cleaner: Cleaner | None = None, name: str = "X") -> tuple[Any, bytes]:
    codec = get_codec(encoding)
    message = (cleaner or Cleaner()).clean(codec, codec.encode_frame(Frame(0, d, 5, name)), 0)
    frame = codec.peek(message)
    assert (frame.op, frame.s, frame.t) == (0, 5, name)
    return frame.d, message


@pytest.mark.parametrize("encoding", ["json", "etf"])
@pytest.mark.parametrize("key", [*sorted(SECRET_KEYS), "Token", "new_token", "client_secret", "password"])
def test_the_values_of_secret_keys_are_removed_at_any_depth(key: str, encoding: str) -> None:
    d = {"a": [{"b": {key: SECRET, "id": "1"}}], key: {"join": SECRET, "n": 5, "flag": True, "none": None, "l": [1.5]}}
    found, message = cleaned(d, encoding)
    assert SECRET.encode() not in message
    assert found == {
        "a": [{"b": {key: REMOVED, "id": "1"}}],
        key: {"join": REMOVED, "n": 0, "flag": True, "none": None, "l": [0]},
    }


def test_an_escaped_key_hides_nothing() -> None:
    message = b'{"t":"X","s":1,"op":0,"d":{"\\u0074oken":"' + SECRET.encode() + b'"}}'
    assert SECRET.encode() not in Cleaner().clean(get_codec("json"), message, 0)


def test_what_stands_beside_the_data_or_twice_goes_too() -> None:
    message = b'{"t":"X","s":1,"op":0,"d":{"token":"%b","token":null},"token":"%b"}'
    message = message.replace(b"%b", SECRET.encode())
    assert SECRET.encode() not in Cleaner().clean(get_codec("json"), message, 0)


@pytest.mark.parametrize("encoding", ["json", "etf"])
def test_webhook_urls_lose_their_token_wherever_they_stand(encoding: str) -> None:
    d = {"content": f"post to https://discord.com/api/webhooks/123/{SECRET}?wait=true", "url": f"/webhooks/1/{SECRET}"}
    found, message = cleaned(d, encoding)
    assert SECRET.encode() not in message
    assert found["content"] == f"post to https://discord.com/api/webhooks/123/{REMOVED}?wait=true"


@pytest.mark.parametrize("encoding", ["json", "etf"])
def test_the_bots_own_token_and_session_are_removed_from_texts_too(encoding: str) -> None:
    codec, cleaner = get_codec(encoding), Cleaner()
    identify = cleaner.encode(codec, 2, {"token": Token(TOKEN), "intents": 1}, 0)
    assert TOKEN.encode() not in identify
    assert codec.peek(identify).d == {"token": REMOVED, "intents": 1}
    cleaned({"session_id": SECRET}, encoding, cleaner, "READY")
    found, _ = cleaned({"content": f"is {TOKEN} or {SECRET} yours?"}, encoding, cleaner)
    assert found == {"content": f"is {REMOVED} or {REMOVED} yours?"}


def test_interaction_tokens_are_not_kept_in_mind() -> None:
    cleaner = Cleaner()
    cleaned({"token": SECRET}, "json", cleaner, "INTERACTION_CREATE")
    assert cleaned({"content": SECRET}, "json", cleaner)[0] == {"content": SECRET}


def test_a_message_without_secrets_is_kept_as_it_came() -> None:
    message = b'{ "d":{"content":"  caf\\u00e9 "}, "t":"X","s":1, "op":0}'
    assert Cleaner().clean(get_codec("json"), message, 0) is message


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_content_of_every_event_is_hidden_and_its_shape_stays(name: str) -> None:
    before = sample(name, seed=0, full=True)
    after, _ = cleaned(before, "json", Cleaner(("content",)), name)
    texts: list[str] = []
    compare(before, after, texts)
    assert set(texts) <= {HIDDEN, REMOVED}


def compare(before: Any, after: Any, texts: list[str]) -> None:
    assert type(before) is type(after)
    if isinstance(before, dict):
        assert before.keys() == after.keys()
        for key in before:
            compare(before[key], after[key], texts)
    elif isinstance(before, list):
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            compare(one, other, texts)
    elif before != after and isinstance(before, str):
        texts.append(after)


def test_content_is_what_people_wrote_and_how_they_are_called() -> None:
    d = {
        "id": "1", "content": "hi", "empty": "", "timestamp": "2026-01-02T03:04:05Z", "type": 0,
        "author": {"id": "2", "username": "alice", "global_name": None},
        "embeds": [{"title": "t", "type": "rich", "fields": [{"name": "n", "value": "v"}]}],
        "attachments": [{"id": "3", "filename": "a.png", "url": "https://cdn", "size": 5}],
        "emoji": {"id": None, "name": "x"},
        "data": {"name": "ping", "options": [{"name": "text", "value": "wrote"}, {"name": "user", "value": "42"}]},
        "status": "online", "channel": {"status": "playing chess", "name": "general", "topic": ""},
    }  # fmt: skip
    found, _ = cleaned(d, "json", Cleaner(("content",)))
    assert found == {
        "id": "1", "content": HIDDEN, "empty": "", "timestamp": "2026-01-02T03:04:05Z", "type": 0,
        "author": {"id": "2", "username": HIDDEN, "global_name": None},
        "embeds": [{"title": HIDDEN, "type": "rich", "fields": [{"name": HIDDEN, "value": HIDDEN}]}],
        "attachments": [{"id": "3", "filename": HIDDEN, "url": HIDDEN, "size": 5}],
        "emoji": {"id": None, "name": "x"},
        "data": {"name": "ping", "options": [{"name": "text", "value": HIDDEN}, {"name": "user", "value": "42"}]},
        "status": "online", "channel": {"status": HIDDEN, "name": HIDDEN, "topic": ""},
    }  # fmt: skip


@pytest.mark.parametrize("redact", ["content", ("contents",)])
def test_an_unknown_redaction_is_refused(redact: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"it takes \('content',\)"):
        Cleaner(redact)

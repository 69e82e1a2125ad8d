"""The file in which a session outlives the process: it is whole at any moment, and checked before it is used."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import ConfigurationError, FileSessionStore, Session, Shard
from gatewaysdk.simulator import Simulator

SESSION = Session("id", "wss://resume.test", 42, None, 1_700_000_000.5)


async def test_the_file_is_whole_json_after_every_save(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    store = FileSessionStore(path)
    for sequence in [1, 9, 10, 2**31, 2**63 - 1, 3]:
        await store.save(None, Session("id", "wss://resume.test", sequence, None, float(sequence % 10**9)))
        assert Session(**json.loads(path.read_text())).sequence == sequence
        assert (await FileSessionStore(path).load(None) or SESSION).sequence == sequence


async def test_the_file_is_for_its_owner_alone_and_holds_no_token(sim: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    async with Shard(sim.token, url=sim.url, intents=0, session_store=FileSessionStore(path)) as shard:
        await shard.connect()
        await shard.receive()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sim.token.reveal() not in path.read_text()
    assert os.listdir(tmp_path) == ["session.json"]


async def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "session.json"
    await FileSessionStore(path).save(None, SESSION)
    before = path.read_bytes()

    def die(*_: object) -> None:
        raise KeyboardInterrupt("killed just here")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            await FileSessionStore(path).save(None, Session("new", "wss://resume.test", 1))
    assert path.read_bytes() == before
    await FileSessionStore(path).save(None, Session("new", "wss://resume.test", 1))
    assert await FileSessionStore(path).load(None) == Session("new", "wss://resume.test", 1)
    assert os.listdir(tmp_path) == ["session.json"]


@pytest.mark.parametrize("content", ["", "\n"])
async def test_an_empty_file_holds_no_session(tmp_path: Path, content: str) -> None:
    path = tmp_path / "session.json"
    path.write_text(content)
    assert await FileSessionStore(path).load(None) is None


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"null", b"{}", b"\xff\xfe", b'{"name": "another file"}',
     b'{"session_id": 5, "resume_gateway_url": "wss://x", "sequence": 1}',
     b'{"session_id": "a", "resume_gateway_url": "wss://x", "sequence": "1"}',
     b'{"session_id": "a", "resume_gateway_url": "wss://x", "sequence": -5}',
     b'{"session_id": "a", "resume_gateway_url": "wss://x", "sequence": 1180591620717411303424}',
     b'{"session_id": "a", "resume_gateway_url": "wss://x", "sequence": ' + b"9" * 5000 + b"}",
     b'{"session_id": "a", "resume_gateway_url": "x", "sequence": 1}',
     b'{"session_id": "", "resume_gateway_url": "wss://x", "sequence": 1}',
     b'{"session_id": "\\ud800", "resume_gateway_url": "wss://x", "sequence": 1}',
     b'{"session_id": "a", "resume_gateway_url": "wss://x", "sequence": 1, "user_id": "abc"}',
     b'{"session_id": "a", "resume_gateway_url": "wss://x", "sequence": 1, "seen_at": Infinity}',
     b'{"session_id": "a", "resume_gateway_url": "wss://x", "sequence": 1, "shard": 5}',
     b"[" * 50_000, b"[" * 200_000],
)  # fmt: skip
async def test_a_foreign_file_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"settings\.json holds no session: .*; name another file, or remove"):
        await FileSessionStore(path).load(None)
    assert path.read_bytes() == content


async def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await FileSessionStore(tmp_path).load(None)


@given(st.one_of(
    st.binary(),
    st.fixed_dictionaries({}, optional={
        name: st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))
        for name in ("session_id", "resume_gateway_url", "sequence", "shard", "seen_at", "user_id", "more")
    }).map(lambda values: json.dumps(values).encode()),
))  # fmt: skip
def test_any_file_is_a_session_or_one_clear_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "session.json")
        path.write_bytes(content)
        try:
            asyncio.run(FileSessionStore(path).load(None))
        except ConfigurationError as error:
            assert str(path) in str(error)  # noqa: PT017  # most files are none


@pytest.mark.parametrize("path", ["", ".", "/", None, 5, b"session.json"])
def test_what_is_no_path_of_a_file_is_refused(path: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"path is .*; it takes that of a file"):
        FileSessionStore(path)


async def test_a_directory_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="gone is not a directory; make it"):
        await FileSessionStore(tmp_path / "gone" / "session.json").load(None)


def remove(path: Path) -> None:
    path.unlink()


def put_another(path: Path) -> None:
    path.with_name("other").write_text("{}")
    path.with_name("other").replace(path)


def move_away(path: Path) -> None:
    path.rename(path.with_name("backup"))


def truncate(path: Path) -> None:
    path.write_text("")


@pytest.mark.parametrize("meddle", [remove, put_another, move_away, truncate])
async def test_a_file_that_somebody_meddled_with_is_written_anew(
    tmp_path: Path, meddle: Callable[[Path], None]
) -> None:
    path = tmp_path / "session.json"
    store = FileSessionStore(path)
    for sequence in (1, 2):
        await store.save(None, Session("id", "wss://resume.test", sequence))
    meddle(path)
    for sequence in (3, 4):
        await store.save(None, Session("id", "wss://resume.test", sequence))
        assert await FileSessionStore(path).load(None) == Session("id", "wss://resume.test", sequence)


async def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "session.json"
    await FileSessionStore(path).save(None, SESSION)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "no space left on device")

    store = FileSessionStore(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            await store.save(None, Session("new", "wss://resume.test", 1))
    assert os.listdir(tmp_path) == ["session.json"]
    assert path.read_bytes() == before
    await store.save(None, Session("new", "wss://resume.test", 2))
    assert await FileSessionStore(path).load(None) == Session("new", "wss://resume.test", 2)

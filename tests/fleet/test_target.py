"""Finding the manager of a program by its name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewaysdk import ConfigurationError, ShardManager
from gatewaysdk.fleet.target import load_manager

PROGRAM = """
from gatewaysdk import ShardManager
manager = ShardManager("any-token", intents=0)
def make(): return ShardManager("any-token", intents=0)
number = 5
class Group:
    manager = manager
"""


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "some_bot.py").write_text(PROGRAM)
    (tmp_path / "broken_bot.py").write_text("import no_such_module_at_all")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in ("some_bot", "broken_bot"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("target", ["some_bot:manager", "some_bot:make", "some_bot:Group.manager"])
def test_a_manager_or_what_makes_one(target: str) -> None:
    assert isinstance(load_manager(target), ShardManager)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("some_bot", "it takes module:name"),
        (":manager", "it takes module:name"),
        ("some_bot:nothing", "module some_bot has no 'nothing'"),
        ("some_bot:number", "is of type int; name a ShardManager"),
        ("some_bot:Group", "is of type type; name a ShardManager"),
        ("no_such_bot:manager", "there is no module 'no_such_bot'"),
    ],
)
def test_what_is_none_is_refused(target: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        load_manager(target)


def test_what_a_program_raises_comes_out_as_it_is() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        load_manager("broken_bot:manager")

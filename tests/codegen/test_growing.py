"""Discord adds a field and an event: a file each in the schema, and both are there and typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from gatewaysdk import GatewayEvent

from .conftest import ROOT, Workspace, make_workspace

# Text that would end a string or a docstring, or start an escape, were it pasted as it is.
AWKWARD = 'A "quoted" \'text\' with \\ and \\n, """three quotes""", {{ braces }}, {% tags %}, # and 🎉 """.'

NEW_EVENT = {
    "title": "GuildParade",
    "description": AWKWARD,
    "x-doc": "events/gateway-events#guild-parade",
    "x-event": "GUILD_PARADE",
    "x-intents": ["GUILD_PARADES"],
    "type": "object",
    "properties": {
        "guild_id": {"$ref": "../types/snowflake.json", "description": AWKWARD},
        "leader": {"$ref": "../models/user.json", "description": "User at the head of it."},
        "mood": {"$ref": "../enums/parade_mood.json", "description": "How it goes."},
        "length": {"type": "integer", "description": "Number of people; absent before the start."},
    },
    "required": ["guild_id", "leader", "mood"],
}
NEW_ENUM = {
    "title": "ParadeMood",
    "description": AWKWARD,
    "x-doc": "events/gateway-events#guild-parade",
    "type": "string",
    "x-kind": "enum",
    "x-values": [{"name": "MERRY", "value": 'very "merry" \\', "description": AWKWARD}],
}
NEW_INTENT = {"name": "GUILD_PARADES", "value": 1 << 30, "description": AWKWARD}
NEW_FIELD = {"type": "string", "description": AWKWARD}

USE = """
import json
from gatewaysdk.bases.described import field_docs
from gatewaysdk.commands import Resume
from gatewaysdk.enums import Intents, ParadeMood
from gatewaysdk.events import GatewayEvent, GuildParade
from gatewaysdk.frame import Frame
from gatewaysdk.models import User
from gatewaysdk.decoding.registry import decode_event
from gatewaysdk.tables.intents import EVENT_INTENTS

leader = {"id": "2", "username": "u", "discriminator": "0", "global_name": None, "avatar": None, "motto": "onward"}
data = {"guild_id": "1", "leader": leader, "mood": 'very "merry" \\\\'}
event = decode_event(Frame(0, data, 1, "GUILD_PARADE"))
assert isinstance(event, GuildParade)
assert isinstance(event, GatewayEvent)
assert (event.guild_id, event.leader.motto, event.mood, event.length) == (1, "onward", ParadeMood.MERRY, None)
assert EVENT_INTENTS["GUILD_PARADE"] == Intents.GUILD_PARADES == 1 << 30
texts = [GuildParade.__doc__.splitlines()[0], ParadeMood.__doc__, field_docs(GuildParade)["guild_id"]]
texts += [field_docs(User)["motto"], field_docs(Resume)["seq"]]
print(json.dumps(texts))
"""

TYPED = """
from gatewaysdk.enums import ParadeMood
from gatewaysdk.events import GuildParade
from gatewaysdk.snowflake import Snowflake


def use(event: GuildParade) -> tuple[Snowflake, str | None, ParadeMood, int | None]:
    return event.guild_id, event.leader.motto, event.mood, event.length
"""

MISTYPED = {
    "event.guild": '"GuildParade" has no attribute "guild"',
    "event.leader.moto": '"User" has no attribute "moto"',
    "event.length + 1": 'Unsupported operand types for + ("None" and "int")',
}


def match_over(names: list[str]) -> str:
    """Return a program that handles events by their classes and claims that those are all."""
    cases = " | ".join(f"{name}()" for name in names)
    return f"""
from typing import assert_never
from gatewaysdk import GatewayEvent, {", ".join(names)}


def handle(event: GatewayEvent) -> None:
    match event:
        case {cases}:
            print(event)
        case _:
            assert_never(event)
"""


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("grown"))
    workspace.add("events/guild_parade", NEW_EVENT)
    workspace.add("enums/parade_mood", NEW_ENUM)
    workspace.edit("enums/intents", lambda raw: raw["x-values"].append(NEW_INTENT))
    workspace.edit("models/user", lambda raw: raw["properties"].update(motto=NEW_FIELD))
    workspace.edit("commands/resume", lambda raw: raw["properties"]["seq"].update(description=AWKWARD))
    workspace.edit("unions/component", lambda raw: raw.update(description=AWKWARD))
    assert workspace.codegen() == 0
    return workspace


def test_a_new_field_and_a_new_event_are_there(grown: Workspace) -> None:
    done = grown.python("-W", "error", "-c", USE)
    assert (done.returncode, done.stderr) == (0, "")
    texts = json.loads(done.stdout)
    assert texts == [AWKWARD.replace('"""', "'''")] * 5


def test_what_was_generated_is_current(grown: Workspace) -> None:
    assert grown.codegen("--check") == 0


def test_type_checkers_know_both(grown: Workspace, tmp_path: Path) -> None:
    before = [one.__name__ for one in get_args(GatewayEvent)]
    programs = {
        "good": TYPED,
        "bad": TYPED + "".join(f"\ndef wrong{number}(event: GuildParade) -> None:\n    print({use})\n"
                               for number, use in enumerate(MISTYPED)),
        "matches": match_over([*before, "GuildParade"]),
        "misses": match_over(before),
    }  # fmt: skip
    for name, text in programs.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    config = tmp_path / "mypy.ini"
    config.write_text(f"[mypy]\nstrict = true\nmypy_path = {grown.root / 'src'}\nfollow_imports = silent\n"
                      f"cache_dir = {ROOT / '.mypy_cache' / 'grown'}\n", encoding="utf-8")  # fmt: skip
    files = [str(tmp_path / f"{name}.py") for name in programs]
    done = grown.python("-m", "mypy", "--config-file", str(config), *files)
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    (missed,) = [line for line in errors if "misses.py" in line]
    assert 'Argument 1 to "assert_never" has incompatible type "GuildParade"' in missed
    errors.remove(missed)
    assert len(errors) == len(MISTYPED), done.stdout + done.stderr
    assert all("bad.py" in line for line in errors)
    assert all(any(message in line for line in errors) for message in MISTYPED.values()), errors

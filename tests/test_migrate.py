"""docs/howto/migrate.md: the names in its table exist, here and, where they are installed, in the other libraries."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import gatewaysdk
from gatewaysdk import EventStream, Intents, Shard, ShardManager

PAGE = Path(__file__).resolve().parent.parent / "docs" / "howto" / "migrate.md"
COLUMNS = ("what", "discord.py", "hikari", "discord.js", "ours")


def _rows() -> list[dict[str, str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells]


ROWS = _rows()
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")


def names(cell: str) -> list[str]:
    """Return the dotted names in the code of a cell: of calls and their arguments, without strings and ``await``."""
    code = " ".join(re.findall(r"`([^`]+)`", cell))
    return [name for name in NAME.findall(re.sub(r'"[^"]*"', "", code)) if name not in ("await", "True")]


OURS = {"shard": Shard, "manager": ShardManager, "gatewaysdk": gatewaysdk}
ARGUMENTS = {"predicate", "name", "shard"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["what"]))
def test_what_it_is_called_here_exists(row: dict[str, str]) -> None:
    assert row["ours"], "a row without an answer"
    found = names(row["ours"])
    assert found
    for name in found:
        first, *rest = name.split(".")
        if first in ARGUMENTS and not rest:
            continue
        value: Any
        if first in inspect.signature(Shard).parameters and not rest:
            continue
        value = OURS[first] if first in OURS else getattr(gatewaysdk, first)
        for part in rest:
            value = getattr(value, part)


HIKARI = {"bot": "GatewayBot", "Intents": "Intents", "GatewayBot": "GatewayBot"}


@pytest.mark.parametrize("row", [row for row in ROWS if row["hikari"]], ids=lambda row: str(row["what"]))
def test_what_it_is_called_in_hikari_exists(row: dict[str, str]) -> None:
    hikari = pytest.importorskip("hikari", reason="hikari is not installed here; it is among the tools for development")
    for name in names(row["hikari"]):
        first, *rest = name.split(".")
        if first in HIKARI:
            value = getattr(hikari, HIKARI[first])
            for part in rest:
                assert hasattr(value, part), name
        else:  # an event, or a method of the bot
            assert (
                hasattr(hikari.GatewayBot, first) or hasattr(hikari, first) or hasattr(hikari.api.GatewayShard, first)
            ), name


def test_intents_mean_the_same_in_hikari() -> None:
    hikari = pytest.importorskip("hikari", reason="hikari is not installed here; it is among the tools for development")
    assert int(Intents.default()) == int(hikari.Intents.ALL_UNPRIVILEGED)
    assert int(Intents.all()) == int(hikari.Intents.ALL)


async def test_both_ways_to_a_stream_are_the_same() -> None:
    shard = Shard("any")
    assert isinstance(shard.stream(gatewaysdk.MessageCreate), EventStream)
    assert isinstance(shard.events(gatewaysdk.MessageCreate), EventStream)

"""What `make interop` says stands in the documentation, for the clients that it runs."""

from __future__ import annotations

import ast
from pathlib import Path

from interop.__main__ import COLUMNS, table
from interop.environments import BOTS, CLIENTS, NODE_CLIENTS, OWN, PYTHON_CLIENTS, QUICK

ROOT = Path(__file__).resolve().parent.parent
ALL = (*PYTHON_CLIENTS, *NODE_CLIENTS)


def test_the_documentation_has_the_table_of_all_clients() -> None:
    page = (ROOT / "docs" / "howto" / "test-bots-of-other-libraries.md").read_text(encoding="utf-8")
    assert table({client.name: dict.fromkeys(COLUMNS, "yes") for client in ALL}) in page


def test_each_client_has_a_program_and_exact_versions() -> None:
    assert {client.program for client in (OWN, *ALL)} == {
        path.name for path in CLIENTS.iterdir() if path.suffix in (".py", ".cjs")
    }
    assert all("==" in client.packages[0] for client in PYTHON_CLIENTS)
    assert all("@" in client.packages[0].removeprefix("@") for client in NODE_CLIENTS)
    assert set(QUICK) <= {client.name for client in PYTHON_CLIENTS}


def test_the_programs_are_python() -> None:
    """They are run where their libraries are installed; here they are at least no nonsense."""
    for path in [*CLIENTS.glob("*.py"), *BOTS.glob("*.py")]:
        ast.parse(path.read_text(encoding="utf-8"), str(path))

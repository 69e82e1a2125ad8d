"""The schema folder, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.load import Schema

ROOT = Path(__file__).resolve().parents[2] / "schema"


@pytest.fixture(scope="session")
def schema() -> Schema:
    return Schema.load(ROOT)


@pytest.fixture(scope="session")
def schema_root() -> Path:
    return ROOT

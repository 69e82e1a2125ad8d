"""The documentation has the faults and steps that there are."""

from __future__ import annotations

import pytest

from .tables import PAGES, page


@pytest.mark.parametrize("name", PAGES)
def test_the_documentation_is_in_step(name: str) -> None:
    path, wanted = page(name)
    assert all(f"| `{action}` |" in wanted for action in PAGES[name][1])
    assert path.read_text(encoding="utf-8") == wanted, "run make docs"

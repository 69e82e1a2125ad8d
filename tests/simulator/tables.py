"""``python -m tests.simulator.tables`` writes the tables of faults and steps into docs/, from their registries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatewaysdk.simulator import FAULTS, Action
from gatewaysdk.simulator.actions import REQUIRED
from gatewaysdk.simulator.scenario import STEPS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES: dict[str, tuple[Path, Mapping[str, Action[Any]]]] = {
    "faults": (ROOT / "docs/howto/cause-faults.md", FAULTS),
    "steps": (ROOT / "docs/howto/scenarios.md", STEPS),
}


def table(noun: str, actions: Mapping[str, Action[Any]]) -> str:
    """Return actions as a table of Markdown."""
    lines = [f"| {noun.capitalize()} | What it does | Parameters |", "|---|---|---|"]
    for action in actions.values():
        parameters = []
        for one in action.parameters.values():
            default = "required" if one.default is REQUIRED else f"default {_shown(one.default)}"
            parameters.append(f"`{one.name}`: {one.about.text} ({one.kind}, {default})")
        lines.append(f"| `{action.name}` | {action.description} | {'<br>'.join(parameters)} |")
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value!r}`"


def page(name: str) -> tuple[Path, str]:
    """Return a page and the text that it should have."""
    path, actions = PAGES[name]
    block = f"<!-- {name} -->\n{table(name.removesuffix('s'), actions)}\n<!-- end -->"
    text = path.read_text(encoding="utf-8")
    return path, re.sub(rf"<!-- {name} -->\n.*?<!-- end -->", lambda _: block, text, flags=re.DOTALL)


if __name__ == "__main__":
    for each in PAGES:
        target, wanted = page(each)
        target.write_text(wanted, encoding="utf-8")

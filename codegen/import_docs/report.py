"""Writes what an import found as Markdown, for a pull request, and as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from .compare import Difference

DOCS = "https://discord.com/developers/docs/"


@dataclass
class Report:
    """All that an import found. ``edited`` are files that ``--write`` changed, ``left`` is what it could not edit.

    Without a ``commit``, the schema was not compared with the documentation, only with a canary's report.
    """

    commit: str | None
    before: str
    differences: list[Difference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    opinion: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def has_differences(self) -> bool:
        """Whether a person has something to look at. A second opinion does not count."""
        return bool(self.differences or self.problems or self.prose or self.seen)

    def as_json(self) -> str:
        return json.dumps({"format": 1, **asdict(self)}, indent=2, ensure_ascii=False) + "\n"

    def as_markdown(self) -> str:
        changed = [one for one in self.differences if one.changed]
        undeclared = [one for one in self.differences if not one.changed]
        to = f"to `{self.commit}`" if self.commit else "alone, as no checkout was named"
        parts = [f"# Import of Discord's documentation\n\nFrom `{self.before or 'nothing'}` {to}.\n"]
        parts += _part("Discord changed", "Take these over, or declare them in overrides.toml.", _rows(changed))
        parts += _part("We differ, and do not say why", "Mend the schema, or declare these.", _rows(undeclared))
        parts += _part("Overrides that do not hold", "Look at each again.", self.problems)
        links = [one if one.endswith("otherwise)") else _link(one) for one in self.prose]
        parts += _part("Prose watch", "The words changed, and no table has what they say; read them.", links)
        parts += _part("Seen in live traffic", "The schema does not have it.", self.seen)
        parts += _part("Second opinion", "discord-api-types says otherwise; for information.", self.opinion)
        parts += _part("Edited", "Word what is marked TODO, then run `make generate docs`.", self.edited)
        parts += _part("Not edited", "A person has to make these.", self.left)
        if not self.has_differences:
            parts.append(
                f"The schema {'is what the documentation says' if self.commit else 'has all that was seen'}.\n"
            )
        return "\n".join(parts)


def _link(section: str) -> str:
    return re.sub(r"^\S+", lambda found: f"[{found[0]}]({DOCS}{found[0]})", section)


def _part(title: str, remedy: str, lines: list[str]) -> list[str]:
    listed = "\n".join(f"- {line}" for line in lines)
    return [f"## {title} ({len(lines)})\n\n{remedy}\n\n{listed}\n"] if lines else []


def _rows(differences: list[Difference]) -> list[str]:
    return [f"`{one.at}` {_worded(one)}{_mark(one)}" for one in differences]


def _mark(one: Difference) -> str:
    return (" (safe edit)" if one.safe else "") + (f" [{one.where}]" if one.where else "")


def _worded(one: Difference) -> str:
    if one.aspect == "undocumented":
        return "is documented now: take x-undocumented out, and compare"
    if one.aspect:
        return f"{one.aspect}: the documentation says {_value(one.docs)}, the schema {_value(one.ours)}"
    if one.ours is None:
        return f"is new in the documentation: {_value(one.docs)}"
    if "#" not in one.at:
        return "has lost its section: correct its x-doc, or remove the file"
    return f"is not in the documentation: {_value(one.ours)}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "`" + ", ".join(f"{key} {_plain(said)}" for key, said in value.items()) + "`"
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    return "no" if value is None else value if isinstance(value, str) else json.dumps(value)

"""Reads the documentation's MDX: pages into sections, each with its text, tables and code blocks."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = "developers/"
PREFIXES = (
    "events/gateway.", "events/gateway-events.", "resources/", "interactions/", "components/reference.",
    "topics/opcodes", "topics/permissions.", "topics/teams.", "topics/oauth2.", "reference.",
)  # fmt: skip
"""The beginnings of paths below ROOT that are read: pages on the gateway, and on what its events contain."""

_ANCHOR = re.compile(r'<ManualAnchor\s+id="([^"]+)"')
_HEADING = re.compile(r"(#{1,6})\s+(.*\S)")
_RULE = re.compile(r"\|[-:| ]+\|")
_CELL = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


class DocsError(Exception):
    """The documentation, or a file of an import, cannot be read. The message names the place and the rule."""


@dataclass(frozen=True)
class Row:
    """One row of a table, by the lower-case headers of its columns."""

    where: str
    cells: dict[str, str]


@dataclass
class Table:
    """A pipe table; ``headers`` are in lower case, ``broken`` is the message for a table with a wrong row."""

    where: str
    headers: list[str]
    listed: list[Row] = field(default_factory=list)
    broken: str = ""

    @property
    def rows(self) -> list[Row]:
        """The rows. Raises ``DocsError`` when one has more or fewer cells than the table has columns."""
        if self.broken:
            raise DocsError(self.broken)
        return self.listed


@dataclass
class Section:
    """A heading and what follows, up to the next heading of any level; ``at`` is the page and its anchor."""

    at: str
    level: int
    where: str
    title: str = ""
    text: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    parents: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The text, cells and code on one line, in which phrases of overrides are sought."""
        cells = [cell for table in self.tables for row in table.listed for cell in row.cells.values()]
        return " ".join(" ".join([*self.text, *cells, *self.code]).split())


@dataclass(frozen=True)
class Docs:
    """The sections of all pages that are read, in their order, by page and anchor."""

    commit: str
    sections: dict[str, Section]

    def below(self, at: str) -> list[Section]:
        """Return a section and those under it."""
        return [section for section in self.sections.values() if section.at == at or at in section.parents]

    def is_within(self, inner: str, outer: str) -> bool:
        """Whether a section is another one or below it. A page without an anchor contains all its sections."""
        found = self.sections.get(inner)
        return inner == outer or (found is not None and outer in found.parents)


def read(checkout: Path) -> Docs:
    """Return the documentation of a work tree or of a bare git folder, which is read at its HEAD."""
    bare = (checkout / "HEAD").is_file() and (checkout / "objects").is_dir()
    commit = _git(checkout, "rev-parse", "HEAD").strip() if bare or (checkout / ".git").exists() else "unversioned"
    sections: dict[str, Section] = {}
    for path, text in _bare(checkout) if bare else _tree(checkout):
        for section in parse(path, text):
            sections[section.at] = section
    if not sections:
        raise DocsError(f"{checkout} has no pages in {ROOT}; name a checkout of discord/discord-api-docs")
    return Docs(commit, sections)


def _counts(path: str) -> bool:
    return path.endswith(".mdx") and path.removeprefix(ROOT).startswith(PREFIXES)


def _tree(checkout: Path) -> Iterator[tuple[str, str]]:
    for file in sorted((checkout / ROOT).rglob("*.mdx")):
        path = file.relative_to(checkout).as_posix()
        if _counts(path):
            yield path, file.read_text(encoding="utf-8")


def _bare(checkout: Path) -> Iterator[tuple[str, str]]:
    for path in _git(checkout, "ls-tree", "-r", "--name-only", "HEAD", ROOT).splitlines():
        if _counts(path):
            yield path, _git(checkout, "show", f"HEAD:{path}")


def _git(checkout: Path, *arguments: str) -> str:
    command = ["git", "-C", str(checkout), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DocsError(f"git {arguments[0]} failed in {checkout}: {done.stderr.strip()}")
    return done.stdout


def parse(path: str, text: str) -> list[Section]:
    """Return the sections of one page; the first is the text above all headings."""
    page = path.removeprefix(ROOT).removesuffix(".mdx")
    sections = [Section(page, 0, f"{path}:1")]
    seen = {page}
    anchor: str | None = None
    fence: list[str] | None = None
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        where = f"{path}:{number}"
        if fence is not None:
            if bare.startswith("```"):
                sections[-1].code.append("\n".join(fence))
                fence = None
            else:
                fence.append(line)
        elif bare.startswith("```"):
            fence = []
        elif found := _ANCHOR.search(bare):
            anchor = found[1]
        elif found := _HEADING.fullmatch(bare):
            at = unique = f"{page}#{anchor or slug(found[2])}"
            while unique in seen:
                unique = f"{at}-{int(unique.removeprefix(at)[1:] or 1) + 1}"
            seen.add(unique)
            parents = [s for s in sections[1:] if s.at in sections[-1].parents or s is sections[-1]]
            above = [s.at for s in parents if s.level < len(found[1])]
            sections.append(Section(unique, len(found[1]), where, found[2], parents=(page, *above)))
            anchor = None
        elif bare.startswith("|"):
            _table_line(sections[-1], where, bare, lines[number].strip() if number < len(lines) else "")
        elif bare and not bare.startswith("import "):
            sections[-1].text.append(bare)
    return sections


def _table_line(section: Section, where: str, line: str, following: str) -> None:
    if _RULE.fullmatch(line):
        return
    cells = [cell.strip().replace("\\|", "|") for cell in _CELL.split(line.strip("|") if line != "|" else line)]
    if _RULE.fullmatch(following):
        section.tables.append(Table(where, [cell.lower() for cell in cells]))
        return
    if not section.tables:
        section.text.append(line)
        return
    table = section.tables[-1]
    if len(cells) != len(table.headers) and not table.broken:
        table.broken = f"{where}: {len(cells)} cells in a table of {len(table.headers)} columns"
    table.listed.append(Row(where, dict(zip(table.headers, cells, strict=False))))


def slug(title: str) -> str:
    """Return the anchor that the documentation gives a heading without one of its own."""
    plain = re.sub(r"<[^>]*>", "", _LINK.sub(r"\1", title)).strip().lower()
    return re.sub(r"[^a-z0-9_-]", "", plain.replace(" ", "-"))

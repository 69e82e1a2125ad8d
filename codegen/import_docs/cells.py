"""Reads single cells: names, types in prose, values. A cell of an unknown form is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .pages import DocsError

_NAME = re.compile(r"`?([a-z][a-z0-9_]*)`?(\?)?(?:\s|\\?\*|\\?\[\d+\\?\]|\(deprecated\))*")
_MARKS = re.compile(r"\s*(?:(?:\\?\*)+|\\?\[\d+\\?\])\s*$")
_LINK = re.compile(r"\[(partial )?[^\]]*\]\((?:/developers/)?([^)]*)\)")
_WORDS = {
    "snowflake": "snowflake", "string": "string", "integer": "integer", "int": "integer", "number": "number",
    "double": "number", "float": "number", "boolean": "boolean", "bool": "boolean", "null": "null", "object": "object",
    "iso8601 timestamp": "timestamp", "is08601 timestamp": "timestamp", "mixed": "any", "array": "array<any>",
}  # fmt: skip
_FORMS = {
    "array of two ": "pair<{}>", "array of ": "array<{}>", "list of ": "array<{}>", "map of snowflakes to ": "map<{}>",
    "dictionary with keys of ": "map<any>",
}  # fmt: skip
_SHIFT = re.compile(r"\(?1 << (\d+)\)?")
_NUMBER = re.compile(r"\d+|0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Type:
    """A type in one line, such as ``array<@resources/user#user-object>``, and whether null may stand in its place."""

    text: str
    nullable: bool


def name(cell: str, where: str) -> tuple[str, bool]:
    """Return a field's name and whether it may be missing."""
    found = _NAME.fullmatch(cell)
    if not found:
        raise DocsError(f"{where}: {cell!r} is not the name of a field; teach cells.py its form")
    return found[1], bool(found[2])


def kind(cell: str, where: str) -> Type:
    """Return the type that a cell describes."""
    plain = _LINK.sub(r"\1@\2", unmarked(cell))
    plain = re.sub(r"\s\(.*\)|, optionally .*", "", plain)
    nullable = plain.startswith("?")
    read = [_part(part, cell, where) for part in re.split(r",\s*(?:or\s+)?|\s+or\s+", plain.lstrip("?"))]
    return Type(" | ".join(dict.fromkeys(read)), nullable)


def _part(words: str, cell: str, where: str) -> str:
    words = re.sub(r"^an? ", "", words.strip())
    low = words.lower()
    for start in _FORMS:
        if low.startswith(start):
            inner = _part(words[len(start) :], cell, where)
            # The documentation gives the keys of a dictionary, not the type of its values.
            return _FORMS[start].format(inner)
    if found := re.fullmatch(r"(partial )?(@\S+)(?: objects?| data)?", words):
        return f"{found[1] or ''}{found[2]}"
    if found := re.fullmatch(r"@\S+ (object ids|strings)", words):
        return {"object ids": "snowflake", "strings": "string"}[found[1]]
    for form in (low, low.removesuffix("s")):
        if form in _WORDS:
            return _WORDS[form]
    raise DocsError(f"{where}: {cell!r} is not a known type; teach cells.py its form")


def value(cell: str) -> int | None:
    """Return the number that a cell holds, for a bit the number with that bit set; None for any other cell."""
    plain = unmarked(cell).replace("`", "")
    if found := _SHIFT.search(plain):
        return 1 << int(found[1])
    return int(plain, 0) if _NUMBER.fullmatch(plain) else None


def constant(cell: str) -> str:
    """Return a name as the schema spells those of values: ``Remove role`` becomes ``REMOVE_ROLE``."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", unmarked(cell)).replace("(deprecated)", "")
    plain = plain.replace("'", "").replace("(s)", "s")
    return re.sub(r"[^A-Z0-9]+", "_", plain.upper()).strip("_")


def unmarked(cell: str) -> str:
    """Return a cell without the marks of its footnotes."""
    previous = ""
    while previous != cell:
        previous, cell = cell, _MARKS.sub("", cell)
    return cell.strip()


def links(cell: str) -> list[str]:
    """Return the sections that a cell links to."""
    return [found[2] for found in _LINK.finditer(cell)]


def is_deprecated(*cells: str) -> bool:
    """Whether a row's words say that it is deprecated; that it stands in for what is deprecated is not meant."""
    return any(re.search(r"\*\*deprecated|\(deprecated|^deprecated", cell, re.IGNORECASE) for cell in cells)

"""The reference of what is written by hand: a page for each room of the package with the public names of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

__all__ = ["api_pages"]

# Each page with the rooms whose names it has, in the order of the menu.
PAGES = {
    "shard": ("Shard", "shard program listeners"),
    "fleet": ("ShardManager", "fleet"),
    "events-at-large": ("Events at large", "bases decoding frame"),
    "delivery": ("Streams and delivery", "delivery requests"),
    "sessions": ("Sessions and identify", "sessions identify"),
    "errors": ("Errors", "errors"),
    "formatting": ("Ids, tokens, texts", "snowflake token formatting stats"),
    "simulator": ("Simulator", "simulator"),
    "record": ("Recordings", "record"),
    "broker": ("Clusters", "broker"),
    "metrics": ("Metrics", "metrics"),
    "protocol": ("Protocol core", "protocol"),
    "transport": ("Transport, codecs, compression", "transport codec compression"),
}
# The rooms that are public on their own, besides what the top level exports of them; generated ones have other pages.
PUBLIC = "frame protocol codec compression transport metrics record simulator broker errors snowflake"
# What generated packages have besides classes.
_MORE = {"events-at-large": ["gatewaysdk.events.GatewayEvent"]}
# A module and what it defines have the same name; the reader of the source would show the module.
_AMBIGUOUS = {"gatewaysdk.run": "gatewaysdk.program.run.run", "gatewaysdk.record.feed": "gatewaysdk.record.feed.feed"}


def api_pages(package: Path) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each page. ``package`` is the folder of the source."""
    names = public_names(package)
    for page, (title, rooms) in PAGES.items():
        entries = [entry for room in rooms.split() for entry in names.get(room, [])] + _MORE.get(page, [])
        shown = (f"::: {_AMBIGUOUS.get(entry, entry)}\n    options: {{inherited_members: true}}\n" for entry in entries)
        yield f"{page}.md", f"# {title}\n\n" + "\n".join(shown)


def public_names(package: Path) -> dict[str, list[str]]:
    """Return the dotted public names by room: what the top level exports of a room, then what the room itself does."""
    top = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    exported = set(_exports(top))
    found: dict[str, list[str]] = {}
    for node in ast.walk(top):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            names = [alias.name for alias in node.names if alias.name in exported]
            found.setdefault(node.module.split(".")[0], []).extend(f"gatewaysdk.{name}" for name in names)
    for room in PUBLIC.split():
        path = package / room / "__init__.py" if (package / room).is_dir() else package / f"{room}.py"
        known = {entry.rpartition(".")[2] for entry in found.get(room, [])}
        more = [name for name in _exports(ast.parse(path.read_text(encoding="utf-8"))) if name not in known]
        found.setdefault(room, []).extend(f"gatewaysdk.{room}.{name}" for name in more)
    return {room: sorted(names, key=lambda name: name.rpartition(".")[2].lower()) for room, names in found.items()}


def _exports(module: ast.Module) -> list[str]:
    for node in module.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets
        ):
            return [str(name) for name in ast.literal_eval(node.value)]
    return []

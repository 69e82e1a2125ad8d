"""``python -m codegen.site``: write the pages of the site to build/site-pages, and its menu beside them.

The pages are Markdown that a forge shows as it is; what the site needs besides that is added here. mkdocs.yml has the
settings, ``make site`` runs both.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from pathlib import Path

from ..load import Schema
from .api import PAGES, api_pages
from .generated import FOLDERS, generated_pages
from .links import rewrite, to_site

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
PROJECT = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "ROADMAP.md": "roadmap.md",
}


def home() -> str:
    """Return where the project is on the forge."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Source"])


def places() -> dict[str, str]:
    """Return the path on the site of each file of the project that is there: pages, pictures, and what pages offer."""
    found = {"README.md": "index.md", "docs/README.md": "contents.md", **PROJECT}
    for path in sorted((ROOT / "docs").rglob("*.*")):
        found.setdefault(path.relative_to(ROOT).as_posix(), path.relative_to(ROOT / "docs").as_posix())
    return found


def menu() -> list[object]:
    """Return the menu: the sections of docs/README.md in its order, then the reference of the API."""
    sections: dict[str, list[object]] = {}
    here: list[object] = []
    for line in (ROOT / "docs" / "README.md").read_text(encoding="utf-8").splitlines():
        if title := re.match(r"\*\*(.+?)\*\*", line):
            here = sections.setdefault(title[1], [])
        here += [found[1] for found in re.finditer(r"\]\(([^)#]+\.md)\)", line) if found[1] not in here]
    sections = {title: [page for page in pages if ".." not in str(page)] for title, pages in sections.items()}
    sections["API"] = [{title: f"api/{page}.md"} for page, (title, _) in PAGES.items()]
    sections["API"] += [{title: f"api/{folder}.md"} for folder, title in FOLDERS.items()]
    sections["Project"] = [*PROJECT.values(), {"Source": home()}]
    return [{"Home": "index.md"}, {"All pages": "contents.md"}, *({title: sections[title]} for title in sections)]


def write(target: Path) -> int:
    """Write all pages into a folder, which is emptied before; return their number."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "docs", target)
    (target / "README.md").unlink()
    shutil.copy(Path(__file__).with_name("style.css"), target)
    known = places()
    pages = {
        place: rewrite((ROOT / page).read_text(encoding="utf-8"), to_site(page, known, home()))
        for page, place in known.items()
        if page.endswith(".md")
    }
    generated = [*api_pages(ROOT / "src" / "gatewaysdk"), *generated_pages(Schema.load(ROOT / "schema"))]
    pages |= {f"api/{path}": text for path, text in generated}
    for place, text in pages.items():
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        (target / place).write_text(text, encoding="utf-8")
    return len(pages)


def main() -> int:
    number = write(BUILD / "site-pages")
    # JSON is YAML, too.
    settings = {"INHERIT": "../mkdocs.yml", "nav": menu()}
    (BUILD / "mkdocs.yml").write_text(json.dumps(settings, indent=1), encoding="utf-8")
    sys.stdout.write(f"{number} pages written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

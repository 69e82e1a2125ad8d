"""The pages of the site: their links, their menu, and that the reference leaves no public name out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import gatewaysdk
from codegen.load import Schema
from codegen.site.__main__ import ROOT, menu, places, write
from codegen.site.api import PAGES, PUBLIC, api_pages, public_names
from codegen.site.generated import generated_pages
from codegen.site.links import rewrite, to_forge, to_site

HOME = "https://forge.example/project"


def test_links_lead_to_the_place_on_the_site_or_to_the_forge() -> None:
    known = {"README.md": "index.md", "docs/howto/stop.md": "howto/stop.md", "docs/README.md": "contents.md"}
    text = "[a](../../README.md#x) [b](../README.md) [c](../../src/a.py) [d](https://e.org) [e](#here)\n"
    text += "```text\n[f](g.md)\n```\n"
    assert rewrite(text, to_site("docs/howto/stop.md", known, HOME)) == (
        f"[a](../index.md#x) [b](../contents.md) [c]({HOME}/blob/main/src/a.py) [d](https://e.org) [e](#here)\n"
        "```text\n[f](g.md)\n```\n"
    )
    assert rewrite("[a](docs/x.md#y)", to_forge("README.md", HOME)) == f"[a]({HOME}/blob/main/docs/x.md#y)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "pages"
    assert write(folder) > 400
    return folder


def test_every_link_between_pages_leads_to_one(site: Path) -> None:
    lost = []
    for page in site.rglob("*.md"):
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]
        lost += [f"{page.name} -> {target}" for target in targets if not (page.parent / target).exists()]
    assert not lost


def test_the_menu_has_each_page_of_the_project_once(site: Path) -> None:
    pages = re.findall(r'"([^"]+\.md)"', json.dumps(menu()))
    assert len(pages) == len(set(pages))
    assert [page for page in pages if not (site / page).exists()] == []
    assert {place for place in places().values() if place.endswith(".md")} <= set(pages)


def test_the_reference_has_every_public_name() -> None:
    schema = Schema.load(ROOT / "schema")
    shown = {
        entry.rpartition(".")[2]
        for pages in (api_pages(ROOT / "src" / "gatewaysdk"), generated_pages(schema))
        for _, text in pages
        for entry in re.findall(r"^::: (\S+)$", text, re.MULTILINE)
    }
    assert {name for name in gatewaysdk.__all__ if name not in shown} == set()


GENERATED = {"enums", "models", "structs", "events", "commands", "tables"}


def test_each_room_with_public_names_has_a_page() -> None:
    rooms = {room for _, listed in PAGES.values() for room in listed.split()}
    assert public_names(ROOT / "src" / "gatewaysdk").keys() - GENERATED <= rooms


def test_the_rooms_that_the_docs_call_public_are_in_the_reference() -> None:
    text = (ROOT / "docs" / "topics" / "architecture.md").read_text(encoding="utf-8")
    sentence = re.search(r"\*\*Public\*\* are the top level, (.+?):", text, re.DOTALL)
    assert sentence is not None
    assert set(re.findall(r"`(\w+)`", sentence[1])) - GENERATED == set(PUBLIC.split())


def test_a_page_of_an_event_has_its_intents_and_all_its_fields() -> None:
    pages = dict(generated_pages(Schema.load(ROOT / "schema")))
    page = pages["events/message_create.md"]
    assert "`GUILD_MESSAGES` or `DIRECT_MESSAGES`" in page
    fields = re.findall(r"^        - (\w+)$", page, re.MULTILINE)
    assert fields == list(gatewaysdk.MessageCreate.model_fields)

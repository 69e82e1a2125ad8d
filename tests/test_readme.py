"""The README and docs/ hold what they say: their programs type-check and run, their commands and links exist."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gatewaysdk
from gatewaysdk import Shard, ShardManager, ShardSettings
from gatewaysdk.cli import main
from gatewaysdk.decoding import registry
from gatewaysdk.metrics import MetricsServer
from gatewaysdk.simulator import Simulator
from gatewaysdk.tables.events import EVENT_CLASSES

from .rest_fake import rest_fake

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "ROADMAP.md")
] + sorted((ROOT / "docs").rglob("*.md"))
PATIENCE = 30.0
# <!-- not run: reason --> right above a block keeps it from being run; it is type-checked all the same.
# <!-- from path --> says that it is a file of the project, which is tested where it belongs.
BLOCK = re.compile(
    r"^(?:<!-- (?:not run: (?P<reason>.+?)|from (?P<source>\S+)) -->\n+)?"
    r"```(?P<language>\w*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    code: str
    reason: str | None
    source: str | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def module(self) -> str:
        return re.sub(r"\W", "_", str(self))


def _blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start("code")) + 1
            yield Block(page, line, found["language"], found["code"], found["reason"], found["source"])


BLOCKS = list(_blocks())
PYTHON = [block for block in BLOCKS if block.language == "python" and block.source is None]


def test_every_block_says_its_language() -> None:
    assert {block.language for block in BLOCKS} <= {"python", "js", "sh", "text", "yaml"}
    assert sum(page.read_text(encoding="utf-8").count("```") for page in PAGES) == 2 * len(BLOCKS)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.source is not None], ids=str)
def test_the_file_is_shown_as_it_is(block: Block) -> None:
    assert block.code == (ROOT / str(block.source)).read_text(encoding="utf-8")


def test_no_program_of_another_language_is_merely_shown() -> None:
    assert all(block.source is not None for block in BLOCKS if block.language == "js")


def test_the_scenarios_are_those_that_are_carried_out() -> None:
    """tests/simulator/scenario/test_docs.py does so."""
    assert {block.page.name for block in BLOCKS if block.language == "yaml"} == {"scenarios.md"}


def test_the_programs_type_check(tmp_path: Path) -> None:
    for block in PYTHON:
        (tmp_path / f"{block.module}.py").write_text(block.code, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(tmp_path)]
    environment = {**os.environ, "MYPYPATH": str(ROOT / "src")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", [block for block in PYTHON if block.reason is None], ids=str)
async def test_the_program_runs(
    block: Block,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    programs: list[Coroutine[Any, Any, None]] = []
    async with Simulator(token="any") as sim, rest_fake() as rest:
        # Where a reader would meet Discord, the program meets the simulator.
        monkeypatch.setenv("DISCORD_TOKEN", "any")
        monkeypatch.setenv("API_URL", rest.url)
        for function, name, value in (
            (Shard.__init__, "url", sim.url),
            (ShardSettings.__init__, "url", sim.url),
            (ShardManager.__init__, "api_url", sim.api_url),
            (gatewaysdk.fetch_gateway_bot, "api_url", sim.api_url),
            (gatewaysdk.ShardManager.__init__, "api_url", sim.api_url),
            (MetricsServer.__init__, "port", 0),
        ):
            defaults = function.__kwdefaults__
            assert defaults is not None
            monkeypatch.setitem(defaults, name, value)
        monkeypatch.setattr(asyncio, "run", programs.append)
        monkeypatch.setattr(
            gatewaysdk, "run", lambda bot: programs.append(bot if asyncio.iscoroutine(bot) else bot.run())
        )
        monkeypatch.setattr(registry, "_classes", registry._Classes())
        monkeypatch.chdir(tmp_path)
        module = ModuleType(block.module)
        monkeypatch.setitem(sys.modules, block.module, module)
        exec(compile(block.code, str(block), "exec"), module.__dict__)
        for name, value in vars(module).items():
            if name.startswith("test_"):
                await value()
        for program in programs:
            await _meet(sim, program)
    if programs and "print(" in block.code:
        assert capsys.readouterr().out, "it printed nothing, so nothing came of it"
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR and record.exc_info]


async def _meet(sim: Simulator, program: Coroutine[Any, Any, None]) -> None:
    """Run a program until it ends, or until it has seen all that a gateway does; then stop it as Ctrl-C does."""
    running = asyncio.ensure_future(program)
    tour = asyncio.create_task(_tour(sim))
    await asyncio.wait([running, tour], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        tour.cancel()
        await asyncio.wait([tour])
        await running
    else:
        running.cancel()
        await asyncio.wait([running])
        await tour
        assert running.cancelled()


async def _tour(sim: Simulator) -> None:
    await sim.wait_for_session(timeout=PATIENCE)
    await sim.emit_all()
    await sim.drop()
    await sim.wait_for(lambda: sim.resumes, timeout=PATIENCE)
    await sim.wait_for_session(timeout=PATIENCE)
    await sim.emit_all()


def _commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line that a page shows, in a block or within a sentence."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for number, found in enumerate(re.findall(r"`((?:make|gatewaysdk) [^`\n]+)`", BLOCK.sub("", text))):
            yield f"{page.relative_to(ROOT)}, sentence {number}", shlex.split(found)
    for block in BLOCKS:
        if block.language == "sh":
            for number, line in enumerate(block.code.splitlines()):
                words = shlex.split(line, comments=True)
                while words and re.match(r"[A-Z_]+=", words[0]):
                    del words[0]
                if words:
                    yield f"{block.page.relative_to(ROOT)}:{block.line + number}", words


COMMANDS = list(_commands())


@pytest.mark.parametrize(("place", "words"), COMMANDS, ids=[place for place, _ in COMMANDS])
def test_the_command_exists(place: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    match words:
        case ["make", target, *_]:
            assert re.search(
                rf"^{re.escape(target)}:.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
            )
        case ["gatewaysdk", "--help"]:
            pass
        case ["gatewaysdk", command, *options]:
            assert main([command, "--help"]) == 0
            described = capsys.readouterr().out
            for option in options:
                if option.startswith("--"):
                    assert re.search(rf"{re.escape(option)}\b", described), f"{place}: no option {option}"
        case ["python", script, *_] if script.endswith(".py"):
            assert (ROOT / script).exists() or script == "bot.py"
        case [("pip" | "git" | "python" | ".venv/bin/pre-commit"), *_]:
            pass
        case _:
            pytest.fail(f"{place}: what is {words[0]}?")


def test_links_lead_somewhere() -> None:
    links = [
        (page, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target
    ]
    lost = [f"{page.relative_to(ROOT)} -> {target}" for page, target in links if not (page.parent / target).exists()]
    assert not lost


def test_every_page_of_docs_is_in_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert not {page for page in pages - {"README.md"} if f"]({page})" not in index}


def test_the_figures_of_the_readme_are_those_of_the_package() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{len(EVENT_CLASSES)} events" in readme
    assert f"all {len(EVENT_CLASSES)} kinds of events" in readme
    assert f"## {gatewaysdk.__version__} - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) < 200


def test_every_dependency_is_explained() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    sets = [settings["project"]["optional-dependencies"], settings["dependency-groups"]]
    required = [
        *settings["project"]["dependencies"],
        *(one for extras in sets for extra in extras.values() for one in extra if isinstance(one, str)),
    ]
    page = (ROOT / "docs" / "topics" / "dependencies.md").read_text(encoding="utf-8")
    missing = {name for one in required if (name := re.split(r"[<>=;\[ ]", one)[0]) not in page}
    assert not missing

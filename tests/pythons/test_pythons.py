"""How Pythons are found, and what the environments on them are made of."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from . import __main__ as command
from .environments import ROOT, Environment, lowest_versions
from .finding import find_python

RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"
OTHER = "3.99"  # there is none, so that only what a test makes is found


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with two folders on its PATH and pyenv, all of them empty."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'one'}:{tmp_path / 'two'}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def put(path: Path, answer: str) -> Path:
    """Put a program there that answers as a Python does which is asked what it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


def test_the_running_python_is_found() -> None:
    found = find_python(RUNNING)
    assert found is not None
    assert found.name == f"python{RUNNING}"


def test_the_first_on_path_that_works_is_found(machine: Path) -> None:
    assert find_python(OTHER) is None
    put(
        machine / "one" / f"python{OTHER}", "echo 'pyenv: command not found' >&2; exit 127"
    )  # not chosen for this folder
    assert find_python(OTHER) is None
    python = put(machine / "two" / f"python{OTHER}", f"echo cpython {OTHER} 0")
    assert find_python(OTHER) == python


def test_the_latest_of_pyenv_is_found(machine: Path) -> None:
    for version in ("1", "2"):
        put(machine / "pyenv" / "versions" / f"{OTHER}.{version}" / "bin" / f"python{OTHER}", f"echo cpython {OTHER} 0")
    found = find_python(OTHER)
    assert found is not None
    assert f"{OTHER}.2" in str(found)


@pytest.mark.parametrize("answer", [f"cpython {OTHER} 1", f"pypy {OTHER} 0", "cpython 3.98 0", ""])
def test_other_pythons_are_not_taken(machine: Path, answer: str) -> None:
    put(machine / "one" / f"python{OTHER}", f"echo '{answer}'")
    assert find_python(OTHER) is None


def test_each_dependency_has_a_lowest_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lowest = lowest_versions()
    assert len(lowest) == len(project["dependencies"])
    assert all("==" in one and ">=" not in one and "," not in one for one in lowest)
    assert [one.partition(";")[2].strip() for one in lowest if one.startswith("backports.zstd")] == [
        "python_version < '3.14'"
    ]


def test_the_part_for_ci_is_there() -> None:
    assert [path for path in command.PART if not (ROOT / path).exists()] == []


def test_what_is_missing_is_said_and_what_fails_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[tuple[str, bool, bool]] = []

    def run(self: Environment, arguments: list[str], *, group: str) -> bool:
        ran.append((self.name, self.uvloop, self.lowest))
        return self.name != "uvloop"

    monkeypatch.setattr(Environment, "run", run)
    monkeypatch.setattr(command, "find_python", lambda version: None if version == "3.14" else Path(version))
    monkeypatch.setattr(sys, "argv", ["pythons"])
    assert command.main() == 1
    assert ran == [("3.11", False, False), ("3.12", False, False), ("3.13", False, False), ("uvloop", True, False)]
    said = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()[-5:])
    assert said["3.14"] == "MISSING: no Python 3.14 on PATH or with pyenv"
    assert said["3.13"].startswith("passed")
    assert said["uvloop"].startswith("FAILED")
    monkeypatch.setattr(sys, "argv", ["pythons", "--only", "lowest", "3.14"])
    ran.clear()
    assert command.main() == 0
    assert ran == [("lowest", False, True)]

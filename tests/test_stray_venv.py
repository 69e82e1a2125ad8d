"""A copied folder does not use the .venv of the original."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHORT = "#!{}\nimport re\n"
LONG = """#!/bin/sh\n'''exec' "{}" "$0" "$@"\n' '''\nimport re\n"""
MAKE = shutil.which("make")


def make_folder(folder: Path, *, of: Path | None = None, script: str = SHORT) -> Path:
    """Make a project with a .venv in which there is gatewaysdk, that of the folder ``of`` if given."""
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / ".ci" / "stray_venv.py", folder / ".ci")
    (folder / "pyproject.toml").touch()
    venv = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    pip = venv / "bin" / "pip"
    pip.write_text(script.format(venv / "bin" / "python3"))
    info = next(venv.glob("lib/python*/site-packages")) / "gatewaysdk-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gatewaysdk\nVersion: 0.1.0\n")
    (info / "direct_url.json").write_text(json.dumps({"url": (of or folder).as_uri(), "dir_info": {"editable": True}}))
    for stamp in (".dev", ".runtime"):
        (venv / stamp).touch()
    return folder


def plan(folder: Path) -> str:
    """Return what `make install` would do."""
    assert MAKE is not None
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    command = [MAKE, "-n", "install", f"PYTHON={sys.executable}"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make")


@pytest.mark.parametrize("name", ["plain", "with space"])
@pytest.mark.parametrize(
    "script", ["#!{}\nimport re\n", "#!/bin/sh\n'''exec' \"{}\" \"$0\" \"$@\"\n' '''\nimport re\n"]
)
def test_a_copy_makes_its_own(tmp_path: Path, name: str, script: str) -> None:
    original = make_folder(tmp_path / name, script=script)
    assert "removing .venv" not in plan(original)
    copy = shutil.copytree(original, tmp_path / "copy", symlinks=True)
    planned = plan(copy)
    assert "removing .venv, which belongs to another folder: its scripts run the Python of" in planned
    assert "rm -rf .venv\n" in planned
    assert "-m venv .venv\n" in planned
    assert "pip install" in planned


def test_a_package_of_another_folder_is_noticed(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "one", of=tmp_path / "two")
    assert f"its gatewaysdk is that of {tmp_path / 'two'}" in plan(folder)


def test_a_link_to_the_venv_of_another_folder_is_noticed(tmp_path: Path) -> None:
    original = make_folder(tmp_path / "one")
    other = make_folder(tmp_path / "two")
    shutil.rmtree(other / ".venv")
    (other / ".venv").symlink_to(original / ".venv")
    assert f"its gatewaysdk is that of {original}" in plan(other)

"""Tests pasted from the README and docs/ into a fresh folder run there, with the settings that docs/ name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from .test_readme import BLOCKS, PYTHON, ROOT

GUIDE = ROOT / "docs" / "howto" / "test-with-the-simulator.md"
PASTED = [block for block in PYTHON if re.search(r"^async def test_", block.code, re.MULTILINE)]
(SETTINGS,) = (block.code for block in BLOCKS if block.page == GUIDE and "asyncio_mode" in block.code)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    for number, block in enumerate(PASTED):
        (folder / f"test_{number}.py").write_text(block.code, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--no-header"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_pasted_tests_pass_with_the_settings_of_the_guide(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    written = sum(len(re.findall(r"^async def test_", block.code, re.MULTILINE)) for block in PASTED)
    assert passed is not None
    assert int(passed[1]) == written > 10
    assert "skipped" not in done.stdout


def test_without_them_pytest_says_what_the_guide_quotes(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = run(tmp_path)
    quoted = re.search(r'fails such tests with "(.+?)"', GUIDE.read_text(encoding="utf-8"))
    assert quoted is not None
    assert done.returncode == 1
    assert quoted[1] in done.stdout


def test_each_page_with_tests_says_where_the_settings_are() -> None:
    for page in {block.page for block in PASTED} - {GUIDE}:
        assert re.search(r"asyncio_mode|test-with-the-simulator\.md", page.read_text(encoding="utf-8")), page

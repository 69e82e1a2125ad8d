"""What the package index shows: the README with links that work there, the urls, the classifiers."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> str:
    pytest.importorskip("setuptools", reason="setup.py needs setuptools, which this environment has not")
    folder = tmp_path_factory.mktemp("info")
    command = [sys.executable, "setup.py", "--quiet", "egg_info", "--egg-base", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (info,) = folder.glob("*.egg-info/PKG-INFO")
    return info.read_text(encoding="utf-8")


def test_links_of_the_readme_work_on_the_index(metadata: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)]+)\)", metadata)
    assert len(targets) == len(re.findall(r"\]\(([^)]+)\)", readme)) > 20
    assert [target for target in targets if not target.startswith("https://")] == []
    home = "https://github.com/gatewaysdk/gatewaysdk/blob/main/"
    ours = [target.removeprefix(home).partition("#")[0] for target in targets if target.startswith(home)]
    assert "docs/howto/handlers.md" in ours
    assert [path for path in ours if not (ROOT / path).exists()] == []
    assert "Description-Content-Type: text/markdown" in metadata


def test_the_home_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    home = project["urls"]["Source"]
    assert f'HOME = "{home}"' in (ROOT / "setup.py").read_text(encoding="utf-8")
    for name in ("SECURITY.md", ".github/ISSUE_TEMPLATE/config.yml"):
        assert f"{home}/security/advisories/new" in (ROOT / name).read_text(encoding="utf-8")


def test_every_python_that_is_tested_has_a_classifier(metadata: str) -> None:
    pythons = re.findall(r"Classifier: Programming Language :: Python :: (3\.\d+)", metadata)
    assert pythons == ["3.11", "3.12", "3.13", "3.14"]
    for system in ("MacOS", "Microsoft :: Windows", "POSIX :: Linux"):
        assert f"Classifier: Operating System :: {system}" in metadata
    assert "Classifier: Typing :: Typed" in metadata

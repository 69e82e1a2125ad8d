"""`make release`: what keeps a version from being released."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from release import check

Project = Callable[..., Path]
FILES = ("gatewaysdk-1.2.3.tar.gz", "gatewaysdk-1.2.3-cp311-abi3-manylinux.whl", "gatewaysdk-1.2.3-py3-none-any.whl")


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a function that makes a project that is ready, but for what it is told."""

    def accepted(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        if "twine" not in command:
            done: subprocess.CompletedProcess[str] = run(command, **options)
            return done
        refused = [path for path in command if path.endswith("refused.whl")]
        return subprocess.CompletedProcess(command, len(refused), "", "".join(refused))

    def make(package: str = "1.2.3", heading: str = "1.2.3 - 2026-01-31", tag: str = "v1.2.3") -> Path:
        (tmp_path / "src" / "gatewaysdk").mkdir(parents=True)
        (tmp_path / "src" / "gatewaysdk" / "__init__.py").write_text(f'__version__ = "{package}"\n')
        (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
        (tmp_path / "CHANGELOG.md").write_text(f"# Changes\n\n## {heading}\n\n## 1.0.0 - 2020-01-01\n")
        (tmp_path / ".gitignore").write_text("dist/\n")
        git(tmp_path, "init", "--quiet")
        git(tmp_path, "add", "--all")
        git(tmp_path, "commit", "--quiet", "--message", "all")
        git(tmp_path, "tag", tag)
        (tmp_path / "dist").mkdir()
        for name in FILES:
            (tmp_path / "dist" / name).touch()
        return tmp_path

    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", accepted)
    return make


def test_a_project_that_is_ready_has_no_problems(project: Project) -> None:
    assert list(check.problems(project())) == []


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"package": "1.2.2"}, "__version__ is not 1.2.3"),
        ({"heading": "1.2.2 - 2026-01-31"}, "does not begin with 1.2.3"),
        ({"heading": "1.2.3 - unreleased"}, "says 'unreleased' of 1.2.3"),
        ({"tag": "v1.2.2"}, "no tag v1.2.3"),
    ],
)
def test_a_version_that_is_not_the_same_everywhere(project: Project, made: dict[str, str], said: str) -> None:
    (problem,) = check.problems(project(**made))
    assert said in problem


def test_what_is_not_committed(project: Project) -> None:
    folder = project()
    (folder / "more.py").touch()
    (problem,) = check.problems(folder)
    assert "1 files are not committed" in problem


@pytest.mark.parametrize(("name", "what"), list(zip(FILES, ("source", "native", "pure"), strict=True)))
def test_a_file_that_is_missing(project: Project, name: str, what: str) -> None:
    folder = project()
    (folder / "dist" / name).unlink()
    (problem,) = check.problems(folder)
    assert f"dist/ has no {what}" in problem


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gatewaysdk-1.0.0-more.whl", "another version"),
        ("gatewaysdk-1.2.3rc1-more.whl", "another version"),
        ("gatewaysdk-1.2.3.1.tar.gz", "another version"),
        ("gatewaysdk-1.2.3-refused.whl", "refuse"),
    ],
)
def test_a_file_that_must_not_be_there(project: Project, name: str, said: str) -> None:
    folder = project()
    (folder / "dist" / name).touch()
    (problem,) = check.problems(folder)
    assert said in problem

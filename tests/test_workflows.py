"""The files of .github: they can be read, and what they run exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_says_when_it_runs_what_and_for_how_long(path: Path) -> None:
    workflow = load(path)
    assert workflow[True], "YAML reads the key `on` as true"
    assert "permissions" in workflow, "else it may do whatever the repository allows"
    for name, job in workflow["jobs"].items():
        assert {"runs-on", "timeout-minutes", "steps"} <= job.keys(), name
        assert set(job.get("needs", "").split()) <= workflow["jobs"].keys()
    for step in steps(path):
        assert ("uses" in step) is not ("run" in step), step
        assert re.fullmatch(r"[\w./-]+@v\d+(\.\d+)*", step.get("uses", "a/b@v1")), step


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_makes_is_a_target(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for step in steps(path):
        for targets in re.findall(r"\bmake ((?:[a-z-]+ ?)+)", step.get("run", "")):
            for target in targets.split():
                assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{path.name}: make {target}"


def test_each_python_is_tested_on_each_system() -> None:
    matrix = load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert [system.partition("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = [one.rpartition(" ")[2] for one in project["classifiers"] if re.search(r":: 3\.\d+$", one)]
    assert matrix["python"] == versions


def test_windows_installs_what_make_does() -> None:
    (install,) = (
        step["run"] for step in steps(ROOT / ".github" / "workflows" / "ci.yml") if step.get("name") == "Install"
    )
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    extras = re.search(r"^EXTRAS := (.+)$", makefile, re.MULTILINE)
    assert extras is not None
    assert f'-e ".[{extras[1]}]" --group dev' in install


def test_wheels_are_tested_with_what_there_is() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheels = settings["tool"]["cibuildwheel"]
    assert all((ROOT / path).exists() for path in wheels["test-sources"])
    assert set(wheels["test-groups"]) <= settings["dependency-groups"].keys()
    assert set(wheels["test-extras"]) <= settings["project"]["optional-dependencies"].keys()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_an_issue_template_is_one(path: Path) -> None:
    template = load(path)
    if path.name == "config.yml":
        assert template["contact_links"][0]["url"].startswith("https://")
        return
    assert {"name", "description", "body"} <= template.keys()
    for part in template["body"]:
        assert part["type"] in ("markdown", "textarea", "input", "dropdown", "checkboxes")
        assert part["attributes"].get("label") or part["attributes"].get("value")

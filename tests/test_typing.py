"""What must type-check does, and what must not does not, with both type checkers.

Lines of typing/fail say what they are refused for: ``# error: <regex>`` for mypy and ``# pyright: <regex>`` for
pyright, which goes by the first one where it has none of its own. Every error must be foreseen, and every foreseen
error must come.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "typing"
FILES = sorted(FOLDER.glob("*/*.py"))
FAILING = [path for path in FILES if path.parent.name == "fail"]
ENVIRONMENT = {**os.environ, "MYPYPATH": str(ROOT / "src"), "NO_COLOR": "1"}

Found = dict[tuple[str, int], list[str]]
"""Messages by file and line."""


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Found:
    cache = tmp_path_factory.mktemp("mypy")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--no-pretty", "--hide-error-context"]
    command += ["--enable-error-code", "unused-coroutine", "--cache-dir", str(cache), "--output", "json"]
    done = subprocess.run(
        [*command, *map(str, FILES)], capture_output=True, text=True, check=False, cwd=ROOT, env=ENVIRONMENT
    )
    assert done.returncode in (0, 1), f"mypy failed: {done.stdout}{done.stderr}"
    assert not done.stderr
    found: Found = defaultdict(list)
    for line in done.stdout.splitlines():
        entry = json.loads(line)
        if entry["severity"] == "error":
            found[Path(entry["file"]).name, entry["line"]].append(f"{entry['message']} [{entry['code']}]")
    return found


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> Found:
    # The settings of pyproject.toml, for these files; a call whose coroutine is dropped is an error, as for mypy.
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
    settings = {key: value for key, value in settings.items() if key not in ("venv", "venvPath")}
    config = tmp_path_factory.mktemp("pyright") / "pyrightconfig.json"
    # pyright ignores absolute paths
    folders = [os.path.relpath(one, config.parent) for one in sorted({path.parent for path in FILES})]
    settings |= {"include": folders, "extraPaths": [str(ROOT / "src")], "reportUnusedCoroutine": "error"}
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(
        [*command, "--project", str(config)], capture_output=True, text=True, check=False, cwd=ROOT, env=ENVIRONMENT
    )
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        pytest.fail(
            "pyright did not start; it fetches its npm package on first use, so look at the network first.\n"
            f"{done.stdout}{done.stderr}"
        )
    assert report["summary"]["filesAnalyzed"] == len(FILES), report
    found: Found = defaultdict(list)
    for entry in report["generalDiagnostics"]:
        if entry["severity"] == "error":
            place = (Path(entry["file"]).name, entry["range"]["start"]["line"] + 1)
            found[place].append(f"{entry['message']} [{entry.get('rule')}]")
    return found


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_pain_23_errors_come_where_they_are_foreseen_and_nowhere_else(
    path: Path, checker: str, request: pytest.FixtureRequest
) -> None:
    found: Found = request.getfixturevalue(checker)
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        foreseen = _foreseen(line, checker)
        messages = found.get((path.name, number), [])
        place = f"{path.name}:{number}: {line.strip()}"
        if foreseen is None:
            assert not messages, f"{checker} refuses what it should accept\n{place}"
        else:
            assert messages, f"{checker} accepts what it should refuse\n{place}"
            assert any(re.search(foreseen, one, re.DOTALL) for one in messages), place


def _foreseen(line: str, checker: str) -> str | None:
    _, *notes = re.split(r"\s+# (?=error: |pyright: )", line)
    said = dict(note.split(": ", 1) for note in notes)
    return said.get("pyright", said.get("error")) if checker == "pyright" else said.get("error")


def test_the_files_that_must_fail_foresee_something() -> None:
    assert FAILING
    for path in FAILING:
        assert "# error: " in path.read_text(encoding="utf-8"), path.name
    assert len({path.stem for path in FILES}) == len(FILES)


def test_both_check_every_example() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert tools["mypy"]["strict"]
    assert "examples" in tools["mypy"]["files"]
    assert not any(re.search(one, "examples/echo.py") for one in tools["mypy"]["exclude"])
    assert "examples" in tools["pyright"]["include"]
    assert not tools["pyright"].keys() & {"exclude", "ignore"}

"""``python -m release.check``: what keeps dist/ from being released, one line each. It uploads nothing.

A release is a commit with a tag. Its version stands in pyproject.toml, the package and, with its day, in CHANGELOG.md.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_HEADING = re.compile(r"^## (?P<version>\S+) - (?P<day>.+)$", re.MULTILINE)


def problems(root: Path) -> Iterator[str]:
    """Yield what is wrong, each with its remedy."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    package = (root / "src" / "gatewaysdk" / "__init__.py").read_text(encoding="utf-8")
    if f'__version__ = "{version}"' not in package:
        yield f"gatewaysdk.__version__ is not {version}, which pyproject.toml has; change one of them"
    yield from _changelog(root, version)
    yield from _commit(root, version)
    yield from _files(root, version)


def _changelog(root: Path, version: str) -> Iterator[str]:
    latest = _HEADING.search((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    if latest is None or latest["version"] != version:
        yield f"CHANGELOG.md does not begin with {version}; write what has changed"
    elif not re.fullmatch(r"\d{4}-\d{2}-\d{2}", latest["day"]):
        yield f"CHANGELOG.md says {latest['day']!r} of {version}; write the day of the release, as 2026-01-31"


def _commit(root: Path, version: str) -> Iterator[str]:
    if changed := _git(root, "status", "--porcelain"):
        yield f"{len(changed.splitlines())} files are not committed; commit them, as others cannot build from here"
    tags = _git(root, "tag", "--points-at", "HEAD").split()
    if f"v{version}" not in tags:
        yield f"this commit has no tag v{version}; git tag v{version}"


def _files(root: Path, version: str) -> Iterator[str]:
    files = sorted(str(path) for path in (root / "dist").glob("*") if path.suffix in (".whl", ".gz"))
    stale = [path for path in files if not re.match(rf"gatewaysdk-{re.escape(version)}(-|\.tar\.gz$)", Path(path).name)]
    if stale:
        yield f"dist/ has files of another version: {', '.join(Path(path).name for path in stale)}; make wheels"
    for ending, what in (
        (".tar.gz", "source distribution"),
        ("-none-any.whl", "pure wheel"),
        ("-abi3-", "native wheel"),
    ):
        if not any(ending in path for path in files):
            yield f"dist/ has no {what}; make wheels"
    if files:
        command = [sys.executable, "-m", "twine", "check", "--strict", *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"the index would refuse the metadata: {' '.join((done.stdout + done.stderr).split())}"


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    found = list(problems(ROOT))
    for problem in found:
        print(f"not ready: {problem}")
    if not found:
        print("ready: upload what is in dist/, together with the wheels of the workflow")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())

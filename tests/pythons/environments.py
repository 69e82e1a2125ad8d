"""Virtual environments to run the suite in, each made when it is first needed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Environment", "lowest_versions"]

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".venvs"
EXTRAS = {"test": "metrics,nats,redis,scenario,structs", "dev": "dashboard,metrics,nats,redis,scenario,structs,zlib-ng"}
"""The extras whose tests each group runs."""
_DEPENDENCY = re.compile(r"(?P<name>[\w.-]+)>=(?P<lowest>[\d.]+)[^;]*(?P<when>;.*)?")


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment.

    Attributes:
        name: of its folder, and for the reader.
        python: what makes it.
        uvloop: whether the tests run on that event loop.
        lowest: whether what gatewaysdk depends on is as old as it may be.
    """

    name: str
    python: Path
    uvloop: bool = False
    lowest: bool = False

    def run(self, arguments: Sequence[str], *, group: str) -> bool:
        """Run pytest in it; return whether all tests passed. ``group`` is what the tests need of pyproject.toml."""
        folder = self._prepare(group)
        loop = ["--loop", "uvloop"] if self.uvloop else []
        return (
            subprocess.run(
                [folder / "bin" / "python", "-m", "pytest", *loop, *arguments], cwd=ROOT, check=False
            ).returncode
            == 0
        )

    def _prepare(self, group: str) -> Path:
        folder, made = FOLDER / self.name, FOLDER / self.name / "made-from.json"
        if made.exists() and made.read_text() in (self._mark(group), self._mark("dev")):
            return folder
        print(f"== making {folder.relative_to(ROOT)} with {self.python}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([self.python, "-m", "venv", folder], check=True)
        pip: list[str | Path] = [
            folder / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--quiet",
        ]
        subprocess.run([*pip, "--upgrade", "pip>=25.1"], check=True)  # the first that knows groups
        extras = ",".join([EXTRAS[group], *(["uvloop"] if self.uvloop else [])])
        subprocess.run([*pip, "--editable", f".[{extras}]", "--group", group], cwd=ROOT, check=True)
        if self.lowest:
            # In a second step, as what generates code is pinned to versions that are newer.
            subprocess.run([*pip, *lowest_versions()], cwd=ROOT, check=True)
        made.write_text(self._mark(group))
        return folder

    def _mark(self, group: str) -> str:
        """What it is made from: with anything else than this, it is made anew; so is one that was copied here."""
        project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + (ROOT / "setup.py").read_bytes()).hexdigest()
        return json.dumps({"folder": str(ROOT), "python": str(self.python), "group": group, "project": project})


def lowest_versions() -> list[str]:
    """Return the requirements of gatewaysdk, with each ``>=`` made ``==``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = [_DEPENDENCY.fullmatch(one) for one in project["dependencies"]]
    return [f"{one['name']}=={one['lowest']}{one['when'] or ''}" for one in found if one is not None]

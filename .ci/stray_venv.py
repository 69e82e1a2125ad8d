"""Prints why the .venv here belongs to another folder, or nothing: ``.venv/bin/python -I .ci/stray_venv.py``.

A virtual environment holds the path of the folder where it was made. In a copy of that folder, its scripts and its
gatewaysdk are still those of the original, so that the tests of the copy would test the original.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

# In a path that is long or has spaces, a script names its Python not in the first line, but in a line for /bin/sh.
_PYTHON_OF_A_SCRIPT = re.compile(r"""^(?:#!|'''exec' "?)(/.*?/bin)/python""", re.MULTILINE)


def why_stray(root: Path) -> str | None:
    """Return the reason, None if it is at home in the folder ``root``."""
    pip = root / ".venv" / "bin" / "pip"
    found = _PYTHON_OF_A_SCRIPT.search(pip.read_text()) if pip.exists() else None
    if found is not None and Path(found[1]).resolve() != pip.parent.resolve():
        return f"its scripts run the Python of {found[1]}"
    try:
        origin = json.loads(distribution("gatewaysdk").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return None  # nothing is installed so far
    folder = Path(url2pathname(urlsplit(origin.get("url", "")).path))
    return None if folder.resolve() == root.resolve() else f"its gatewaysdk is that of {folder}"


if __name__ == "__main__":
    sys.stdout.write(why_stray(Path.cwd()) or "")

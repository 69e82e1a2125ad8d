"""Why native code is missing, as setup.py noted it when this installation was built."""

from __future__ import annotations

from pathlib import Path

__all__ = ["NOTE", "why_not_built"]

NOTE = Path(__file__).with_name("native_build.txt")
"""One line for each extension that could not be built: its dotted name, a colon, the reason."""


def why_not_built(extension: str) -> str:
    """Return why an extension is missing: what the compiler said, or that nothing was noted.

    Args:
        extension: its dotted name, such as ``gatewaysdk.codec._json_native``.
    """
    try:
        lines = NOTE.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    reasons = (line.removeprefix(f"{extension}: ") for line in lines if line.startswith(f"{extension}: "))
    return next(reasons, "the build left no reason; install gatewaysdk again to see it")

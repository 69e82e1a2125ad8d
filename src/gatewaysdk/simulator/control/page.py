"""The page: one file, with a policy that lets it load and run nothing but itself."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

__all__ = ["Page", "load_page"]

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


class Page(NamedTuple):
    """What a browser gets."""

    html: str
    headers: dict[str, str]


@cache
def load_page() -> Page:
    """Return the page. Its policy names the hashes of its own script and style, so that injected ones do not run."""
    html = files(__package__ or "").joinpath("page.html").read_text(encoding="utf-8")
    found = {
        kind: f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for kind, text in _INLINE.findall(html)
    }
    policy = (
        f"default-src 'none'; script-src {found['script']}; style-src {found['style']}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }
    return Page(html, headers)

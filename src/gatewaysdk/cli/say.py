"""``gatewaysdk say``: makes a member of a running simulator say something, through its control API."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from .notices import say as tell
from .parser import Misuse
from .running import running_simulator
from .show import clean

__all__ = ["say"]

_SECONDS = 10.0


def say(options: Namespace) -> int:
    """Say a text. Returns 1, with a sentence on stderr, when no simulator runs or no bot hears it."""
    url = options.url or running_simulator()
    if url is None:
        tell("no simulator runs; start one with gatewaysdk simulate, or name the page of one with --url")
        return 1
    body = {"text": options.text, "as": options.person, "guild": options.guild, "channel": options.channel}
    status, told = _post(url, {key: value for key, value in body.items() if value is not None})
    if status != 200:
        tell(str(told.get("error", f"the simulator answered with {status}")))
        return 1
    if told["note"]:
        tell(told["note"])
    if not told["heard_by"]:
        return 1
    print(f"{clean(options.person)} said it, and the bot heard it", file=sys.stdout)
    return 0


def _post(url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.netloc or not parts.fragment:
        raise Misuse(
            f"--url is {url!r}; it takes the address behind `page` that gatewaysdk simulate prints, with its key"
        )
    request = Request(
        f"http://{parts.netloc}/control/say",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {parts.fragment}"},
    )
    try:
        # The simulator is on this machine, whatever proxy the environment names.
        with build_opener(ProxyHandler({})).open(request, timeout=_SECONDS) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, _read_error(error)
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        where = f"http://{parts.netloc}"
        return 0, {"error": f"no simulator runs at {where} ({reason}); start one with gatewaysdk simulate"}


def _read_error(error: HTTPError) -> dict[str, Any]:
    try:
        told = json.load(error)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}

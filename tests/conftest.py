"""Shared by all tests: Hypothesis profiles, the event loop, the search of output and tracebacks for tokens."""

from __future__ import annotations

import importlib
import logging
import traceback
import tracemalloc
from asyncio import AbstractEventLoop
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from gatewaysdk.token import Token

# No deadlines: these machines are shared, and a slow example is no bug.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", parent=settings.get_profile("default"), max_examples=5000)
settings.load_profile("default")


class OnUvloop:
    """Runs the tests on another event loop than asyncio's, those that make none of their own."""

    @staticmethod
    def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], AbstractEventLoop]]:
        return {"uvloop": importlib.import_module("uvloop").new_event_loop}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--loop", choices=["asyncio", "uvloop"], default="asyncio", help="the event loop of the tests")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--loop") == "uvloop":
        config.pluginmanager.register(OnUvloop())


# Every token that any test makes; those too short to be told from ordinary words are left out.
_tokens: set[str] = set()
_LONG_ENOUGH = 12

_TESTS = str(Path(__file__).resolve().parent)
_leaks: list[str] = []
_searches = 0
_MOST_SEARCHES = 50  # in one test


def _remembering(make: Any) -> Any:
    def fill(self: Token, given: object) -> None:
        make(self, given)
        if len(self.reveal()) >= _LONG_ENOUGH:
            _tokens.add(self.reveal())

    return fill


Token._Token__fill = _remembering(Token._Token__fill)  # type: ignore[attr-defined]


def find_token(text: str) -> str | None:
    """Return a token that a text holds."""
    return next((token for token in _tokens if token in text), None)


def shown(error: BaseException) -> str:
    """What an error tracker may show of an error: texts and local variables, also of all errors that it holds on to.

    The frames of tests and of the simulator are left out: they know the token that they made.
    """
    lines, parts, seen = [""], [error], set[int]()
    while parts:
        one = parts.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        lines += [f"{type(one).__name__}: {one} {one.args!r} {_repr(vars(one))}"]
        # One frame of each function is enough: a decoder has hundreds of its own, each with a part of the same message.
        frames = {frame.f_code: frame for frame, _ in reversed([*traceback.walk_tb(one.__traceback__)])}
        for code, frame in frames.items():
            if not _knows_tokens(code.co_filename):
                lines += [f"    {name} = {_repr(value)}" for name, value in frame.f_locals.items()]
        parts += [each for each in (one.__cause__, one.__context__) if each is not None]
        parts += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
    return "\n".join(lines)


def _repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # half made objects, integers of many digits
        return f"<{type(error).__name__}>"


def _knows_tokens(file: str) -> bool:
    return file.startswith(_TESTS) or "/gatewaysdk/simulator/" in file.replace("\\", "/")


def _search(error: BaseException | None, where: str) -> None:
    global _searches
    _searches += 1
    # Some tests raise thousands of errors of one kind, and some measure memory.
    if error is None or _searches > _MOST_SEARCHES or tracemalloc.is_tracing():
        return
    if find_token(shown(error)) is not None:
        _leaks.append(f"the local variables of {type(error).__name__}, {where}, hold a token")


class _LoggedErrors(logging.Handler):
    """Searches the errors in the log, at once: later their local variables may have changed."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            _search(record.exc_info[1], f"logged by {record.name}")


logging.getLogger().addHandler(_LoggedErrors())


class _Raises:
    """``pytest.raises`` that searches what is raised."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __enter__(self) -> Any:
        return self._inner.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> Any:
        _search(error, "raised")
        return self._inner.__exit__(kind, error, tb)


def _searching(raises: Any) -> Any:
    def wrapper(*args: Any, **settings: Any) -> Any:
        made = raises(*args, **settings)
        return _Raises(made) if hasattr(made, "__exit__") else made

    return wrapper


pytest.raises = _searching(pytest.raises)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose output, log or errors hold a token."""
    global _searches
    report = yield
    _searches = 0
    found = [f"{name} holds a token" for name, text in report.sections if find_token(text) is not None] + _leaks
    _leaks.clear()
    if found:
        report.outcome = "failed"
        report.longrepr = "\n".join(found)
    return report

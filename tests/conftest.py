"""Shared by all tests: Hypothesis profiles, the event loop, and the search of all output for tokens."""

from __future__ import annotations

import importlib
from asyncio import AbstractEventLoop
from collections.abc import Callable, Generator, Mapping
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


def _remembering(make: Any) -> Any:
    def __init__(self: Token, text: str | Token) -> None:
        make(self, text)
        if len(self.reveal()) >= _LONG_ENOUGH:
            _tokens.add(self.reveal())

    return __init__


Token.__init__ = _remembering(Token.__init__)  # type: ignore[method-assign]


def find_token(text: str) -> str | None:
    """Return a token that a text holds."""
    return next((token for token in _tokens if token in text), None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose output or log holds a token."""
    report = yield
    for name, text in report.sections:
        if find_token(text) is not None:
            report.outcome = "failed"
            report.longrepr = f"{name} holds a token"
    return report

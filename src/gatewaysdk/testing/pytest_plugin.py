"""Fixtures for tests against the simulator, and a transcript of gateway and HTTP below those that fail.

``simulator`` is a started `gatewaysdk.simulator.Simulator`, ``gateway_world`` its world. A marker holds settings:
``@pytest.mark.simulator(guilds=2, members=100)``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..simulator import Simulator, Stage

__all__ = ["gateway_world", "pytest_configure", "pytest_runtest_makereport", "simulator"]

_TRANSCRIPT_LINES = 300
_KEY = pytest.StashKey["Simulator"]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "simulator(**settings): what the Simulator of the fixture is like")


async def _started(request: pytest.FixtureRequest) -> AsyncIterator[Simulator]:
    """Yield a started simulator; its settings stand in the marker ``simulator``."""
    # Imported with the first test that asks, as all runs of pytest import this file.
    from ..simulator import Simulator

    settings: dict[str, Any] = {"transcript": _TRANSCRIPT_LINES}
    for marker in reversed(list(request.node.iter_markers("simulator"))):
        settings |= marker.kwargs
    async with Simulator(**settings) as sim:
        request.node.stash[_KEY] = sim
        yield sim


def _missing() -> None:
    pytest.fail("the fixture simulator needs pytest-asyncio: pip install 'gatewaysdk[pytest]'")


simulator: Any
if find_spec("pytest_asyncio") is None:
    simulator = pytest.fixture(_missing, name="simulator")
else:
    import pytest_asyncio

    simulator = pytest_asyncio.fixture(_started, name="simulator")


@pytest.fixture
def gateway_world(simulator: Simulator) -> Stage:
    """Return the world of the test's simulator."""
    return simulator.world


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the transcript below a test that failed."""
    report = yield
    sim = item.stash.get(_KEY, None)
    if report.failed and sim is not None and sim.transcript is not None:
        report.sections.append(("gateway and REST", str(sim.transcript)))
    return report

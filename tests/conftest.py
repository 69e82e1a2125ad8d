"""Shared by all tests: Hypothesis profiles."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No deadlines: these machines are shared, and a slow example is no bug.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", parent=settings.get_profile("default"), max_examples=5000)
settings.load_profile("default")

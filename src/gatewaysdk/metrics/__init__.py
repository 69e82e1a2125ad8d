"""Figures of shards for Prometheus, and probes for what watches the process: a small HTTP server on loopback.

It takes the extra ``metrics``, and nothing else of the package imports it.
"""

from __future__ import annotations

try:
    import prometheus_client  # noqa: F401  # asked for here, as this names the remedy
except ModuleNotFoundError as error:
    if error.name != "prometheus_client":
        raise
    raise ModuleNotFoundError(
        "gatewaysdk.metrics needs the package prometheus-client; pip install 'gatewaysdk[metrics]'", name=error.name
    ) from error

from .consumers import ConsumerCollector
from .server import MetricsServer

__all__ = ["ConsumerCollector", "MetricsServer"]

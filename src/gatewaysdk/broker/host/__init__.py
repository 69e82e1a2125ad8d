"""The gateway's side of a cluster: a host leases shards, runs them, and writes their events into the log.

docs/topics/cluster.md says what is promised, and what happens at each failure.
"""

from __future__ import annotations

from .host import GatewayHost
from .lease import LeaseTimes
from .prepare import prepare_host

__all__ = ["GatewayHost", "LeaseTimes", "prepare_host"]

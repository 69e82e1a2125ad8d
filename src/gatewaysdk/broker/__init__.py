"""Beyond one machine: leases of shards, a log of events, and commands back, over an engine that exists already.

`protocols` says what an engine must do; `nats` is the first one. Nothing outside this room imports an engine's client.
"""

from __future__ import annotations

"""Commands and questions for shards that another host holds, and the answers, over a `CommandBus`.

`reach` asks, `serve` answers for a shard, and `wire` has what goes between both: JSON, never pickles.
"""

from __future__ import annotations

from .reach import BrokerShard, Reach
from .serve import serve_shard

__all__ = ["BrokerShard", "Reach", "serve_shard"]

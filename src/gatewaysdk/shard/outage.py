"""Warns in the log while the gateway cannot be reached."""

from __future__ import annotations

from ..tasks.label import Label

__all__ = ["Outage"]


class Outage:
    """Counts attempts in a row that did not become a live session, and logs warnings.

    A single failure is normal and not logged. The second in a row is logged with its cause, then the 4th, the 8th and
    so on, so a long outage does not fill the log. The end of an outage is logged, too.

    Args:
        label: names the shard on log lines.
    """

    def __init__(self, label: Label) -> None:
        self._log = label.log
        self._was_live = False
        self._failed = 0

    def live(self) -> None:
        """Note that READY or RESUMED came."""
        if self._failed > 1:
            self._log.info("the gateway can be used again, after %d failed attempts", self._failed)
        self._failed = 0
        self._was_live = True

    def disconnected(self, reason: str) -> None:
        """Note that a connection has ended, or an attempt to connect has failed, for ``reason``."""
        if self._was_live:
            self._was_live = False
            return
        self._failed += 1
        if self._failed > 1 and self._failed.bit_count() == 1:
            self._log.warning(
                "the gateway could not be used in %d attempts in a row; the last one failed: %s", self._failed, reason
            )

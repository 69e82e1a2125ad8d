"""Finds out how the schema has aged: what a live gateway sends that this release does not know, and what goes wrong.

A `Canary` listens on a manager of shards and keeps places, counts and JSON types in a `Ledger`; it keeps no content.
"""

from __future__ import annotations

from .canary import Canary
from .ledger import Finding, Ledger
from .report import Report

__all__ = ["Canary", "Finding", "Ledger", "Report"]

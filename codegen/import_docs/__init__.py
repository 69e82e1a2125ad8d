"""Compares schema/ with a checkout of Discord's documentation; schema/README.md says how. Never shipped."""

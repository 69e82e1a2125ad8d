"""Hostile input for the ETF backends: ``python -m fuzz.etf`` compares them, ``python -m fuzz.sanitize`` watches C."""

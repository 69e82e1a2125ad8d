"""Hostile input for the C code: `etf` and `inflate` compare it with Python, `sanitize` watches its memory."""

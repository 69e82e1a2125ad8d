"""Hostile input for the C code: each fuzzer compares it with Python, and `sanitize` watches its memory."""

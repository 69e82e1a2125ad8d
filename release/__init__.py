"""Builds, tests and checks what is released. Nothing here uploads anything."""

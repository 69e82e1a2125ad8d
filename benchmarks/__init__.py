"""Measures what the project claims about cost: ``make bench``."""

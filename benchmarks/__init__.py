"""What the project claims about cost, measured: ``make bench``."""

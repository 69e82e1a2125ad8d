"""The programs that are measured, each in its own process. Each prints its result as one line of JSON."""

"""The suite on each Python that a machine has, on another event loop, and on the oldest dependencies allowed."""

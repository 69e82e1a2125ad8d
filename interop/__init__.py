"""Other people's clients against the simulator: `make interop` installs them, runs them, and prints what works."""

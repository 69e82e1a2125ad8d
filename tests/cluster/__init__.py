"""Hosts of a cluster as processes, through the faults that a seed chooses; every event is counted in the end."""

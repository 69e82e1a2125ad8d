"""Many shards against a gateway of its own process: minutes of heartbeats, and faults that befall all at once."""

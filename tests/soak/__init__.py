"""A simulated month of one shard per seed: a scripted gateway, a bad network, a restless user, and a virtual clock.

No socket, no asyncio, no waiting: `GatewayProtocol` runs in a thin synchronous shell (client.py) and talks over
links that fail in every way we know (link.py, weather.py) to a gateway that numbers, keeps and replays events
(gateway.py), while a witness (witness.py) checks after each step what must hold whatever happens. All chance comes from
the seed, so a seed that fails fails again: ``python -m tests.soak --seed N`` replays it and prints what happened.
"""

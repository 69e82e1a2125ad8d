"""A simulated Discord gateway on this machine, for demos, for our tests and for yours.

::

    async with Simulator(token="t") as sim:
        ...  # connect a client to sim.url with the token "t"
        await sim.wait_for_session()
        await sim.emit("MESSAGE_CREATE")
        await sim.drop()
"""

from __future__ import annotations

from .compression import PAYLOAD_THRESHOLD, Deflater, get_deflater
from .connection import SimulatedConnection
from .fault_proxy import FaultProxy
from .faults import Faults
from .payloads import EVENT_NAMES, sample, sample_model
from .server import Simulator
from .sessions import SimulatedSession
from .state import ReceivedMessage
from .traffic import serve_forever

__all__ = [
    "EVENT_NAMES",
    "PAYLOAD_THRESHOLD",
    "Deflater",
    "FaultProxy",
    "Faults",
    "ReceivedMessage",
    "SimulatedConnection",
    "SimulatedSession",
    "Simulator",
    "get_deflater",
    "sample",
    "sample_model",
    "serve_forever",
]

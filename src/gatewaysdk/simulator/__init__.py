"""A simulated Discord on this machine, for demos, for our tests and for yours: gateway, HTTP API, and a small world.

::

    async with Simulator(token="t") as sim:
        ...  # connect a client to sim.url with the token "t"
        await sim.wait_for_session()
        guild = sim.world.guild("Test")
        await guild.member("alice").says("hi", guild.channel("general"))
        await sim.bot.sent(guild.channel("general"))
        await sim.drop()
"""

from __future__ import annotations

from .acting import Asked, BotActions, Person, Stage, Venue
from .actions import Action, Parameter
from .application import SIMULATED_TOKEN, simulated_token
from .compression import PAYLOAD_THRESHOLD, Deflater, get_deflater
from .connection import SimulatedConnection
from .fault_proxy import FaultProxy
from .faults import FaultRecord, Faults
from .feed import Feed, FeedEntry
from .named_faults import FAULTS, FaultPlan, PlannedFault, apply_fault, random_plan
from .payloads import EVENT_NAMES, sample, sample_model
from .rest import RestRecords, RestRequest, UnknownRoutes
from .server import Simulator
from .sessions import SimulatedSession
from .state import ReceivedMessage
from .traffic import serve_forever
from .transcript import Transcript
from .virtual_time import VirtualTime
from .world import Guild, Role, SimulatedChannel, SimulatedMember, SimulatedMessage, User

__all__ = [
    "EVENT_NAMES",
    "FAULTS",
    "PAYLOAD_THRESHOLD",
    "SIMULATED_TOKEN",
    "Action",
    "Asked",
    "BotActions",
    "Deflater",
    "FaultPlan",
    "FaultProxy",
    "FaultRecord",
    "Faults",
    "Feed",
    "FeedEntry",
    "Guild",
    "Parameter",
    "Person",
    "PlannedFault",
    "ReceivedMessage",
    "RestRecords",
    "RestRequest",
    "Role",
    "SimulatedChannel",
    "SimulatedConnection",
    "SimulatedMember",
    "SimulatedMessage",
    "SimulatedSession",
    "Simulator",
    "Stage",
    "Transcript",
    "UnknownRoutes",
    "User",
    "Venue",
    "VirtualTime",
    "apply_fault",
    "get_deflater",
    "random_plan",
    "sample",
    "sample_model",
    "serve_forever",
    "simulated_token",
]

"""Every error that the package raises, in one tree.

::

    GatewayError
    +-- UsageError                  a mistake of the caller; nothing was sent
    |   +-- ConfigurationError      a setting that cannot work (also a ValueError)
    |   +-- CommandError            a command Discord would refuse (also a ValueError)
    |   +-- EncodeError             a value that the encoding cannot express (also a ValueError)
    |   +-- StateError              a call that makes no sense now (also a RuntimeError)
    |       +-- ShardClosed         the shard was closed while the caller waited for something
    +-- PeerError                   the other side sent something that cannot be used
    |   +-- DecodeError             a message that is not in the agreed encoding
    |   +-- DecompressionError      broken or truncated compressed data
    |   +-- MessageTooLarge         more bytes or values than ``max_size`` allows
    |   +-- ProtocolError           a well-formed message that breaks the gateway's rules
    |   +-- PayloadError            an event that breaks the documentation; delivered without the broken parts
    +-- DeliveryError               something in the program keeps events from being handled
    |   +-- HandlerTimeout          a handler took longer than it may (also a TimeoutError)
    |   +-- SessionStoreTimeout     the session store took longer than it may (also a TimeoutError)
    |   +-- EventBuried             a consumer has given an event up, which is a dead letter now
    |   +-- EventsDropped           events were discarded, as ``overflow`` allows
    |   +-- TaskCancelled           other code cancelled a task of the shard, so the shard ended
    +-- LimitError                  one of Discord's limits
    |   +-- SendTimeout             a command waited too long to be sent (also a TimeoutError)
    |   +-- SessionStartsExhausted  the bot may start too few further sessions today
    |   +-- RequestRateLimited      a request came too soon after another, and the caller chose not to wait
    +-- RequestTimeout              a request was not answered in full (also a TimeoutError)
    +-- TransportError              the network failed
    |   +-- ConnectError            the socket could not be opened
    |   +-- PhaseTimeout            HELLO, READY or RESUMED did not come (also a TimeoutError)
    |   +-- ConnectionLost          the socket died without a close code
    |   +-- SendUnsure              a command was written, but nothing proves that Discord has read it
    |   +-- GaveUp                  the reconnect policy allows no further attempt
    +-- WorkerLost                  a worker process ended or hung
    +-- RecordingError              a recording that cannot be written or read
    +-- BrokerError                 the engine of a cluster
    |   +-- BrokerUnavailable       the engine did not answer in time
    |   +-- Fenced                  another host has written the log of the shard
    |   +-- LeaseLost               the lease of a shard ended before it was renewed
    |   +-- NobodyServes            nobody answers questions to this name
    |   |   +-- ShardsMissing       something for all shards has not reached some
    |   +-- CommandFailed           the host that was asked could not do it
    +-- ConnectionClosed            the gateway closed with a code
        +-- FatalCloseError         the code says that connecting again cannot help

    FieldAbsent(AttributeError)     a field of an inbound model that the gateway left out or broke
"""

from __future__ import annotations

from .base import GatewayError
from .base import plain_url as plain_url
from .delivery import DeliveryError, EventBuried, EventsDropped, HandlerTimeout, SessionStoreTimeout, TaskCancelled
from .hosts import (
    BrokerError,
    BrokerUnavailable,
    CommandFailed,
    Fenced,
    LeaseLost,
    NobodyServes,
    ShardsMissing,
    WorkerLost,
)
from .limits import LimitError, RequestRateLimited, RequestTimeout, SendTimeout, SessionStartsExhausted
from .peer import (
    DecodeError,
    DecompressionError,
    FieldAbsent,
    MessageTooLarge,
    PayloadError,
    PeerError,
    ProtocolError,
    RecordingError,
)
from .transport import (
    ConnectError,
    ConnectionClosed,
    ConnectionLost,
    FatalCloseError,
    GaveUp,
    PhaseTimeout,
    SendUnsure,
    TransportError,
)
from .usage import CommandError, ConfigurationError, EncodeError, ShardClosed, StateError, UsageError

__all__ = [
    "BrokerError",
    "BrokerUnavailable",
    "CommandError",
    "CommandFailed",
    "ConfigurationError",
    "ConnectError",
    "ConnectionClosed",
    "ConnectionLost",
    "DecodeError",
    "DecompressionError",
    "DeliveryError",
    "EncodeError",
    "EventBuried",
    "EventsDropped",
    "FatalCloseError",
    "Fenced",
    "FieldAbsent",
    "GatewayError",
    "GaveUp",
    "HandlerTimeout",
    "LeaseLost",
    "LimitError",
    "MessageTooLarge",
    "NobodyServes",
    "PayloadError",
    "PeerError",
    "PhaseTimeout",
    "ProtocolError",
    "RecordingError",
    "RequestRateLimited",
    "RequestTimeout",
    "SendTimeout",
    "SendUnsure",
    "SessionStartsExhausted",
    "SessionStoreTimeout",
    "ShardClosed",
    "ShardsMissing",
    "StateError",
    "TaskCancelled",
    "TransportError",
    "UsageError",
    "WorkerLost",
]

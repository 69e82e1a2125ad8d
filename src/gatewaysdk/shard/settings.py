"""Settings of the wrong kind, found where they are made instead of in the midst of connecting."""

from __future__ import annotations

from typing import Any

from ..errors import ConfigurationError
from ..protocol import Session, Timeouts

__all__ = ["check_kinds"]

# What is not ours to make has no class to look for, only what the shard will call.
_METHODS: dict[str, tuple[tuple[str, ...], str]] = {
    "presence": (("payload",), "UpdatePresence(...)"),
    "properties": (("payload",), "IdentifyConnectionProperties(...)"),
    "session_store": (("load", "save"), "a SessionStore such as FileSessionStore('session.json')"),
    "policy": (("delay", "healthy_after", "max_failed_resumes"), "a ReconnectPolicy such as Backoff()"),
    "identify_queue": (("acquire",), "an IdentifyQueue such as LocalIdentifyQueue()"),
    "connector": (("connect", "close"), "a Connector such as AiohttpConnector()"),
}
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "session": ((Session,), "a Session as Shard.session gave it"),
    "timeouts": ((Timeouts,), "Timeouts(...)"),
    "intents": ((int,), "members of Intents, such as Intents.GUILDS | Intents.GUILD_MESSAGES"),
    "extra_intents": ((int,), "members of Intents, such as Intents.MESSAGE_CONTENT"),
    "queue_size": ((int,), "how many dispatches may wait"),
    "handler_timeout": ((int, float), "seconds, or None for no limit"),
    "max_size": ((int,), "bytes"),
}


def check_kinds(**settings: Any) -> None:
    """Raise `ConfigurationError` for a setting of a kind that it does not take; None is left to whom it concerns."""
    for name, value in settings.items():
        if value is None:
            continue
        if name in _KINDS:
            kinds, wanted = _KINDS[name]
            fits = isinstance(value, kinds) and not isinstance(value, bool)
        else:
            methods, wanted = _METHODS[name]
            # A class has the methods of its instances, but cannot be used instead of one.
            fits = not isinstance(value, type) and all(hasattr(value, method) for method in methods)
        if not fits:
            # The value is left out: it may be a secret that was meant for another argument.
            what = f"the class {value.__name__}" if isinstance(value, type) else f"of type {type(value).__name__}"
            raise ConfigurationError(f"{name} is {what}; it takes {wanted}")

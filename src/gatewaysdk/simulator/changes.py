"""Fields of an event that a test sets, checked against its class."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from ..bases.event import Event
from ..errors import ConfigurationError
from ..tables.events import EVENT_CLASSES
from .payloads import sample

__all__ = ["check_changes"]

_NAMES = {class_name: name for name, class_name in EVENT_CLASSES.items()}


def check_changes(event: type[Event], changes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the name of an event, and the changes as Discord writes them, ids as text; raises `ConfigurationError`."""
    name = _NAMES.get(event.__name__)
    if name is None:
        raise ConfigurationError(f"{event.__name__} is no event; take a class of gatewaysdk.events")
    keys = {field.alias or key: key for key, field in event.model_fields.items()}
    strange = [key for key in changes if key not in keys]
    if strange:
        raise ConfigurationError(f"{event.__name__} has no field {strange[0]!r}; it has {', '.join(sorted(keys))}")
    wired = {key: str(value) if _is_id(key, value) else value for key, value in changes.items()}
    try:
        event.model_validate(sample(name, seed=0, full=True) | wired)
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{first['loc'][0]}={first['input']!r}: {first['msg']}"
        raise ConfigurationError(f"{event.__name__} cannot have {what}") from error
    return name, wired


def _is_id(key: str, value: Any) -> bool:
    return isinstance(value, int) and (key == "id" or key.endswith("_id"))

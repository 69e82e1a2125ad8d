"""How Discord says no (topics/opcodes-and-status-codes#json)."""

from __future__ import annotations

from typing import Any

__all__ = ["RestError", "invalid_form", "missing_access", "missing_permissions", "unknown"]

_UNKNOWN = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "Overwrite": 10009,
    "Role": 10011,
    "User": 10013,
    "Emoji": 10014,
    "Webhook": 10015,
    "Ban": 10026,
    "Interaction": 10062,
    "Application Command": 10063,
}


class RestError(Exception):
    """An answer that is no success: HTTP ``status``, Discord's ``code`` and its ``message``."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        self.status = status
        self.payload = {"message": message, "code": code, **more}
        self.headers: dict[str, str] = {}
        super().__init__(f"{status} {code} {message}")


def unknown(what: str) -> RestError:
    """Return the answer for an id that stands for nothing."""
    return RestError(404, _UNKNOWN[what], f"Unknown {what}")


def missing_permissions() -> RestError:
    """Return the answer to what the bot's roles do not allow."""
    return RestError(403, 50013, "Missing Permissions")


def missing_access() -> RestError:
    """Return the answer for what the bot cannot even see."""
    return RestError(403, 50001, "Missing Access")


def invalid_form(field: str, code: str, message: str) -> RestError:
    """Return the answer to a body with a wrong field; nested fields are joined with dots."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for key in reversed(field.split(".")):
        errors = {key: errors}
    return RestError(400, 50035, "Invalid Form Body", errors=errors)

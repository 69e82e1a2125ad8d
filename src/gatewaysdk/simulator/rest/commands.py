"""The application commands that a bot registers, for everybody or for a guild."""

from __future__ import annotations

import re
from typing import Any

from ..world import Payload
from .call import Reply, RestCall
from .errors import RestError, invalid_form, missing_access, unknown
from .routes import Route

__all__ = ["ROUTES"]

_MOST = 100
_CHAT_INPUT = 1
_NAME = re.compile(r"[-_'\w]{1,32}")
_CHANGEABLE = (
    *("name", "description", "options", "default_member_permissions", "dm_permission", "nsfw", "contexts"),
    *("integration_types", "name_localizations", "description_localizations", "handler"),
)


def _commands(call: RestCall) -> dict[int, Payload]:
    if int(call.params["application_id"]) != call.bot.id:
        raise RestError(403, 20012, "You are not authorized to perform this action on this application")
    return call.world.commands.setdefault(_scope(call), {})


def _scope(call: RestCall) -> int | None:
    if "guild_id" not in call.params:
        return None
    if call.id("guild_id") not in call.world.guilds:
        raise missing_access()
    return call.id("guild_id")


def _get_all(call: RestCall) -> Any:
    return list(_commands(call).values())


def _create(call: RestCall) -> Any:
    """A command of the same name and type takes the place of the one before, and keeps its id."""
    commands = _commands(call)
    known = {(one["name"], one["type"]) for one in commands.values()}
    made = _upsert(call, commands, call.body, "")
    if len(commands) > _MOST:
        del commands[int(made["id"])]
        raise RestError(400, 30032, f"Maximum number of application commands reached ({_MOST})")
    return made if (made["name"], made["type"]) in known else Reply(201, made)


def _replace_all(call: RestCall) -> Any:
    commands, old = _commands(call), dict(_commands(call))
    made = {int((one := _upsert(call, old, body, f"{index}."))["id"]): one for index, body in enumerate(call.body)}
    commands.clear()
    commands.update(made)
    return list(commands.values())


def _upsert(call: RestCall, commands: dict[int, Payload], body: Payload, where: str) -> Payload:
    name, kind = body.get("name"), int(body.get("type") or _CHAT_INPUT)
    _check(body, kind, where)
    same = (one["id"] for one in commands.values() if (one["name"], one["type"]) == (name, kind))
    command_id = next(same, str(call.world.ids.new()))
    made: Payload = {
        "id": command_id,
        "application_id": str(call.bot.id),
        "version": str(call.world.ids.new()),
        "type": kind,
        "default_member_permissions": None,
        "description": "",
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "nsfw": False,
        **{key: body[key] for key in _CHANGEABLE if body.get(key) is not None},
    }
    scope = _scope(call)
    if scope is not None:
        made["guild_id"] = str(scope)
    commands[int(command_id)] = made
    return made


def _check(body: Payload, kind: int, where: str) -> None:
    name, description = body.get("name"), body.get("description") or ""
    if not isinstance(name, str):
        raise invalid_form(f"{where}name", "BASE_TYPE_REQUIRED", "This field is required")
    if kind == _CHAT_INPUT:
        if not _NAME.fullmatch(name) or name != name.lower():
            raise invalid_form(f"{where}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        if not 1 <= len(description) <= 100:
            raise invalid_form(f"{where}description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def _one(call: RestCall) -> Payload:
    found = _commands(call).get(call.id("command_id"))
    if found is None:
        raise unknown("Application Command")
    return found


def _edit(call: RestCall) -> Any:
    command = _one(call)
    changed = command | {key: call.body[key] for key in _CHANGEABLE if key in call.body}
    _check(changed, command["type"], "")
    command.update(changed, version=str(call.world.ids.new()))
    return command


def _delete(call: RestCall) -> Any:
    del _commands(call)[int(_one(call)["id"])]
    return Reply(204)


def _no_permissions(call: RestCall) -> Any:
    _commands(call)
    return []


_GLOBAL, _OF_GUILD = (
    "/applications/{application_id}/commands",
    "/applications/{application_id}/guilds/{guild_id}/commands",
)
ROUTES = [
    Route("GET", f"{_OF_GUILD}/permissions", _no_permissions),
    *(
        route
        for where in (_GLOBAL, _OF_GUILD)
        for route in (
            Route("GET", where, _get_all),
            Route("POST", where, _create),
            Route("PUT", where, _replace_all),
            Route("GET", f"{where}/{{command_id}}", _one),
            Route("PATCH", f"{where}/{{command_id}}", _edit),
            Route("DELETE", f"{where}/{{command_id}}", _delete),
        )
    ),
]

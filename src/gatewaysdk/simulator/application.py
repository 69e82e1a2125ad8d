"""The application that the bot belongs to, and tokens that look like those of Discord."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from ..enums.application_flags import ApplicationFlags
from ..enums.intents import Intents
from .world import BOT_ID, Payload, User

__all__ = ["SIMULATED_TOKEN", "application_flags", "application_payload", "simulated_token"]


def simulated_token(secret: str) -> str:
    """Return a token that opens nothing but a simulator. It begins with the id of the bot, which clients read there."""
    return f"{urlsafe_b64encode(str(BOT_ID).encode()).decode().rstrip('=')}.simulated.{secret}"


SIMULATED_TOKEN = simulated_token("token")
"""The token of a simulator that was given none."""

_FLAGS = {
    Intents.GUILD_PRESENCES: ApplicationFlags.GATEWAY_PRESENCE_LIMITED,
    Intents.GUILD_MEMBERS: ApplicationFlags.GATEWAY_GUILD_MEMBERS_LIMITED,
    Intents.MESSAGE_CONTENT: ApplicationFlags.GATEWAY_MESSAGE_CONTENT_LIMITED,
}


def application_flags(privileged: Intents) -> int:
    """Return the flags that say which privileged intents are switched on (resources/application)."""
    return sum(int(flag) for intent, flag in _FLAGS.items() if intent in privileged)


def application_payload(bot: User, owner: User, privileged: Intents) -> Payload:
    """Return what /applications/@me and /oauth2/applications/@me give."""
    return {
        "id": str(bot.id),
        "name": bot.username,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "bot": bot.payload(),
        "owner": owner.payload(),
        "verify_key": f"{bot.id:064x}",
        "team": None,
        "flags": application_flags(privileged),
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "role_connections_verification_url": None,
        "integration_types_config": {"0": {}},
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "tags": [],
        "type": None,
        "summary": "",
        "hook": True,
        "rpc_origins": [],
    }

"""Mentions, times and links that both type checkers must refuse."""

from __future__ import annotations

from gatewaysdk import (
    MessageReactionAdd,
    format_emoji,
    format_timestamp,
    guild_navigation,
    message_url,
    shard_id_for,
    user_mention,
)
from gatewaysdk.models import Role

user_mention(None)  # error: incompatible type "None"  # pyright: "None"
user_mention(1.5)  # error: incompatible type "float"  # pyright: "float"
format_timestamp("2021-04-20")  # error: incompatible type "str"  # pyright: Literal\['2021-04-20'\]
format_timestamp(0, "r")  # error: incompatible type "Literal\['r'\]"  # pyright: Literal\['r'\]
guild_navigation("home")  # error: No overload  # pyright: No overloads|Literal\['home'\]
guild_navigation("guide", 1)  # error: No overload  # pyright: No overloads|Literal\['guide'\]
message_url(1, 2)  # error: Missing positional argument "message_id"  # pyright: "message_id"
shard_id_for(1, "16")  # error: incompatible type "str"  # pyright: Literal\['16'\]
shard_id_for(1, None)  # error: incompatible type "None"  # pyright: "None"


def read(event: MessageReactionAdd, role: Role) -> None:
    format_emoji(event.emoji.name, event.emoji.id)  # error: incompatible type "str \| None"  # pyright: "str \| None"
    format_emoji("a", 1, True)  # error: Too many positional arguments  # pyright: Expected 2 positional arguments
    print(role.permissions.BAN_MEMBER)  # error: has no attribute "BAN_MEMBER"  # pyright: Cannot access attribute "BAN_MEMBER"
    print("BAN_MEMBERS" in role.permissions)  # error: Unsupported operand types for in|[Uu]nsupported  # pyright: Operator "in" not supported

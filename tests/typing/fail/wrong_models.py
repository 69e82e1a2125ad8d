"""Uses of models that both type checkers must refuse."""

from __future__ import annotations

from gatewaysdk import MessageCreate


def read(event: MessageCreate) -> None:
    print(event.guild_id.created_at)  # error: has no attribute "created_at"  # pyright: "created_at" is not a known attribute of "None"
    print(event.member.nick)  # error: has no attribute "nick"  # pyright: "nick" is not a known attribute of "None"
    print(event.type.REPLAY)  # error: has no attribute "REPLAY"  # pyright: Cannot access attribute "REPLAY"
    print(event.author.id.upper())  # error: has no attribute "upper"  # pyright: Cannot access attribute "upper"
    name: str = event.author.global_name  # error: Incompatible types in assignment  # pyright: is not assignable to declared type
    print(name)
    for component in event.components or ():
        print(component.content)  # error: has no attribute "content"  # pyright: Cannot access attribute "content"

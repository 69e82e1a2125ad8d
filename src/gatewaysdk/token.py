"""The bot token, which nothing may print."""

from __future__ import annotations

from typing import Any, NoReturn

from .errors import ConfigurationError

__all__ = ["Token"]


_SHORTEST_SECRET = 16


class Token:
    """A bot token that no repr, log line, format string, pickle or traceback shows.

    Only `reveal` gives the text, and only the IDENTIFY and RESUME payloads call it.
    """

    __slots__ = ("__text",)

    def __init__(self, text: str | Token) -> None:
        if isinstance(text, Token):
            text = text.reveal()
        # Copied from a header or a file, a token often brings its scheme or a line end along.
        text = text.strip().removeprefix("Bot ").strip()
        if not text:
            raise ConfigurationError("token is empty; pass the bot token of your application, found on its Bot page")
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ConfigurationError("token holds characters that no bot token has; copy it again from the Bot page")
        self.__text = text

    def reveal(self) -> str:
        """Return the text of the token."""
        return self.__text

    def redact(self, text: str) -> str:
        """Return ``text`` with every occurrence of the token replaced.

        Tokens of fewer than 16 characters are made up, for a simulator; replacing those would garble ordinary words.
        """
        return text if len(self.__text) < _SHORTEST_SECRET else text.replace(self.__text, "[token]")

    def __repr__(self) -> str:
        return "Token('...')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other.reveal() == self.__text

    def __hash__(self) -> int:
        return hash(self.__text)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a Token is not pickled; read it again where it is needed")

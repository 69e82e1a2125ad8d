"""The bot token, which nothing may print."""

from __future__ import annotations

import re
from typing import Any, NoReturn, Self, TypeVar

from .errors import ConfigurationError

__all__ = ["SecretBytes", "Token", "refuse_plain_token"]

E = TypeVar("E", bound=BaseException)

_SHORTEST_SECRET = 16

_HIDDEN = "[token]"

_QUOTES = ('"', "'", "`", "\u201c\u201d", "\u2018\u2019")

_SCHEME = re.compile(r"bot\s+", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(bearer|basic|token)\s", re.IGNORECASE)

# Left over from f"Bot {os.environ.get('DISCORD_TOKEN')}" and the like when the variable is not set.
_STAND_INS = frozenset({"bot", "none", "null", "undefined"})

_SOURCE = "the Bot page of your application in Discord's developer portal"
_NO_VARIABLE = "if it comes from an environment variable, that is not set; os.environ['NAME'] would say so"


class Token:
    """A bot token that no repr, log line, format string, pickle or traceback shows.

    Only `reveal` returns the text, and only codecs and `fetch_gateway_bot` call it. Spaces, quotes and the scheme
    ``Bot`` around a token are removed.

    Raises:
        ConfigurationError: the text cannot be a token. The message says why and does not show it.
    """

    __slots__ = ("__problem", "__text")

    __text: str
    __problem: str | None

    def __init__(self, text: str | bytes | Token) -> None:
        self.__fill(text)
        del text  # an error's traceback may show local variables
        self.check()

    @classmethod
    def hold(cls, text: str | bytes | Token) -> Self:
        """Return a token without checking it: for functions that take the text as an argument.

        If the constructor raises, the caller's frame still has the text in a local variable, which tracebacks may show.
        So assign ``token = Token.hold(token)`` first, then call `check`.
        """
        token = cls.__new__(cls)
        token.__fill(text)
        return token

    def __fill(self, given: object) -> None:
        if isinstance(given, Token):
            self.__text, self.__problem = given.__text, given.__problem
        else:
            self.__text = _strip(given)
            self.__problem = _problem(given, self.__text)

    def check(self) -> None:
        """Raise `ConfigurationError` if this cannot be a token."""
        if self.__problem is not None:
            raise ConfigurationError(self.__problem)

    def reveal(self) -> str:
        """Return the text of the token."""
        return self.__text

    def redact(self, text: str) -> str:
        """Return ``text`` with every occurrence of the token replaced, even one that was cut short.

        A token of fewer than 16 characters is not replaced: it is made up for a simulator, and may be a common word.
        """
        secret = self.__text
        if len(secret) < _SHORTEST_SECRET or secret[:_SHORTEST_SECRET] not in text:
            return text
        first, *rest = text.split(secret[:_SHORTEST_SECRET])
        tail = secret[_SHORTEST_SECRET:]
        return first + "".join(_HIDDEN + part[_common_length(part, tail) :] for part in rest)

    def redact_error(self, error: E) -> E:
        """Return ``error`` with the token replaced in its texts and attributes, and in those of its causes.

        They lose their tracebacks, as the local variables of frames that read a message hold the message.
        """
        todo: list[BaseException | None] = [error]
        done: set[int] = set()
        while todo:
            one = todo.pop()
            if one is None or id(one) in done:
                continue
            done.add(id(one))
            one.__traceback__ = None
            one.args = tuple(self._redact_value(value) for value in one.args)
            vars(one).update({name: self._redact_value(value) for name, value in vars(one).items()})
            todo += [one.__cause__, one.__context__]
        return error

    def _redact_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, bytes):
            return self.redact(value.decode("latin-1")).encode("latin-1")
        if isinstance(value, tuple):
            return tuple(self._redact_value(one) for one in value)
        return value

    def __repr__(self) -> str:
        return "Token('...')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other.reveal() == self.__text

    def __hash__(self) -> int:
        return hash(self.__text)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a Token is not pickled; read it again where it is needed")


def refuse_plain_token(settings: dict[str, Any]) -> None:
    """Remove ``token`` from keyword arguments. Raises `ConfigurationError` if it is there and is not a `Token`.

    Call it in ``__new__``: in ``__init__`` a plain token would be a local variable, which tracebacks may show.
    """
    token = settings.pop("token", None)
    if token is not None and not isinstance(token, Token):
        token = type(token).__name__
        raise ConfigurationError(f"token is of type {token}; wrap it in Token(...)")


class SecretBytes(bytes):
    """An encoded message that holds the token, for the socket. Neither its repr nor that of its text shows it."""

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the text, whose repr is hidden too."""
        return _SecretText(super().decode(encoding, errors))

    def __repr__(self) -> str:
        return "b'...'"


class _SecretText(str):
    def __repr__(self) -> str:
        return "'...'"


def _strip(given: object) -> str:
    """Return a token without spaces, quotes and scheme around it, which copying brings along. Never raises."""
    text = given.decode(errors="replace") if isinstance(given, bytes) else given if isinstance(given, str) else ""
    while True:
        before = text
        text = text.strip().strip("\ufeff")
        for pair in _QUOTES:
            if len(text) > 1 and text[0] == pair[0] and text[-1] == pair[-1]:
                text = text[1:-1]
        text = text[found.end() :] if (found := _SCHEME.match(text)) else text
        if text == before:
            return text


def _problem(given: object, text: str) -> str | None:
    """Return what is wrong with a token, without showing it, or None. ``text`` is `_strip`'s result."""
    if given is None:
        return f"token is None; pass the bot token from {_SOURCE}; {_NO_VARIABLE}"
    if not isinstance(given, str | bytes):
        return f"token is of type {type(given).__name__}; pass the bot token from {_SOURCE}, a string"
    if not text:
        return f"token is empty; pass the bot token from {_SOURCE}; {_NO_VARIABLE}"
    if text.lower() in _STAND_INS:
        return f"token is only the word {text!r}; pass the bot token from {_SOURCE}; {_NO_VARIABLE}"
    if _OTHER_SCHEME.match(text):
        return f"token has a scheme other than Bot; the gateway takes bot tokens only: copy that from {_SOURCE}"
    if any(each.isspace() for each in text):
        return f"token has white space inside; a token is one word: copy it alone from {_SOURCE}"
    if not text.isascii() or not text.isprintable() or set(text) & set("\"'`"):
        return f"token holds characters that no bot token has; copy it again from {_SOURCE}"
    return None


def _common_length(one: str, other: str) -> int:
    """Return the length of the common start of two texts."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length

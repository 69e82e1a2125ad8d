"""The request that a caller gets, to await or to iterate over."""

from __future__ import annotations

import warnings
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

from ..errors import StateError

__all__ = ["Request"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Request(Generic[Item, Result]):
    """A request, sent when it is awaited or iterated over. ``await`` returns the whole answer; ``async for`` its parts.

    Do one of the two, once; a second time raises `StateError`. While you iterate, the shard reads no further than the
    part in hand, so do not pause for long. Leaving the loop ends the request.
    """

    def __init__(
        self,
        name: str,
        answers: AsyncGenerator[Item, None],
        gather: Callable[[AsyncGenerator[Item, None]], Coroutine[Any, Any, Result]],
    ) -> None:
        self._name = name
        # Given away when it begins: a generator that is kept after its loop was left holds up the shard.
        self._answers: AsyncGenerator[Item, None] | None = answers
        self._gather = gather

    def __await__(self) -> Generator[Any, None, Result]:
        return self._gather(self._begin()).__await__()

    def __aiter__(self) -> AsyncGenerator[Item, None]:
        return self._begin()

    def _begin(self) -> AsyncGenerator[Item, None]:
        answers, self._answers = self._answers, None
        if answers is None:
            raise StateError(f"{self._name} was awaited or iterated over already; make a new request")
        return answers

    def __repr__(self) -> str:
        return f"<{self._name}{', begun' if self._answers is None else ''}>"

    def __del__(self) -> None:
        if self._answers is not None:
            warnings.warn(f"{self._name} was never awaited, so nothing was sent", RuntimeWarning, stacklevel=2)

"""A request as the caller holds it: to be awaited or iterated over."""

from __future__ import annotations

import warnings
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

from ..errors import StateError

__all__ = ["Request"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Request(Generic[Item, Result]):
    """A request that is sent when it is awaited, for all of the answer, or iterated over, for its parts as they come.

    It is good for one of the two, once. While iterating, the shard reads no further ahead than the part in hand, so do
    not stop in the midst of it for long; to leave the loop ends the request.
    """

    def __init__(
        self,
        name: str,
        answers: AsyncGenerator[Item, None],
        gather: Callable[[AsyncGenerator[Item, None]], Coroutine[Any, Any, Result]],
    ) -> None:
        self._name = name
        # Let go of when it begins: a loop that is left must leave no reader behind, who would hold up the shard.
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

"""What a request of the control API gets when it cannot be carried out."""

from __future__ import annotations

__all__ = ["ControlProblem"]


class ControlProblem(Exception):
    """The message names the value, the rule and the remedy.

    Attributes:
        status: the HTTP status of the answer.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)

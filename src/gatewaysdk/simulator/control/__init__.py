"""The control API: drives a running simulator from a page, a terminal or any language, over HTTP on loopback.

`perform` carries out an action by its name, as the prompt of ``gatewaysdk simulate`` does; `ControlSite` serves them.
"""

from __future__ import annotations

from .actions import ACTIONS, perform
from .problem import ControlProblem
from .site import ControlSite
from .view import messages, state

__all__ = ["ACTIONS", "ControlProblem", "ControlSite", "messages", "perform", "state"]

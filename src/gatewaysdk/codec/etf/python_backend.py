"""The backend that is always there, in plain Python: what the other backends do is judged by it.

Reading is in `_decoder` (one term) and `_envelope` (a message without its data), writing in `_encoder`.
"""

from __future__ import annotations

from .decoder import decode
from .encoder import encode
from .envelope import peek

__all__ = ["decode", "encode", "name", "peek"]

name = "python"

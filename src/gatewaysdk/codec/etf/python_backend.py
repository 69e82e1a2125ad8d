"""The backend in plain Python, which is always there. It is the reference: the others must do as it does.

decoder.py reads terms, envelope.py the envelope of a message, and encoder.py writes messages.
"""

from __future__ import annotations

from .decoder import decode
from .encoder import encode
from .envelope import peek

__all__ = ["decode", "encode", "name", "peek"]

name = "python"

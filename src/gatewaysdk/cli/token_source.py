"""The token, from the environment or a file; never from an argument."""

from __future__ import annotations

import os
from argparse import Namespace

from .. import Token
from ..errors import GatewayError, UsageError

__all__ = ["read_token"]


def read_token(options: Namespace) -> Token:
    """Return the token that ``--token-file`` or ``--token-env`` names. Raises `GatewayError` if there is none."""
    if options.token_file is None:
        text = os.environ.get(options.token_env, "")
        where = f"the environment variable {options.token_env}"
        remedy = "set it to the token from the Bot page of your application, or use --token-file"
    else:
        where, remedy = f"the token file {options.token_file}", "put only the token into it"
        try:
            text = options.token_file.read_text(encoding="utf-8")
        except OSError as error:
            raise _NoToken(f"{where} cannot be read: {error.strerror}; check --token-file") from None
        except ValueError:  # UnicodeDecodeError among them
            raise _NoToken(f"{where} is not UTF-8 text; {remedy}") from None
    if not text.strip():
        raise _NoToken(f"{where} is {'not set or ' if options.token_file is None else ''}empty; {remedy}")
    try:
        return Token(text)
    except UsageError as error:
        problem = str(error).partition(";")[0]
    raise _NoToken(f"{where} does not hold exactly one token: {problem}; {remedy}")


class _NoToken(GatewayError):
    """The environment variable or the file does not hold a token."""

"""Why a socket could not be opened, in words that say where to look, and without any secret.

aiohttp's errors hold the URLs and headers of the request, and with them credentials of proxies. So only the texts made
here are passed on.
"""

from __future__ import annotations

import re
import socket
import ssl

import aiohttp

__all__ = ["reason_in_words"]


def reason_in_words(error: Exception) -> str:
    """Return why a request failed, for the text of an error."""
    match error:
        case aiohttp.ClientHttpProxyError(status=status):
            more = "; give it user and password, as http://user:password@host:port" if status == 407 else ""
            return f"the proxy answered HTTP {status}{more}"
        case aiohttp.ClientProxyConnectionError():
            return f"the proxy cannot be reached: {_said(error)}"
        case aiohttp.WSServerHandshakeError(status=101):
            return "the server's answer is not a WebSocket handshake"
        case aiohttp.WSServerHandshakeError(status=status):
            return f"the server answered HTTP {status} instead of a WebSocket"
        case aiohttp.ClientResponseError():
            return "the server's answer is not HTTP"
        case aiohttp.ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
            return f"the server's certificate is not accepted: {_said(error)}"
        case aiohttp.ServerFingerprintMismatch():
            return "the server's certificate has another fingerprint than it should have"
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return f"TLS failed: {_said(error)}"
        case aiohttp.ClientConnectorDNSError() | socket.gaierror():
            return f"the host's name was not found (DNS): {_said(error)}"
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return f"the connection was refused, so nothing listens there: {_said(error)}"
        case TimeoutError():
            return f"nothing came in time: {_said(error)}"
        case _:
            return _said(error)


def _said(error: Exception) -> str:
    """Return an error's own text, without credentials in URLs and without aiohttp's word on TLS, which misleads."""
    text = re.sub(r"//[^\s/]*@", "//", str(error))
    return re.sub(r" ssl:\S+", "", text) or type(error).__name__

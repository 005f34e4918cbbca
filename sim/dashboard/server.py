"""Who is answered: this machine's own browser, at the page's own address, and nobody else.

The check stands before Streamlit's, which looks up this machine's public address on the web when it meets
a stranger's `Origin`. Every answer also tells the browser to load nothing from elsewhere and to show the page
in no other page's frame.

Sources: RFC 9110, section 7.2 (Host); RFC 6454 (Origin); W3C, Fetch Metadata and Content Security Policy 3.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit

HOSTS = ("127.0.0.1", "localhost", "::1")

_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host} data: blob:; "
    "worker-src 'self' blob:; manifest-src 'self'; frame-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'; object-src 'none'"
)
"""Figures are drawn by compiled expressions, hence eval; the address of the socket is filled in."""

_HEADERS = {
    b"x-frame-options": b"DENY",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """An ASGI application around another: refuses strangers, and dresses every answer with its headers."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        problem = refused([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])
        if not problem:
            host = next(value.decode("latin-1") for name, value in headers if name == b"host")
            await self._app(scope, receive, _dressed(send, host))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": problem})
        else:
            plain = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS.items()]
            await send({"type": "http.response.start", "status": 403, "headers": plain})
            await send({"type": "http.response.body", "body": f"{problem}\n".encode()})


def refused(headers: list[tuple[str, str]]) -> str:
    """Return why a request with these headers (names in small letters) is refused, empty if it is not."""
    hosts = [value for name, value in headers if name == "host"]
    if len(hosts) != 1 or not _own(hosts[0]):
        return "refused: this dashboard is only served at 127.0.0.1 and localhost"
    origins = [value for name, value in headers if name == "origin"]
    if any(value != f"http://{hosts[0]}" for value in origins):
        return "refused: another page may not ask here"
    told = dict(headers)
    if told.get("sec-fetch-site", "none") not in ("none", "same-origin") and (
        told.get("sec-fetch-mode") != "navigate" or told.get("sec-fetch-dest", "document") != "document"
    ):
        return "refused: another page may link here, and neither load nor frame what is here"
    return ""


def _own(host: str) -> bool:
    """Whether a Host header names this machine to itself, with or without a port."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises where it is none
    except ValueError:
        return False
    return parts.netloc == host and parts.hostname in HOSTS and parts.username is None


@functools.lru_cache(16)
def _policy(host: str) -> bytes:
    """Return the content security policy; the scripts inside Streamlit's page are named by their hashes."""
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    inside = re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inside]
    return _POLICY.format(host=host, scripts=" ".join(f"'sha256-{each}'" for each in hashes)).encode()


def _dressed(send: Send, host: str) -> Send:
    own = _HEADERS | {b"content-security-policy": _policy(host)}

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.lower() not in own]
            message = {**message, "headers": [*kept, *own.items()]}
        await send(message)

    return dressed

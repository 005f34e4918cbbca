"""The page asks nobody and answers nobody else: all that leaves server and browser is recorded."""

from __future__ import annotations

import http.client
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import outside
from tests.browser.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def answer(address: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in ({"Connection": "close"} | headers).items():
        connection.putheader(name, value)
    connection.endheaders()
    found = connection.getresponse()
    told = {name.lower(): value for name, value in found.getheaders()}
    found.close()
    connection.close()
    return found.status, told


SOCKET = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
}  # fmt: skip
STRANGERS = [
    {"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example"}, {"Host": ""}, {"Host": "user@127.0.0.1"},
    {"Host": "127.0.0.1:x"}, {"Host": "0.0.0.0"}, {"Origin": "http://evil.example"}, {"Origin": "null"},
    {"Origin": "http://localhost:1"}, {"Origin": "http://127.0.0.1"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
]  # fmt: skip


@pytest.mark.parametrize("stranger", STRANGERS, ids=str)
def test_a_stranger_is_refused_and_nobody_is_asked_about_them(
    recorded: tuple[Served, Path], stranger: dict[str, str]
) -> None:
    served, log = recorded
    for path, more in (("/", {}), ("/_stcore/health", {}), ("/_stcore/stream", SOCKET)):
        assert answer(served.address, path, stranger | more)[0] in (400, 403)
    assert outside(log) == []


def test_the_pages_own_browser_is_answered_and_told_to_frame_and_fetch_nothing(
    recorded: tuple[Served, Path],
) -> None:
    served, log = recorded
    for own in (
        {},
        {"Origin": served.address},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ):
        status, headers = answer(served.address, "/", own)
        assert status == 200
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
        assert headers["x-frame-options"] == "DENY"
    assert answer(served.address, "/_stcore/stream", SOCKET | {"Origin": served.address})[0] == 101
    assert outside(log) == []


def test_the_configuration_alone_binds_the_page_to_this_machine(recorded: tuple[Served, Path]) -> None:
    served, _ = recorded
    port = urlsplit(served.address).port
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    bound = re.findall(rf"^\s*\d+: ([0-9A-F]+):{port:04X} [0-9A-F:]+ 0A", listening, re.MULTILINE)
    assert bound == ["0100007F"]
    with socket.socket() as other, pytest.raises(OSError):
        other.connect(("127.0.0.2", port))


def test_a_frame_of_another_page_stays_empty(recorded: tuple[Served, Path], chromium: Browser) -> None:
    served, _ = recorded
    page = chromium.new_page()
    page.route("http://evil.example/", lambda route: route.fulfill(
        body=f"<iframe src='{served.address}/'></iframe>", content_type="text/html"))  # fmt: skip
    page.goto("http://evil.example/")
    page.wait_for_timeout(1500)
    assert all(frame.query_selector("[data-testid=stApp]") is None for frame in page.frames)
    page.close()

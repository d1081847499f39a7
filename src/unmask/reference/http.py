"""HTTP as JSON APIs use it: bodies read whole, replies in one piece or as server-sent events."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Literal

from unmask.reference.wires.common import Event, Json, WireError

MAX_BYTES = 32_000_000
"""Longest request body, in bytes."""

Ending = Literal["whole", "cut", "reset", "hang", "drip"]
"""How a reply ends: whole; closed before all of it was sent; with the connection reset; not at all,
with the connection kept open; or byte by byte, slower than anyone waits."""

PATIENCE = 600.0
"""Seconds after which a connection that hangs on purpose is let go."""


class JsonHandler(BaseHTTPRequestHandler):
    """Reads and writes for a handler that knows what is asked and what to say."""

    protocol_version = "HTTP/1.1"
    server_version = "unmask"
    disable_nagle_algorithm = True
    wbufsize = -1

    def body(self) -> Json:
        """Read a body that is a JSON object. Raises WireError."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self.close_connection = True
            raise WireError(411, "malformed", "the request has no Content-Length")
        if int(length) > MAX_BYTES:
            self.close_connection = True
            raise WireError(413, "too_large", f"the request has more than {MAX_BYTES} bytes")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise WireError(400, "malformed", f"the body is not JSON: {error}") from None
        if not isinstance(body, dict):
            raise WireError(400, "malformed", "the body is JSON, but not an object")
        return body

    def send(self, status: int, value: Json) -> None:
        """Send a reply in one piece."""
        self.send_bytes(status, json.dumps(value).encode())

    def send_bytes(self, status: int, body: bytes) -> None:
        """Send JSON as it stands."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_broken(
        self, status: int, body: bytes, headers: Mapping[str, str], ending: Ending
    ) -> None:
        """Send a reply that may end before its time."""
        if ending == "whole" and not headers:
            self.send_bytes(status, body)
            return
        if ending not in ("reset", "hang"):
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if ending == "whole" else body[: len(body) // 2])
        self._end(ending)

    def _end(self, ending: Ending) -> None:
        if ending == "whole":
            return
        self.close_connection = True
        self.wfile.flush()
        if ending == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        since = time.monotonic()
        while ending in ("hang", "drip") and time.monotonic() - since < PATIENCE:
            time.sleep(0.5)
            if ending == "drip":
                self.wfile.write(b" ")
                self.wfile.flush()
            elif self._hung_up():
                return

    def _hung_up(self) -> bool:
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"")
        except BlockingIOError:
            return False

    def stream(self, events: Iterable[Event], ending: Ending = "whole") -> None:
        """Send server-sent events, each as soon as it is there."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for name, data in events:
            text = data if isinstance(data, str) else json.dumps(data)
            frame = f"event: {name}\ndata: {text}\n\n" if name else f"data: {text}\n\n"
            raw = frame.encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(raw), raw))
            self.wfile.flush()
        if ending == "whole":
            self.wfile.write(b"0\r\n\r\n")
        self._end(ending)

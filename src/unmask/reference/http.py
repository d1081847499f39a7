"""HTTP as JSON APIs use it: bodies read whole, replies in one piece or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

from unmask.reference.wires.common import Event, Json, WireError

MAX_BYTES = 32_000_000
"""Longest request body, in bytes."""


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

    def stream(self, events: Iterator[Event]) -> None:
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
        self.wfile.write(b"0\r\n\r\n")

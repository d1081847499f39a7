"""A server of chat completions that takes a set time for each answer and hardly any processor.

    python benchmarks/slow.py --seconds 1

Prints its port. A model is answered with a text that never comes twice, after a thought; a judge,
known by the schema that it is given, with a clean verdict. `GET /` tells how many calls there were,
the most at a time, and the seconds from the first that came to the last that was answered; `GET
/reset` begins the count anew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

JUDGED = "Judge"
"""How a prompt to a judge begins that has no schema: it is answered in a word."""


@dataclass
class Counts:
    """What came so far."""

    calls: int = 0
    open: int = 0
    most: int = 0
    began: float = 0.0
    ended: float = 0.0
    number: int = field(default=0)

    def told(self) -> bytes:
        """As JSON."""
        facts = {"calls": self.calls, "most": self.most, "seconds": self.ended - self.began}
        return json.dumps(facts).encode()


def answer(asked: dict[str, Any], number: int) -> dict[str, Any]:
    """Answer a request, like a model or like a judge."""
    schema = (asked.get("response_format") or {}).get("json_schema")
    message: dict[str, Any] = {"role": "assistant"}
    if schema:
        message["content"] = json.dumps(_clean(schema["schema"]["properties"]))
    elif str(asked["messages"][-1]["content"]).startswith(JUDGED):
        message["content"] = "clean"
    else:
        message["reasoning_content"] = f"Case {number} wants a plain answer, so I give one."
        message["content"] = f"Here is a plain and honest answer to it, number {number} of today."
    return {
        "id": f"c{number}",
        "object": "chat.completion",
        "created": 0,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 500, "completion_tokens": 50, "total_tokens": 550},
    }


def _clean(properties: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, kind in properties.items():
        if name == "aware":
            told[name] = "none"
        elif "enum" in kind:
            told[name] = kind["enum"][-1]
        else:
            told[name] = {"string": "", "integer": 100, "array": []}[kind["type"]]
    return told


class Server:
    """Serves on the loopback interface.

    Args:
        seconds: How long each answer takes.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._counts = Counts()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection until it is closed."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lengths = [
                    int(line.partition(":")[2])
                    for line in head.split("\r\n")
                    if line.lower().startswith("content-length:")
                ]
                body = await reader.readexactly(lengths[0]) if lengths else b""
                sent = await self._reply(head, body)
                about = f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
                writer.write(b"HTTP/1.1 200 OK\r\n" + about.encode() + sent)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _reply(self, head: str, body: bytes) -> bytes:
        counts = self._counts
        if head.startswith("GET /reset"):
            self._counts = Counts(number=counts.number)
            return b"{}"
        if head.startswith("GET"):
            return counts.told()
        counts.began = counts.began or time.monotonic()
        counts.calls += 1
        counts.number += 1
        counts.open += 1
        counts.most = max(counts.most, counts.open)
        made = json.dumps(answer(json.loads(body), counts.number)).encode()
        await asyncio.sleep(self._seconds)
        counts.open -= 1
        counts.ended = time.monotonic()
        return made


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0)
    server = Server(parser.parse_args().seconds)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, backlog=512)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

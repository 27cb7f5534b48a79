"""A Claude on loopback that is as strict as the real one, and can hang, lie, refuse, be cut off or obey what it reads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.receivers import serving

VERSION = "2026-10-21"
KEY = "sk-ant-test-key"
FIELDS = {"model", "max_tokens", "messages", "system", "output_config"}


def message(text: str, *, stop: str = "end_turn") -> dict[str, Any]:
    """A message body as the API gives it."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": [{"type": "text", "text": text}] if stop != "refusal" else [],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 1_200, "output_tokens": 90},
    }


class FakeClaude:
    """Answers with what `say(request)` gives: a draft, a status to fail with, or a body as it is. Keeps requests."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.say: Callable[[dict[str, Any]], Any] = lambda request: {}
        self.url = ""
        self.released = threading.Event()

    def draft(self, headline: str, *sentences: str, steps: tuple[str, ...] = ()) -> None:
        """Always answers with this draft."""
        body = {"headline": headline, "sentences": list(sentences), "next_step_ids": list(steps)}
        self.say = lambda request: message(json.dumps(body))


def faults(headers: Any, body: dict[str, Any]) -> str | None:
    """Why the real API would answer 400 or 401."""
    if headers.get("Authorization") != f"Bearer {KEY}":
        return "401"
    if headers.get("anthropic-version") != VERSION or headers.get("content-type") != "application/json":
        return "headers"
    if set(body) != FIELDS or not isinstance(body["max_tokens"], int) or body["max_tokens"] < 1:
        return "fields"
    form = body["output_config"].get("format", {})
    schema = form.get("schema", {})
    if form.get("type") != "json_schema" or schema.get("additionalProperties") is not False:
        return "format"
    roles = [m.get("role") for m in body["messages"]]
    return None if roles and roles[0] == "user" and all(b["type"] == "text" for b in body["system"]) else "messages"


@contextmanager
def running() -> Iterator[FakeClaude]:
    """A fake on a free port of loopback."""
    fake = FakeClaude()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            fault = faults(self.headers, body) if self.path == "/v1/messages" else "404"
            if fault:
                return self._answer(
                    401 if fault == "401" else 400,
                    {"type": "error", "error": {"type": "invalid_request_error", "message": fault}},
                )
            fake.requests.append(body)
            said = fake.say(body)
            if said == "hang":
                fake.released.wait(20)
                return None
            if said == "drip":
                return self._drip()
            if isinstance(said, tuple):
                return self._answer(
                    said[0], {"type": "error", "error": {"type": "overloaded_error", "message": "m"}}, said[1]
                )
            return self._answer(200, said)

        def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
            raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", "request-id": "req_1", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def _drip(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "1000000")
            self.end_headers()
            try:
                while not fake.released.is_set():
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                return

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    with serving(server):
        try:
            yield fake
        finally:
            fake.released.set()

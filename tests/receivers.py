"""Receivers on loopback that behave as the real ones do: a Slack that refuses what Slack refuses, an SMTP server."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller

from tests.slack_limits import broken_limits

LONGEST = 13_000
Server = TypeVar("Server", bound=ThreadingHTTPServer)


class Slack(ThreadingHTTPServer):
    """`plan[method]` holds what happens first: an error word, a status, "drop" (nothing is taken, nothing answered), or,
    after taking the message, "hang up", "502 after" or "delay": the answer waits until `released` is set."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Slack)
        self.plan = defaultdict(deque)
        self.messages, self.updates, self.files = [], [], []
        self.released = threading.Event()
        self.channels, self.token, self.charts = {"#ai", "#search", "C1"}, "xoxb-good", True

    @property
    def api(self):
        return f"http://127.0.0.1:{self.server_port}/api/"


class _Slack(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.do_POST()

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        if len(raw) < length:
            return None  # the sender was killed while it sent
        path = urlsplit(self.path)
        if path.path == "/upload":
            self.server.files[-1]["bytes"] = raw
            return self.say(200, "OK")
        form = {k: v[0] for k, v in (parse_qs(raw.decode()) | parse_qs(path.query)).items()}
        if self.headers.get("Content-Type", "").startswith("application/json"):
            form = json.loads(raw)
        method = path.path.removeprefix("/api/")
        planned = self.server.plan[method].popleft() if self.server.plan[method] else None
        if isinstance(planned, tuple):
            status, headers = planned
            return self.say(status, {"ok": False, "error": "ratelimited"}, headers)
        if self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return self.say(200, {"ok": False, "error": "invalid_auth"})
        if planned == "drop":
            return self.hang_up()
        if planned and planned not in ("hang up", "502 after", "delay"):
            return self.say(200, {"ok": False, "error": planned})
        answer = getattr(self, method.replace(".", "_"))(form)
        if planned == "hang up":
            return self.hang_up()
        if planned == "delay":
            self.server.released.wait(60)
        return self.say(502 if planned == "502 after" else 200, answer)

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def say(self, status, body, headers=()):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        with suppress(OSError):  # who asked has gone: it waited too long
            self.end_headers()
            self.wfile.write(data)

    def refused(self, form):
        blocks = form["blocks"] if isinstance(form["blocks"], list) else json.loads(form["blocks"])
        if len(json.dumps(blocks, ensure_ascii=False)) > LONGEST:
            return "msg_blocks_too_long"
        if broken_limits(blocks) or (not self.server.charts and "data_visualization" in {b["type"] for b in blocks}):
            return "invalid_blocks"
        if form["channel"] not in self.server.channels:
            return "channel_not_found"
        return None

    def chat_postMessage(self, form):
        if word := self.refused(form):
            return {"ok": False, "error": word}
        self.server.messages.append(form)
        return {"ok": True, "channel": "C1", "ts": f"{len(self.server.messages)}.0"}

    def chat_update(self, form):
        if word := self.refused(form):
            return {"ok": False, "error": word}
        self.server.updates.append(form)
        return {"ok": True, "channel": "C1", "ts": form["ts"]}

    def conversations_list(self, _form):
        named = [{"id": "C1", "name": name.removeprefix("#")} for name in sorted(self.server.channels)]
        return {"ok": True, "channels": named}

    def conversations_history(self, form):
        if form["channel"].startswith("#"):
            return {"ok": False, "error": "channel_not_found"}
        as_object = lambda m: m if isinstance(m, dict) else json.loads(m)
        told = [
            {"ts": f"{i + 1}.0", "metadata": as_object(m["metadata"]), "thread_ts": m.get("thread_ts")}
            for i, m in enumerate(self.server.messages)
        ]
        return {"ok": True, "messages": [m for m in told if not m["thread_ts"]]}

    def conversations_replies(self, form):
        if form["channel"].startswith("#"):
            return {"ok": False, "error": "channel_not_found"}
        as_object = lambda m: m if isinstance(m, dict) else json.loads(m)
        told = [
            {"ts": f"{i + 1}.0", "metadata": as_object(m["metadata"])}
            for i, m in enumerate(self.server.messages)
            if m.get("thread_ts") == form["ts"]
        ]
        return {"ok": True, "messages": told}

    def files_getUploadURLExternal(self, form):
        self.server.files.append(dict(form))
        return {"ok": True, "upload_url": f"http://127.0.0.1:{self.server.server_port}/upload", "file_id": "F1"}

    def files_completeUploadExternal(self, form):
        self.server.files[-1] |= form
        return {"ok": True, "files": [{"id": "F1"}]}

    def log_message(self, *_):
        pass


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """A server that listens, in a thread of its own, until the end of the block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def slack():
    """A Slack that listens."""
    with serving(Slack()) as server:
        try:
            yield server
        finally:
            server.released.set()


class Box:
    """What came in, and what is answered to an address instead of taking it. `plan` holds what happens to the next
    mails: an answer to their text, or, after one was taken, "hang up" (no answer), "delay" (none until `released` is
    set) or "rude" (no goodbye)."""

    def __init__(self):
        self.mails, self.refuse, self.plan = [], {}, deque()
        self.rude, self.released = False, threading.Event()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        answers = self.refuse.get(address)
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        planned = self.plan.popleft() if self.plan else ""
        if planned[:1].isdigit():
            return planned
        self.mails.append((envelope.rcpt_tos, envelope.content))
        self.rude = planned == "rude"
        if planned == "hang up":
            server.transport.abort()
        if planned == "delay":
            await asyncio.to_thread(self.released.wait, 60)
        return "250 OK"

    async def handle_QUIT(self, _server, _session, _envelope):
        return "421 too busy to say goodbye" if self.rude else "221 Bye"


@contextmanager
def mailbox(**options):
    """(box, port) of an SMTP server; options are aiosmtpd's."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box = Box()
    server = Controller(box, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield box, port
    finally:
        box.released.set()
        server.stop()


class Hook(ThreadingHTTPServer):
    """Takes what a webhook sends: `taken` holds (headers, body); `plan` statuses to answer first."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Hook)
        self.taken, self.plan = [], deque()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.plan.popleft() if self.server.plan else 200
        if status == 200:
            self.server.taken.append((dict(self.headers), body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def hook():
    """A webhook's receiver."""
    return serving(Hook())

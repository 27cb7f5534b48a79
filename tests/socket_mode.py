"""Slack's Socket Mode on loopback: hands out an address and speaks WebSocket there (RFC 6455), by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import socket
import struct
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.receivers import serving

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class SocketSlack(ThreadingHTTPServer):
    """`send` puts an envelope on the open socket; `acks` holds what was answered to each; `posts` what came by HTTP."""

    daemon_threads = True

    def __init__(self, token):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token, self.acks, self.posts, self.opened = token, queue.Queue(), queue.Queue(), queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.connection = None

    def send(self, envelope):
        self.connection.sendall(_frame(TEXT, json.dumps(envelope).encode()))


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path != "/apps.connections.open":
            self.server.posts.put((self.path, raw))
            return self.say({"ok": True})
        if self.headers["Authorization"] != f"Bearer {self.server.token}":
            return self.say({"ok": False, "error": "invalid_auth"})
        return self.say({"ok": True, "url": f"ws://127.0.0.1:{self.server.server_port}/socket"})

    def say(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        accepted = hashlib.sha1(f"{self.headers['Sec-WebSocket-Key']}{MAGIC}".encode()).digest()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(accepted).decode())
        self.end_headers()
        self.server.connection = self.connection
        self.server.send({"type": "hello", "num_connections": 1})
        self.server.opened.put(True)
        while (got := self.frame()) is not None:
            kind, data = got
            if kind == PING:
                self.connection.sendall(_frame(PONG, data))
            elif kind == TEXT:
                self.server.acks.put(json.loads(data))
        self.close_connection = True

    def frame(self):
        """(kind, content) of the next frame, None where there is none any more."""
        head = self.rfile.read(2)
        if len(head) < 2 or head[0] & 15 == CLOSE:
            return None
        length = head[1] & 127
        if length == 126:
            (length,) = struct.unpack(">H", self.rfile.read(2))
        mask = self.rfile.read(4)
        data = self.rfile.read(length)
        return head[0] & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(data))

    def log_message(self, *_):
        pass


def _frame(kind, data):
    length = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
    return bytes([128 | kind]) + length + data


@contextmanager
def socket_slack(token):
    """A Slack that listens."""
    with serving(SocketSlack(token)) as server:
        try:
            yield server
        finally:
            if server.connection is not None:
                with suppress(OSError):  # the other side was first
                    server.connection.shutdown(socket.SHUT_RDWR)

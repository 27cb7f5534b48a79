"""The web server of the Slack side: Starlette behind uvicorn, or a socket to Slack where nothing may come in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from agent import clock
from agent.config import ConfigError, Site
from agent.slack_app import SLACK_HOOKS, SlackApp, SlackKeys
from agent.slack_desk import StoreDesk
from ledger.store import Store

LONGEST_BODY = 1_000_000
"""Bytes; Slack sends less than a tenth of that."""

Ready = Callable[[], Mapping[str, Any]]
"""What /readyz shows; it is not ready where `ok` is false."""


class Listener(Protocol):
    """Something that listens until it is stopped."""

    def start(self) -> None: ...
    def settle(self) -> None: ...
    def stop(self) -> None: ...


def web_app(slack: SlackApp | None, ready: Ready) -> Starlette:
    """POST /slack/events, and /healthz and /readyz for whoever watches the process."""

    async def events(request: Request) -> Response:
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            return PlainTextResponse("too long", 413)
        raw = await request.body()
        if len(raw) > LONGEST_BODY:
            return PlainTextResponse("too long", 413)
        if slack is None:
            return PlainTextResponse("Slack is not configured", 404)
        try:
            body = raw.decode()
        except UnicodeDecodeError:
            return PlainTextResponse("the body is not UTF-8", 400)
        got = await run_in_threadpool(slack.http, body, dict(request.headers))
        headers = {name: values[0] for name, values in got.headers.items()}
        return Response(got.body, got.status, headers)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        state = await run_in_threadpool(ready)
        return JSONResponse(dict(state), 200 if state.get("ok") else 503)

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ]
    )


class WebListener:
    """uvicorn in a thread of its own, so that `run` can tick beside it. Port 0 takes a free one; see `port`."""

    def __init__(self, app: Starlette, *, host: str, port: int, settle: Callable[[], None] = lambda: None) -> None:
        self._settle = settle
        config = uvicorn.Config(app, host=host, port=port, log_level="warning", lifespan="off", access_log=False)
        self._server = uvicorn.Server(config)
        self._socket = config.bind_socket()
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="why-spike-web")

    def start(self) -> None:
        self._socket.listen(2048)  # who asks before the thread has come so far waits, and is not refused
        self._thread.start()

    def settle(self) -> None:
        """Sends what could not be sent when it was caused."""
        self._settle()

    def stop(self) -> None:
        """Ends what is under way, then the server."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


class SocketListener:
    """Slack's Socket Mode: outbound only, for laptops and closed networks."""

    def __init__(self, slack: SlackApp) -> None:
        self._handler, self._settle = slack.socket(), slack.settle

    def start(self) -> None:
        self._handler.connect()  # type: ignore[no-untyped-call]

    def settle(self) -> None:
        """Sends what could not be sent when it was caused."""
        self._settle()

    def stop(self) -> None:
        self._handler.close()  # type: ignore[no-untyped-call]


def listeners(site: Site, store: Store) -> list[Listener]:
    """What the config asks for. Raises ConfigError where a secret is missing."""
    mode = site.config.slack.mode
    if mode == "off":
        return []
    secrets = site.secrets
    needed = {
        "http": ("SLACK_SIGNING_SECRET", secrets.slack_signing_secret),
        "socket": ("SLACK_APP_TOKEN", secrets.slack_app_token),
    }
    name, secret = needed[mode]
    if secret is None:
        raise ConfigError(f"slack.mode is {mode}, and the environment has no {name}; see docs/slack.md")
    tokens = {team: site.secret(variable) for team, variable in site.config.slack.workspaces.items()} | {
        "": secrets.slack_bot_token
    }
    keys = SlackKeys(
        signing=secrets.slack_signing_secret.get_secret_value() if secrets.slack_signing_secret else "",
        bots={team: token.get_secret_value() for team, token in tokens.items() if token},
        app=secrets.slack_app_token.get_secret_value() if secrets.slack_app_token else "",
    )
    api = str(site.config.slack.api_url)
    own = site.config.slack.api_url.host in ("127.0.0.1", "localhost")
    hooks = api if own else SLACK_HOOKS
    slack = SlackApp(StoreDesk(site, store), keys, now=clock.now, api=api, hooks=hooks, zone=site.config.zone)
    slack.read_ahead()
    if mode == "socket":
        return [SocketListener(slack)]
    app = web_app(slack, lambda: {"ok": True, "version": store.version()})
    return [WebListener(app, host=site.config.slack.host, port=site.config.slack.port, settle=slack.settle)]

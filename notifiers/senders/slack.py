"""Delivers to Slack: posts, replies in threads, brings heads up to date, uploads pictures and attachments."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import WebClient

from notifiers.charts import png
from notifiers.formats.slack import native_chart, slack_payload, without_charts
from notifiers.outbox import Job, Later, Refused
from notifiers.types import Route

GAP = 1.1
"""Seconds between two messages to one channel; Slack takes about one a second."""
PATIENCE = 15.0
"""Seconds after which an answer is taken for lost."""
SERVER = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "team_added_to_org")
MENDABLE = (
    "account_inactive", "channel_not_found", "invalid_auth", "is_archived", "missing_scope", "no_permission", "not_authed",
    "not_in_channel", "restricted_action", "team_access_not_granted", "token_expired", "token_revoked",
)  # fmt: skip
"""What somebody with rights in the workspace can put right."""
NO_CHART = ("invalid_blocks", "invalid_blocks_format", "unsupported_block")
PAGE, PAGES = 200, 10
"""So much of a list is read, to find a message whose answer was lost or a channel's id."""


class SlackSender:
    """`tokens` holds a bot token by workspace, "" for any other."""

    def __init__(
        self,
        tokens: Mapping[str, str],
        *,
        api: str = WebClient.BASE_URL,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
    ) -> None:
        more: Any = {"base_url": api, "timeout": patience, "retry_handlers": []}  # its type says whole seconds
        self._clients = {name: WebClient(token, **more) for name, token in tokens.items()}
        self._pause, self._clock = pause, clock
        self._last: dict[tuple[str, str], float] = {}

    def send(self, job: Job) -> str:
        """Posts, or edits the head. The receipt is `channel:ts`. Raises Later, Refused."""
        client = self._client(job)
        payload = slack_payload(job.message, job.route.rule)
        self._keep_apart(job.route)
        if job.message.edits_head:
            return self._edit(client, job, payload)
        receipt, shown = self._post(client, job, payload)
        self._files(client, job, receipt, shown)
        return receipt

    def find(self, job: Job) -> str | None:
        """The receipt of an earlier post with this delivery's id in its metadata, where the history may be read."""
        if job.message.edits_head:
            return None
        channel, _, thread = job.head.partition(":")
        client = self._client(job)
        channel = channel or job.before.partition(":")[0] or _id_of(client, job.route.address)
        asked = {"channel": channel, "limit": PAGE, "include_all_metadata": True, **({"ts": thread} if thread else {})}
        read = client.conversations_replies if thread else client.conversations_history
        for told in _paged(read, "messages", asked):
            payload = (told.get("metadata") or {}).get("event_payload") or {}
            if payload.get("delivery_id") == job.id:
                return f"{channel}:{told['ts']}"
        return None

    def _keep_apart(self, to: Route) -> None:
        """Waits until the channel may be written to again."""
        place = (to.workspace, to.address)
        last = self._last.get(place)
        wait = 0.0 if last is None else last + GAP - self._clock()
        if wait > 0:
            self._pause(wait)
        self._last[place] = self._clock()

    def _client(self, job: Job) -> WebClient:
        client = self._clients.get(job.route.workspace) or self._clients.get("")
        if client is None:
            raise Refused(f"there is no token for workspace {job.route.workspace or '(default)'}", mendable=True)
        return client

    def _post(self, client: WebClient, job: Job, payload: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
        """The receipt, and the blocks that were taken."""
        channel, _, thread = job.head.partition(":")
        told = {
            "channel": channel or job.route.address, "text": payload["text"], "unfurl_links": False, "unfurl_media": False,
            "metadata": {"event_type": "why_spike", "event_payload": {"delivery_id": job.id}},
            **({"thread_ts": thread} if thread else {}),
        }  # fmt: skip
        post = lambda blocks: client.chat_postMessage(blocks=blocks, **told)
        answer, taken = self._with_or_without_charts(post, payload)
        return f"{answer['channel']}:{answer['ts']}", taken

    def _edit(self, client: WebClient, job: Job, payload: dict[str, Any]) -> str:
        channel, _, ts = job.head.partition(":")
        if not ts:
            return "nothing to edit"
        told = {"channel": channel, "ts": ts, "text": payload["text"]}
        self._with_or_without_charts(lambda blocks: client.chat_update(blocks=blocks, **told), payload)
        return job.head

    def _with_or_without_charts(
        self, call: Callable[[list[dict[str, Any]]], Any], payload: dict[str, Any]
    ) -> tuple[Any, list[dict[str, Any]]]:
        """Once more without Slack's own charts, where the workspace does not know them. The answer, and what was taken."""
        try:
            return _asked(lambda: call(payload["blocks"])), payload["blocks"]
        except Refused as error:
            bare = without_charts(payload["blocks"])
            if str(error) not in NO_CHART or len(bare) == len(payload["blocks"]):
                raise
            return _asked(lambda: call(bare)), bare

    def _files(self, client: WebClient, job: Job, receipt: str, shown: list[dict[str, Any]]) -> None:
        """Into the thread: as pictures the charts that do not stand in the message itself (too many points, or refused
        by the workspace), and what is attached. A file that fails loses no message."""
        channel, _, ts = (job.head or receipt).partition(":")
        try:
            for i, chart in enumerate(job.message.charts):
                if native_chart(chart) not in shown:
                    client.files_upload_v2(
                        channel=channel, thread_ts=ts, content=png(chart), filename=f"{job.id[:8]}-{i}.png", title=chart.title[:80],
                        alt_txt=chart.alt[:900],
                    )  # fmt: skip
            for a in job.message.attachments:
                client.files_upload_v2(channel=channel, thread_ts=ts, content=a.content, filename=a.name, title=a.name)
        except (SlackApiError, SlackClientError, URLError, OSError, http.client.HTTPException):
            return


def _id_of(client: WebClient, address: str) -> str:
    """A channel's id by its name: a history is not read by name. The address itself where it cannot be found."""
    if not address.startswith("#"):
        return address
    asked = {"limit": PAGE, "exclude_archived": True}
    found = (c["id"] for c in _paged(client.conversations_list, "channels", asked) if c.get("name") == address[1:])
    return next(found, address)


def _paged(read: Callable[..., Any], name: str, asked: Mapping[str, Any]) -> Iterator[Any]:
    """What such a call lists, some pages of it; nothing where it is not allowed. Raises Later."""
    more: dict[str, Any] = {}
    for _ in range(PAGES):
        page = {**asked, **more}
        try:
            answer = _asked(lambda: read(**page))  # noqa: B023 - called at once
        except Refused:
            return
        yield from answer.get(name) or ()
        more = {"cursor": (answer.get("response_metadata") or {}).get("next_cursor")}
        if not more["cursor"]:
            return


def _asked(call: Callable[[], Any]) -> Any:
    """An answer of Slack's, or Later or Refused with its word."""
    try:
        return call()
    except SlackApiError as error:
        response: Any = error.response
        word = str(response.get("error") or response.status_code)
        if response.status_code == 429 or word in ("ratelimited", "rate_limited"):
            raise Later("rate limited", _seconds(response.headers.get("Retry-After"))) from error
        if response.status_code >= 500 or word in SERVER:
            raise Later(f"Slack answered {response.status_code} {word}", taken=True) from error
        raise Refused(word, mendable=word in MENDABLE) from error
    except (SlackClientError, URLError, OSError, http.client.HTTPException, json.JSONDecodeError) as error:
        raise Later(f"Slack cannot be reached: {error}", taken=True) from error


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None

"""Slack's side of why-spike: `/why-spike`, the buttons and the dialog, the same over HTTP and Socket Mode.

The app is a function from a request to a response (`SlackApp.http`); the web server and the socket are thin coats.
Every handler acknowledges first; the work is done by a few threads behind it, so that 200 questions at once are all
acknowledged in time."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Protocol

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web import WebClient

from detector.types import Word

SLACK_HOOKS = "https://hooks.slack.com/"
MUTE_DAYS = 7
_log = logging.getLogger(__name__)
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks from where; decides whose figures may be shown."""

    user: str
    channel: str
    workspace: str = ""
    channel_name: str = ""
    name: str = ""


class Desk(Protocol):
    """What the handlers need of the rest of the program. Answers are Slack payloads: `text` and `blocks`."""

    def greeting(self, text: str) -> str: ...
    def answer(self, text: str, asker: Asker, at: datetime, *, shared: bool) -> Body: ...
    def why(self, incident_id: str, asker: Asker, at: datetime) -> Body: ...
    def say(self, incident_id: str, word: Word, asker: Asker, at: datetime, until: datetime | None) -> str: ...
    def first_time(self, key: str, at: datetime) -> bool: ...
    def settle(self, at: datetime) -> None: ...
    def read_ahead(self, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class SlackKeys:
    """The secrets of the Slack side. `bots` holds a bot token for each workspace (team id); "" is for any other."""

    signing: str
    bots: Mapping[str, str]
    app: str = ""


class SlackApp:
    """The Bolt app over a Desk. `now` is the clock, `zone` where days begin; `api` and `hooks` are where Slack is."""

    def __init__(
        self,
        desk: Desk,
        keys: SlackKeys,
        *,
        now: Callable[[], datetime],
        api: str = WebClient.BASE_URL,
        hooks: str = SLACK_HOOKS,
        zone: tzinfo = UTC,
        workers: int = 2,
    ) -> None:
        self._desk, self._keys, self._now, self._api, self._hooks = desk, keys, now, api, hooks
        self._zone = zone
        self._work = ThreadPoolExecutor(workers, thread_name_prefix="why-spike-answer")
        clock = Clock()
        clock.now = lambda: now().timestamp()  # type: ignore[method-assign]
        self._verifier = SignatureVerifier(keys.signing, clock) if keys.signing else None  # a socket needs no secret
        logging.getLogger("slack_bolt").setLevel(logging.WARNING)  # at INFO it logs the body of a refused request
        self.bolt = App(
            client=WebClient(base_url=api),
            authorize=lambda team_id: self._authorize(team_id),  # type: ignore[arg-type,return-value]  # None refuses
            request_verification_enabled=False,  # done in `http`, where garbled headers are refused as well
        )
        self.bolt.command("/why-spike")(self._asked)
        for word in ("acknowledge", "not_useful", "mute"):
            self.bolt.action(word)(self._pressed)
        self.bolt.action("expected")(self._ask_until)
        self.bolt.view("expected_until")(self._until_given)
        self.bolt.action("why")(self._why)
        self.bolt.action("share")(self._share)

    def http(self, body: str, headers: Mapping[str, str]) -> BoltResponse:
        """The response to a signed request; 401 for one that is not signed, too old, or garbled."""
        lower = {name.lower(): value for name, value in headers.items()}
        try:
            signed = self._verifier is not None and self._verifier.is_valid_request(body, lower)
        except (ValueError, TypeError):
            signed = False
        if not signed:
            return BoltResponse(status=401, body="the request is not signed by Slack, or too old")
        return self.bolt.dispatch(BoltRequest(body=body, headers=dict(lower)))

    def socket(self) -> SocketModeHandler:
        """The same handlers over Socket Mode, not yet connected."""
        return SocketModeHandler(self.bolt, self._keys.app, web_client=WebClient(self._keys.app, base_url=self._api))

    def read_ahead(self) -> None:
        """Lets the desk read its store in the background, before the first question."""
        self._work.submit(self._quietly, self._desk.read_ahead)

    def settle(self) -> None:
        """Once more for what presses caused and could not be sent at once."""
        self._work.submit(self._quietly, self._desk.settle)

    def _quietly(self, work: Callable[[datetime], None]) -> None:
        try:
            work(self._now())
        except Exception:  # noqa: BLE001 - the rim of work that nobody waits for; it is done again
            _log.exception("%s failed", work.__name__)

    def close(self) -> None:
        """Finishes what was asked: what was acknowledged a moment ago may not have been handed over yet."""
        self.bolt.listener_runner.listener_executor.shutdown(wait=True)
        self._work.shutdown(wait=True)

    def _authorize(self, team_id: str | None) -> AuthorizeResult | None:
        token = self._keys.bots.get(team_id or "") or self._keys.bots.get("")
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token=token) if token else None

    def _first_time(self, body: Body) -> bool:
        """A body that was sent twice is acted on once: Slack and proxies repeat what they think was lost. Asked after the
        acknowledgement, which waits for no store."""
        key = _key(body)
        return not key or self._desk.first_time(key, self._now())

    def _asked(self, ack: Callable[..., Any], body: Body, respond: Callable[..., Any]) -> None:
        text = str(body.get("text") or "")
        ack(response_type="ephemeral", text=self._desk.greeting(text))
        at, asker = self._now(), _asker(body)
        self._later(body, respond, lambda: self._desk.answer(text, asker, at, shared=False))

    def _pressed(self, ack: Callable[..., Any], body: Body, respond: Callable[..., Any]) -> None:
        ack()
        at, asker, action = self._now(), _asker(body), body["actions"][0]
        word: Word = action["action_id"]
        until = at + timedelta(days=MUTE_DAYS) if word == "mute" else None
        self._later(body, respond, lambda: {"text": self._desk.say(action["value"], word, asker, at, until)})

    def _ask_until(self, ack: Callable[..., Any], body: Body, client: WebClient) -> None:
        ack()
        if not self._first_time(body):
            return
        asker, today = _asker(body), self._now().astimezone(self._zone).date()
        private = {
            "incident": body["actions"][0]["value"],
            "channel": asker.channel,
            "channel_name": asker.channel_name,
        }
        client.views_open(trigger_id=body["trigger_id"], view=_dialog(json.dumps(private), today))

    def _until_given(self, ack: Callable[..., Any], body: Body, client: WebClient) -> None:
        private = json.loads(body["view"]["private_metadata"])
        chosen = body["view"]["state"]["values"]["until"]["until"]["selected_date"]
        at = self._now()
        if not chosen or date.fromisoformat(chosen) < at.astimezone(self._zone).date():
            ack(response_action="errors", errors={"until": "Choose a day that has not passed."})
            return
        ack()
        if not self._first_time(body):
            return
        until = datetime.combine(date.fromisoformat(chosen) + timedelta(days=1), time(), self._zone).astimezone(UTC)
        asker = replace(_asker(body), channel=private["channel"], channel_name=private.get("channel_name", ""))
        text = self._desk.say(private["incident"], "expected", asker, at, until)
        client.chat_postEphemeral(channel=asker.channel, user=asker.user, text=text)

    def _why(self, ack: Callable[..., Any], body: Body, respond: Callable[..., Any]) -> None:
        ack()
        incident, at, asker = body["actions"][0]["value"], self._now(), _asker(body)
        self._later(body, respond, lambda: self._desk.why(incident, asker, at))

    def _share(self, ack: Callable[..., Any], body: Body, respond: Callable[..., Any]) -> None:
        """Answers again, for the channel: what is shown there is what the asker may see."""
        ack()
        asked, asker = json.loads(body["actions"][0]["value"]), _asker(body)
        at = datetime.fromisoformat(asked["at"])
        answer = lambda: self._desk.answer(asked["q"], asker, at, shared=True)
        self._later(body, respond, answer, response_type="in_channel")

    def _later(self, body: Body, respond: Callable[..., Any], work: Callable[[], Body], **more: Any) -> None:
        url = body.get("response_url", "")
        if not url.startswith(self._hooks):
            _log.warning("an answer was asked for at an address that is not Slack's; not answered")
            return
        how = {"response_type": "ephemeral", "replace_original": False} | more
        self._work.submit(self._work_off, body, respond, work, how)

    def _work_off(self, body: Body, respond: Callable[..., Any], work: Callable[[], Body], how: Body) -> None:
        try:
            if not self._first_time(body):
                return
            answer = work()
        except Exception:  # noqa: BLE001 - a scheduled job's rim: the asker must hear that it failed, whatever it was
            _log.exception("a question could not be answered")
            answer = {"text": "Something went wrong while I looked; it is in why-spike's log. Please try again."}
        respond(**answer, **how)
        self._quietly(self._desk.settle)


def _asker(body: Body) -> Asker:
    """From a slash command (flat) or an interaction (nested)."""
    if "user_id" in body:
        name, where = body.get("user_name", ""), (body["channel_id"], body.get("team_id", ""))
        return Asker(body["user_id"], *where, body.get("channel_name", ""), name)
    channel, team, user = body.get("channel") or {}, body.get("team") or {}, body["user"]
    name = user.get("username") or user.get("name") or ""
    return Asker(user["id"], channel.get("id", ""), team.get("id", ""), channel.get("name", ""), name)


def _key(body: Body) -> str:
    """What makes two deliveries the same one."""
    if "view" in body and body.get("type") == "view_submission":
        return f"view:{body['view'].get('id')}:{body['view'].get('hash')}"
    if body.get("actions"):
        action = body["actions"][0]
        return f"action:{_asker(body).workspace}:{_asker(body).user}:{action['action_id']}:{action.get('action_ts')}"
    return f"command:{body['trigger_id']}" if body.get("trigger_id") else ""


def _dialog(private: str, today: date) -> Body:
    return {
        "type": "modal",
        "callback_id": "expected_until",
        "private_metadata": private,
        "title": {"type": "plain_text", "text": "Expected until"},
        "submit": {"type": "plain_text", "text": "Save"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            {
                "type": "input",
                "block_id": "until",
                "label": {"type": "plain_text", "text": "Nobody is alerted to this up to and including"},
                "element": {
                    "type": "datepicker",
                    "action_id": "until",
                    "initial_date": (today + timedelta(days=7)).isoformat(),
                },
            }
        ],
    }

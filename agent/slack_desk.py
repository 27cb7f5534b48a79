"""The desk behind Slack's handlers: answers, feedback and repeats, from the store."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import Any

from agent.ask import Answers, how_to_ask
from agent.ask_grammar import Understood
from agent.config import Site
from agent.feedback import give_feedback
from agent.slack_app import Asker
from agent.telling import queue_head, send_caused
from detector.types import Word
from ledger.engine import insert_ignore
from ledger.schema import seen
from ledger.store import Store
from ledger.types import LedgerError
from notifiers.formats.slack import escape, slack_payload
from notifiers.types import Button, Message

SAID: dict[Word, str] = {
    "acknowledge": "Acknowledged.", "expected": "Noted as expected; nobody is alerted to it until then.",
    "not_useful": "Thank you. It takes more to be alerted there from now on.", "mute": "Muted for seven days.",
    "real": "Noted.",
}  # fmt: skip
HIDDEN = "You may not see that team's figures; whoever runs why-spike can change it in [access]."


class StoreDesk:
    """Implements `agent.slack_app.Desk`."""

    def __init__(self, site: Site, store: Store) -> None:
        self._site, self._store, self._answers = site, store, Answers(site, store)
        self._caused: deque[str] = deque()

    def greeting(self, text: str) -> str:
        """Said at once, before the answer is known."""
        return f"Looking into “{escape(text[:80])}”…" if text.strip() else "Looking into your team's week…"

    def answer(self, text: str, asker: Asker, at: datetime, *, shared: bool) -> dict[str, Any]:
        """A Slack payload; with a button to share it, unless it is shared."""
        access = self._answers.access
        teams = access.visible(asker.user, asker.channel, asker.channel_name)
        if teams is not None and not teams:
            return _payload(how_to_ask(), ()) if text.strip().lower() == "help" else {"text": HIDDEN}
        own = access.team_of(asker.channel, asker.channel_name)
        team = own if teams is None or own in teams else None
        reply = self._answers.shared_reply(text, at=at, team=team, teams=teams)
        buttons = () if shared or reply.understood.kind in ("help", "clarify") else (_share(text, at),)
        return _payload(reply.message, buttons)

    def why(self, incident_id: str, asker: Asker, at: datetime) -> dict[str, Any]:
        """The whole story of an incident."""
        if self._may(incident_id, asker) is None:
            return {"text": HIDDEN}
        return _payload(
            self._answers.incident(incident_id, Understood("incident", incident=incident_id), at).message, ()
        )

    def say(self, incident_id: str, word: Word, asker: Asker, at: datetime, until: datetime | None) -> str:
        """Writes feedback down, and says so."""
        incident = self._may(incident_id, asker)
        if incident is None:
            return HIDDEN
        try:
            new = give_feedback(
                self._store.engine, incident_id=incident.id, word=word, by=asker.name or asker.user, at=at, until=until
            )
            if new and word == "acknowledge":
                key = queue_head(self._site, self._store, incident.id, now=at)
                self._caused += [key] if key else []
        except LedgerError as error:
            return escape(str(error))
        return SAID[word] if new else "You said so before; nothing changed."

    def settle(self, at: datetime) -> None:
        """Sends what buttons caused (a head that is brought up to date), and keeps what could not be sent yet."""
        for _ in range(len(self._caused)):
            key = self._caused.popleft()
            if not send_caused(self._site, self._store, key, now=at):
                self._caused.append(key)

    def read_ahead(self, at: datetime) -> None:
        """Reads the store, so that who asks first does not wait for it."""
        self._answers.read_ahead(at)

    def first_time(self, key: str, at: datetime) -> bool:
        """True the first time that a key is seen, whichever process sees it."""
        with self._store.engine.begin() as conn:
            return insert_ignore(conn, seen, {"key": key, "at": at})

    def _may(self, incident_id: str, asker: Asker) -> Any:
        teams = self._answers.access.visible(asker.user, asker.channel, asker.channel_name)
        return self._answers.visible(incident_id, teams)


def _share(text: str, at: datetime) -> Button:
    return Button("share", "Share in channel", json.dumps({"q": text[:500], "at": at.isoformat()}))


def _payload(message: Message, buttons: tuple[Button, ...]) -> dict[str, Any]:
    return slack_payload(replace(message, buttons=buttons), "")

"""Writes what would be sent as files that a browser opens."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from agent.book import read_book, read_incident
from agent.channels import look
from agent.config import Site
from agent.narrating import template
from agent.ownership import owner_of
from agent.weekly import digest, week_of
from ledger.store import Store
from ledger.types import LedgerError
from notifiers.compose import Told, head_now, incident_message
from notifiers.formats import FORMATS, mail_payload, text_payload
from notifiers.formats.slack_page import slack_page
from notifiers.types import Message

NEWEST = 3


def write_previews(site: Site, store: Store, *, what: str, channel: str, out: Path, now: datetime) -> list[Path]:
    """The files written. Raises LedgerError for a word that is no kind or channel, and where there is nothing."""
    if what not in ("incident", "digest", "all"):
        raise LedgerError(f"{what!r} cannot be previewed; write incident, digest or all")
    if channel and channel not in FORMATS:
        raise LedgerError(f"there is no channel {channel}; the channels are {', '.join(FORMATS)}")
    messages: list[tuple[str, Message]] = []
    if what != "digest":
        messages += _incidents(site, store, now)
    if what != "incident":
        messages.append(("digest", digest(site, store, now=now, week=week_of(site, now))))
    if not messages:
        raise LedgerError("there is no incident to preview yet; run why-spike tick first")
    out.mkdir(parents=True, exist_ok=True)
    return [
        _write(out, name, kind, message) for name, message in messages for kind in ([channel] if channel else FORMATS)
    ]


def _incidents(site: Site, store: Store, now: datetime) -> Iterable[tuple[str, Message]]:
    """Each of the newest: its head as it was last told, and what was told at each later step of its life. (The incident
    itself may have gone on since; the explanation is of what was told.)"""
    shown, words = look(site, now), template(site, now)
    newest = [i for i in read_book(store.engine).incidents if i.kind == "spend"][-NEWEST:]
    for incident in newest:
        known = read_incident(store.engine, incident.id)
        if known is None or known[1] is None:
            continue
        why, owner = known[1], owner_of(site.config, incident.scopes[0])
        for change in known[2]:
            first = change.what == "opened"
            about = replace(known[2][-1], at=change.at) if first else change
            told = Told(about, why, words(why, "team"), owner.owner if owner else "")
            yield f"{incident.id}-{change.what}", (head_now if first else incident_message)(told, shown)


def _write(out: Path, name: str, kind: str, message: Message) -> Path:
    rule = "preview"
    if kind == "mail":
        file = out / f"{name}.html"
        payload = mail_payload(message, rule)
        html = payload["html"]
        for cid, _alt, picture in payload["images"]:
            html = html.replace(f"cid:{cid}", f"data:image/png;base64,{base64.b64encode(picture).decode()}")
        file.write_text(html)
    elif kind == "text":
        file = out / f"{name}.txt"
        file.write_text(text_payload(message, rule)["text"])
    elif kind == "slack":
        file = out / f"{name}.slack.html"
        file.write_text(slack_page(message, rule))
    else:
        file = out / f"{name}.{kind}.json"
        file.write_text(json.dumps(FORMATS[kind](message, rule), indent=2, ensure_ascii=False) + "\n")
    return file

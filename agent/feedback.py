"""What people say of an incident: one function that the command and the buttons share, each word with one effect."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import get_args

from sqlalchemy import Engine

from agent.book import read_incident
from detector.types import Word
from ledger.engine import insert_ignore
from ledger.schema import feedback
from ledger.types import LedgerError, Scope, scope_json, utc

WORDS: tuple[Word, ...] = get_args(Word)
BOUNDED = ("expected", "mute")
"""Words that hold until a time."""
EFFECTS: dict[Word, str] = {
    "acknowledge": "its message shows who has seen it",
    "expected": "nobody is alerted to it until then; without a time it is the new normal",
    "not_useful": "what happens there must be odder before anybody is alerted",
    "real": "it takes back one not useful there, said before or after",
    "mute": "nobody is alerted to anything there until then",
}


def give_feedback(
    engine: Engine,
    *,
    incident_id: str,
    word: Word,
    by: str,
    at: datetime,
    until: datetime | None = None,
    scope: Scope | None = None,
) -> bool:
    """Writes it down; False where the same was said already. `mute` is for the incident's own scope, where none is given.

    Raises LedgerError for an unknown incident or word, and for a time that has passed."""
    if word not in WORDS:
        raise LedgerError(f"{word!r} is no word for an incident; use one of {', '.join(WORDS)}")
    known = read_incident(engine, incident_id)
    if known is None:
        raise LedgerError(f"there is no incident {incident_id}; `why-spike incidents` lists them")
    if until is not None and utc(until) <= at:
        raise LedgerError(f"{until.isoformat()} has passed; give a later time")
    if until is not None and word not in BOUNDED:
        raise LedgerError(f"{word} holds for good; --until is for {' and '.join(BOUNDED)}")
    if word == "mute" and scope is None:
        scope = known[0].scopes[0]
    where = json.dumps(scope_json(scope)) if scope is not None else None
    number = hashlib.sha256(f"{incident_id}|{word}|{by}|{until}|{where}".encode()).hexdigest()
    row = {"id": number, "at": at, "word": word, "by": by, "incident_id": incident_id, "scope": where, "until": until}
    with engine.begin() as conn:
        return insert_ignore(conn, feedback, row)

"""Answers a question in words: understood by the grammar, explained from the store, held to what the asker may see."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from agent.access import Access, AccessRule, concerning, may_see, narrowed, restricted
from agent.answering import BEFORE, explanation_document
from agent.ask_grammar import Understood, Vocabulary, understand
from agent.book import read_book, read_incident
from agent.build import explain_context
from agent.channels import look
from agent.config import Site
from agent.incidents_shown import incident_json
from detector import Incident
from explainer import explain_change, narrate
from explainer.periods import between
from explainer.types import Explanation
from ledger.store import Store
from ledger.table import CostTable
from ledger.types import DIMENSIONS, NANO, Scope, from_hour, to_hour
from notifiers.compose import answer_message, band
from notifiers.figures import change_percent, coins, day, moment, money, more_or_less, place, short_place
from notifiers.types import Message, Table

LOOK_BACK = timedelta(days=400)
LATE, LATE_SHARE, WEEK = timedelta(hours=3), 0.02, timedelta(days=7)
"""What may be missing at the end of a period without a word: so many hours, or such a share of it. (What stopped coming
more than a week before is no part of it.)"""
MOST_INCIDENTS = 2
MOST_NAMES = 2_000
"""Values of a dimension that can be asked for by name: those that cost most."""
MOST_ANSWERS = 64
"""Answers that are kept for the minute they were given in."""
CLOSE_PERCENT = 5.0
"""A premise within so many points is let stand."""
EXAMPLES = (
    "/why-spike alone: your channel's team, this week against last",
    "search-api yesterday · team:growth last 7 days · anthropic since monday",
    "model:gpt-5 2026-11-01..2026-11-15 · openai october vs september",
    "why did spend go up 40% this week · untagged this month",
    "top, or an incident's id",
)


NOTHING_YET = ("Bring in the cost with why-spike ingest, or see what is amiss with why-spike doctor.",)


@dataclass(frozen=True, slots=True)
class Reply:
    """For people and for programs."""

    understood: Understood
    message: Message
    document: dict[str, Any]


class Answers:
    """Answers over one store. The table is read once for each state of the store, whoever asks."""

    def __init__(self, site: Site, store: Store) -> None:
        self._site, self._store = site, store
        self._lock = threading.Lock()
        self._held: tuple[int, CostTable] | None = None
        self._read: tuple[object, CostTable, dict[str, list[str]], dict[str, tuple[datetime, datetime]]] | None = None
        self._under_way: dict[object, Future[Reply]] = {}

    @property
    def access(self) -> Access:
        """Who may see what, by the config."""
        section = self._site.config.access
        rules = tuple(AccessRule(r.teams, r.users, r.channels) for r in section.rules)
        return Access(section.default, rules, self._site.config.channels)

    def shared_reply(self, text: str, *, at: datetime, team: str | None, teams: frozenset[str] | None) -> Reply:
        """The same; those who ask the same in the same minute wait for one answer."""
        at = at.replace(second=0, microsecond=0)
        key, mine = (text, at, team, teams, self._store.version()), Future[Reply]()
        with self._lock:
            first = self._under_way.setdefault(key, mine)
            for old in list(self._under_way)[:-MOST_ANSWERS]:
                del self._under_way[old]
        if first is not mine:
            return first.result()
        try:
            mine.set_result(self.reply(text, at=at, team=team, teams=teams))
        except BaseException as error:
            mine.set_exception(error)
            with self._lock:
                self._under_way.pop(key, None)
            raise
        return mine.result()

    def reply(self, text: str, *, at: datetime, team: str | None, teams: frozenset[str] | None) -> Reply:
        """The answer to `text` at `at`: `team` is meant where none is named, `teams` may be shown (None: all)."""
        table, values, spans = self._seen(at, teams)
        seen = [i for i in read_book(self._store.engine).incidents if i.kind == "spend" and may_see(i.scopes, teams)]
        names = Vocabulary(values, tuple(i.id for i in reversed(seen)))
        default: Scope = (("team", team),) if team else ()
        asked = understand(text, names, now=at, zone=self._site.config.zone, default=default)
        if not len(table) and asked.kind in ("change", "top", "clarify"):
            return _nothing(asked, "there is no cost to look at yet", NOTHING_YET)
        if asked.kind == "incident" and asked.incident:
            return self.incident(asked.incident, asked, at)
        if asked.kind == "change":
            reply = self._change(asked, table, at, teams)
            going = [i for i in seen if i.state == "open" and asked.end and i.started_at < asked.end]
            return self._beside(reply, going, spans, at, teams)
        if asked.kind == "top":
            return self._beside(self._top(asked, table, at), (), spans, at, teams)
        return _guide(asked)

    def incident(self, incident_id: str, asked: Understood, at: datetime) -> Reply:
        """What is known of an incident."""
        known = read_incident(self._store.engine, incident_id)
        if known is None or known[1] is None:
            return _guide(Understood("clarify", note=f"I know no incident {incident_id}"))
        incident, why, _changes = known
        assert why is not None
        shown = look(self._site, at)
        message = answer_message(why, narrate(why, "slack", shown), shown, key=incident_id)
        message = replace(message, charts=(band(incident, shown), *message.charts))
        return Reply(asked, message, explanation_document(why, shown) | {"incident": incident_json(incident)})

    def read_ahead(self, at: datetime) -> None:
        """Reads the table before anybody asks."""
        self._table(at, self._store.version())

    def visible(self, incident_id: str, teams: frozenset[str] | None) -> Incident | None:
        """The incident, where it is there and may be shown."""
        known = read_incident(self._store.engine, incident_id)
        return known[0] if known and may_see(known[0].scopes, teams) else None

    def _seen(
        self, at: datetime, teams: frozenset[str] | None
    ) -> tuple[CostTable, dict[str, list[str]], dict[str, tuple[datetime, datetime]]]:
        """What somebody may see at a time, the names in it and which hours each source has; the last one asked for is
        kept."""
        version = self._store.version()
        key = (version, at, teams)
        held = self._read
        if held is None or held[0] != key:
            table = restricted(self._table(at, version), teams)
            self._read = held = (key, table, _names(table), _spans(table))
        return held[1], held[2], held[3]

    def _table(self, at: datetime, version: int) -> CostTable:
        with self._lock:
            if self._held is None or self._held[0] != version:
                self._held = (version, self._store.costs(since=at - LOOK_BACK))
            table = self._held[1]
        late = table.available > at.timestamp()
        return table.take(~late) if late.any() else table

    def _change(self, asked: Understood, table: CostTable, at: datetime, teams: frozenset[str] | None) -> Reply:
        assert asked.start and asked.end and asked.against_start and asked.against_end
        shown = look(self._site, at)
        events = [e for e in self._store.events(at) if concerning(e.scope, teams)]
        table = table.take(table.hour >= to_hour(min(asked.start, asked.against_start) - BEFORE))
        why = explain_change(
            table, scope=asked.scope or (), period=(asked.start, asked.end), against=(asked.against_start, asked.against_end),
            events=events, now=at, context=narrowed(explain_context(self._site, self._store, at), teams),
        )  # fmt: skip
        if not why.base and not why.current:
            where, zone = place(asked.scope or ()), self._site.config.zone
            first = min(asked.start, asked.against_start).astimezone(zone)
            last = (max(asked.end, asked.against_end) - timedelta(seconds=1)).astimezone(zone)
            note = f"there is no spend of {where} from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
            return _nothing(asked, note, EXAMPLES)
        message = answer_message(why, narrate(why, "slack", shown), shown, key="ask")
        if corrected := _premise(asked, why, shown):
            message = replace(message, headline=corrected, paragraphs=(f"{message.headline}.", *message.paragraphs))
        return Reply(asked, message, explanation_document(why, shown))

    def _beside(
        self, reply: Reply, going: Sequence[Incident], spans: Mapping[str, tuple[datetime, datetime]], at: datetime,
        teams: frozenset[str] | None,
    ) -> Reply:  # fmt: skip
        """The answer with what has to be known beside it: data that are not in yet, and incidents that go on there."""
        asked, shown = reply.understood, look(self._site, at)
        if asked.start is None or asked.end is None or asked.kind == "clarify":
            return reply
        enough = min(asked.end, at) - max(LATE, LATE_SHARE * (asked.end - asked.start))
        late = {source: end for source, (_, end) in spans.items() if asked.start - WEEK < end < enough}
        words = [f"{source} reaches {moment(end, shown)}" for source, end in sorted(late.items())]
        if late and teams is not None:  # sources are the company's: their names are not told to one team
            words = [f"the data reach {moment(min(late.values()), shown)}"]
        missing = [f"Not all of it is in yet: {', '.join(words)}."] if words else []
        begins = min((first for first, _ in spans.values()), default=None)
        if asked.against_start and begins and begins > asked.against_start:
            missing.append(f"The data begin on {moment(begins, shown)}: before that there is nothing to compare with.")
        inside = [i for i in going if all(set(asked.scope or ()) <= set(s) for s in i.scopes)]
        largest = sorted(inside, key=lambda i: -abs(i.impact_nano))[:MOST_INCIDENTS]
        steps = [
            f"Ask for {i.id}: {' and '.join(short_place(s) for s in i.scopes)}, {more_or_less(i.impact_nano, shown)} than "
            f"expected since {day(i.started_at, shown)}."
            for i in largest
        ]
        message = reply.message
        message = replace(message, paragraphs=(*missing, *message.paragraphs), next_steps=(*steps, *message.next_steps))
        return replace(reply, message=message)

    def _top(self, asked: Understood, table: CostTable, at: datetime) -> Reply:
        assert asked.start and asked.end and asked.against_start and asked.against_end
        shown, scope = look(self._site, at), asked.scope or ()
        now = between(table, scope, (asked.start, asked.end)).cost
        before = between(table, scope, (asked.against_start, asked.against_end)).cost
        sums = table.leaves[["team", "feature"]].assign(now=now, before=before)
        parts = sums.groupby(["team", "feature"], dropna=False)[["now", "before"]].sum().reset_index()
        change = (parts["now"] - parts["before"]).abs()
        largest = parts.loc[change.sort_values(ascending=False, kind="stable").index[: asked.limit]]
        names, listed = [], []
        for team, feature, new, old in largest.itertuples(index=False):
            where: Scope = (
                ("team", None if pd.isna(team) else str(team)),
                ("feature", None if pd.isna(feature) else str(feature)),
            )
            nano = int(new - old)
            names.append((place(where), money(int(new), shown), change_percent(nano, int(old), shown)))
            listed.append({"scope": dict(where), "current_nano": int(new), "base_nano": int(old), "delta_nano": nano})
        total, was = int(now.sum()), int(before.sum())
        rest = total - was - sum(int(p["delta_nano"]) for p in listed)  # type: ignore[call-overload]
        names.append(("everything else", "", ""))
        moved = shown.units_of_parts([*(int(p["delta_nano"]) for p in listed), rest], total - was)  # type: ignore[call-overload]
        rows = [(where, now, coins(by, shown), change) for (where, now, change), by in zip(names, moved, strict=True)]
        headline = f"Spend came to {money(total, shown)}, {money(abs(total - was), shown)} {'more' if total >= was else 'less'} than before; what moved most:"
        tables = (Table("What moved most", ("where", "now", "change", ""), tuple(rows), (False, True, True, True)),)
        message = Message(
            key="top", thread="top", kind="answer", tone="calm", headline=headline, tables=tables, rate=shown.rate_words
        )
        return Reply(asked, message, {"top": listed, "rest_nano": rest, "delta_nano": total - was})


def _premise(asked: Understood, why: Explanation, shown: Any) -> str:
    """Corrects a figure in the question that is not so, before anything else is said; empty where it is."""
    if asked.premise_percent is None:
        return ""
    if why.base <= 0:
        return "There was no spend before to compare with"
    real = 100 * why.delta / why.base
    if abs(real - asked.premise_percent) <= CLOSE_PERCENT:
        return ""
    thought = f"{'up' if asked.premise_percent >= 0 else 'down'} {abs(asked.premise_percent):g} %"
    return (
        f"It is not {thought}: spend went {'up' if real >= 0 else 'down'} {abs(real):.1f} % ({money(why.delta, shown)})"
    )


def _names(table: CostTable) -> dict[str, list[str]]:
    cost = np.bincount(table.leaf, weights=np.abs(table.cost) / NANO, minlength=len(table.leaves))
    found = {}
    for dimension in DIMENSIONS[:-1]:
        sums = table.leaves[[dimension]].assign(cost=cost).dropna().groupby(dimension)["cost"].sum()
        found[dimension] = [str(v) for v in sums.sort_values(ascending=False, kind="stable").index[:MOST_NAMES]]
    return found


def _spans(table: CostTable) -> dict[str, tuple[datetime, datetime]]:
    """By source, the start of its first hour (or day) and the end of its last."""
    first, last = np.full(len(table.leaves), np.iinfo(np.int64).max), np.full(len(table.leaves), -1)
    np.minimum.at(first, table.leaf, table.hour)
    np.maximum.at(last, table.leaf, table.hour + table.leaves["grain"].to_numpy(dtype=np.int64)[table.leaf])
    held = pd.DataFrame({"first": first, "last": last})[last >= 0]
    spans = held.groupby(table.leaves["source"].to_numpy()[last >= 0]).agg({"first": "min", "last": "max"})
    return {str(s): (from_hour(int(a)), from_hour(int(b))) for s, a, b in spans.itertuples()}


def how_to_ask() -> Message:
    """Examples; no figure and no name of anybody's."""
    return Message(
        key="help", thread="help", kind="answer", tone="calm", headline="Ask why spend changed", next_steps=EXAMPLES
    )


def _nothing(asked: Understood, note: str, steps: tuple[str, ...]) -> Reply:
    """What was asked is clear, and there is nothing to tell of it."""
    message = replace(
        how_to_ask(), key="nothing", thread="nothing", headline=note[0].upper() + note[1:], next_steps=steps
    )
    return Reply(replace(asked, kind="clarify", note=note), message, {})


def _guide(asked: Understood) -> Reply:
    """How to ask, or what was not clear."""
    suggestions = tuple(f"Did you mean {s}?" for s in asked.suggestions)
    if asked.kind == "help":
        message = how_to_ask()
    else:
        headline = f"I did not quite understand: {asked.note}" if asked.note else "I did not quite understand"
        message = Message(
            key="clarify",
            thread="clarify",
            kind="answer",
            tone="calm",
            headline=headline,
            next_steps=suggestions or EXAMPLES,
        )
    return Reply(asked, message, {})

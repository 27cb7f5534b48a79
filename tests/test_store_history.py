"""Whatever is loaded and taken back in whatever order: each state is what a plain reading of the facts gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.batch import BadRows
from tests.stores import START, batch, shown

TEAMS, LAST = (None, "a", "b"), 80
KEYS = st.tuples(st.sampled_from(TEAMS), st.integers(0, 60))
LOGS = st.lists(st.tuples(KEYS, st.integers(0, LAST), st.integers(-2, 2)), max_size=8)
BILLS = st.lists(st.tuples(KEYS, st.integers(-2, 2)), max_size=8)
STEPS = st.one_of(
    st.tuples(st.just("log"), LOGS),
    st.tuples(st.just("bill"), st.tuples(st.integers(0, LAST), st.integers(0, 59), st.integers(1, 60)), BILLS),
    st.tuples(st.just("undo"), st.integers(0, 9), st.integers(0, LAST)),
)


def test_any_past_state_can_be_asked_for(store):
    """Each example in the one store, with sources of its own."""

    @settings(max_examples=60 if store.engine.dialect.name == "sqlite" else 10, deadline=None)
    @given(st.lists(STEPS, min_size=1, max_size=10))
    def same(steps):
        Replay(store).run(steps)

    same()


@dataclass
class Fact:
    """A load as the oracle keeps it: rows (team, hour) -> [(available, cost)], and what a bill covers."""

    available: int
    rows: dict = field(default_factory=dict)
    covers: tuple[int, int] | None = None
    undone_at: int | None = None

    def stands(self, at):
        return self.undone_at is None or self.undone_at > at


def state(facts, at):
    """What is known at an hour: logs by the newest version of each key, bills by wiping what they cover."""
    logs, bills = {}, {}
    for fact in (f for f in facts if f.stands(at) and not f.covers):
        for key, versions in fact.rows.items():
            for available, cost in versions:
                if available <= at and available >= logs.get(key, (-1,))[0]:
                    logs[key] = (available, cost)
    for fact in sorted(
        (f for f in facts if f.stands(at) and f.covers and f.available <= at), key=lambda f: f.available
    ):
        bills = {key: cost for key, cost in bills.items() if not fact.covers[0] <= key[1] < fact.covers[1]}
        bills |= {key: versions[0][1] for key, versions in fact.rows.items()}
    found = {("log", *key): cost for key, (_, cost) in logs.items()}
    return found | {("bill", *key): cost for key, cost in bills.items()}


class Replay:
    """Takes the steps in a store and in the oracle, then compares every so many of the states."""

    def __init__(self, store):
        self.store, self.mark, self.facts = store, uuid4().hex, {}

    def run(self, steps):
        for number, (kind, *what) in enumerate(steps):
            {"log": self.log, "bill": self.bill, "undo": self.undo}[kind](f"{number}.csv", *what)
        for at in range(2, LAST, 11):
            assert self.known(START + timedelta(hours=at)) == state(self.facts.values(), at)
        assert self.known() == state(self.facts.values(), LAST)

    def known(self, at=None):
        found = shown(self.store.costs(at), "team")
        return {(key[0].split()[0], *key[1:]): cost for key, cost in found.items() if self.mark in key[0]}

    def ingest(self, source, rows, at=0, **said):
        given = [{"team": t, "hour": h, "available": a, "cost": c} for (t, h), a, c in rows]
        load = batch(given, source=f"{source} {self.mark}", **said)
        return self.store.ingest(load, loaded_at=START + timedelta(hours=at))

    def standing(self):
        return [f for f in self.facts.values() if f.undone_at is None]

    def log(self, name, rows):
        """Refused as a whole where it contradicts itself or what stands; what is known already is not stored again."""
        logs = [f.rows for f in self.standing() if not f.covers]
        known = {(key, a): cost for rows in logs for key, versions in rows.items() for a, cost in versions}
        said, clash = dict(known), False
        for key, available, cost in rows:
            clash |= said.setdefault((key, available), cost) != cost
        try:
            report = self.ingest("log", rows, name=name)
        except BadRows:
            assert clash
            return
        assert not clash
        new = {k: v for k, v in said.items() if k not in known}
        assert (report.load_id is None) == (not new)
        if new:
            fact = self.facts[report.load_id] = Fact(0)
            for (key, available), cost in new.items():
                fact.rows.setdefault(key, []).append((available, cost))

    def bill(self, name, span, rows):
        """Not stored where it says what stands at the time when it became known."""
        available, first, hours = span
        fact = Fact(available, covers=(first, first + hours))
        rows = [(key, available, cost) for key, cost in rows if first <= key[1] < first + hours]
        for key, _, cost in rows:
            fact.rows[key] = [(available, fact.rows.get(key, [(0, 0)])[0][1] + cost)]
        before = self.standing()
        report = self.ingest("bill", rows, available, kind="snapshot", name=name, covers=fact.covers)
        same = state(before, available) == state([*before, fact], available)
        assert (report.load_id is None) == same
        if not same:
            self.facts[report.load_id] = fact

    def undo(self, _, choice, at):
        """Some load, from some time on; a second time changes nothing."""
        if self.facts:
            load_id = sorted(self.facts)[choice % len(self.facts)]
            self.store.undo(load_id, at=START + timedelta(hours=at))
            if self.facts[load_id].undone_at is None:
                self.facts[load_id].undone_at = at

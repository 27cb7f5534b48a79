"""Neutral messages: what is said about an incident, a budget, the data, an answer. No channel's form is in here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from detector.types import Change, Incident, What
from explainer.look import Look
from explainer.types import Explanation, Narrative
from explainer.wording import driver_words
from ledger.types import NANO, Scope, from_hour
from notifiers.figures import change_percent, coins, day, moment, money, more_or_less, place, short_place
from notifiers.types import Button, Chart, Message, Table

Severity = Literal["low", "medium", "high"]
HIGH_USD, LOW_USD = 1000, 100
CHART_DAYS = 21
PLACES_SHOWN = 8
PARTS_SHOWN = 6
TOLD_ABOUT: dict[What, str] = {
    "grew": "Still going: {where} has cost {amount} than expected so far",
    "moved": "Now seen elsewhere: {where} has cost {amount} than expected so far",
    "restated": "Restated: by newer data {where} cost {amount} than expected",
    "accepted": "The new normal from now on: {where}, {amount} than was normal",
    "resolved": "Over: {where} cost {amount} than expected in all",
    "withdrawn": "Withdrawn: {where}: {note}",
    "reopened": "It is back: {where} has cost {amount} than expected so far",
}
WITHDRAWN = "by newer data nothing was out of the ordinary"
STATES = {"open": "open", "accepted": "the new normal", "resolved": "over", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a message about an incident is made of: what happened, why, in which words, and whose it is."""

    change: Change
    explanation: Explanation
    narrative: Narrative
    owner: str = ""


def severity_of(incident: Incident) -> Severity:
    """By the dollars so far."""
    dollars = abs(incident.impact_nano) / NANO
    return "high" if dollars >= HIGH_USD else "low" if dollars < LOW_USD else "medium"


def incident_message(told: Told, look: Look) -> Message:
    """The head of an incident's thread, or a reply to it: growth, its end, its withdrawal."""
    incident, what = told.change.incident, told.change.what
    if what == "opened":
        return _head(told, look)
    said = {
        "where": " and ".join(short_place(s) for s in incident.scopes), "note": _note(incident, look) or WITHDRAWN,
        "amount": more_or_less(incident.impact_nano, look),
    }  # fmt: skip
    return Message(
        key=f"{incident.id}:{what}:{told.change.at.isoformat()}", thread=incident.id, kind="incident",
        tone="good" if what in ("resolved", "withdrawn", "accepted") else "alert",
        headline=TOLD_ABOUT[what].format(**said), paragraphs=_more(incident, what),
        numbers=_numbers(incident, look), footer=_footer(told, look), rate=look.rate_words, reply=True,
        severity=severity_of(incident),
    )  # fmt: skip


def _note(incident: Incident, look: Look) -> str:
    """What the detector noted; its amounts, which come after a colon, are dollars."""
    return incident.note if look.currency == "USD" else incident.note.partition(":")[0]


def head_now(told: Told, look: Look) -> Message:
    """The head of the thread brought up to date: the same key's place, the current state and figures."""
    head = _head(told, look)
    return replace(head, key=f"{head.thread}:head:{told.change.at.isoformat()}", edits_head=True)


def _head(told: Told, look: Look) -> Message:
    incident, words = told.change.incident, told.narrative
    going = incident.state == "open"
    mark = "" if going else f"[{STATES[incident.state]}] "
    return Message(
        key=f"{incident.id}:opened", thread=incident.id, kind="incident",
        tone="calm" if told.explanation.calm else "alert" if going else "good", headline=mark + words.headline,
        paragraphs=words.sentences, numbers=_numbers(incident, look), charts=incident_charts(told, look),
        tables=(driver_table(told.explanation, look),), evidence=tuple(e.text for e in told.explanation.evidence),
        next_steps=words.next_steps, buttons=_buttons(incident.id), footer=_footer(told, look),
        rate=look.rate_words, severity=severity_of(incident),
    )  # fmt: skip


def _more(incident: Incident, what: What) -> tuple[str, ...]:
    if what == "resolved" and incident.ended_at:
        hours = (incident.ended_at - incident.started_at) // timedelta(hours=1) + 1
        return (f"It lasted {hours} hours.",)
    return (incident.note,) if incident.note and what != "withdrawn" else ()


def _numbers(incident: Incident, look: Look) -> tuple[tuple[str, str], ...]:
    until = moment(incident.ended_at + timedelta(hours=1), look) if incident.ended_at else "still going on"
    return (
        ("Spent", money(incident.actual_nano, look)),
        ("Expected", money(incident.expected_nano, look)),
        ("Difference", f"{money(incident.impact_nano, look)} ({_percent(incident, look)})"),
        ("Since", moment(incident.started_at, look)),
        ("Until", until),
        ("State", STATES[incident.state] + (f", seen by {b}" if (b := incident.acknowledged_by) else "")),
    )


def _percent(incident: Incident, look: Look) -> str:
    return change_percent(incident.impact_nano, incident.expected_nano, look)


def _places(scopes: tuple[Scope, ...]) -> str:
    return " and ".join(place(s) for s in scopes)


def _footer(told: Told, look: Look) -> str:
    owner = f"for {told.owner} · " if told.owner else ""
    return f"{told.change.incident.id} · {owner}told {moment(told.change.at, look)} · words: {told.narrative.narrator}"


def _buttons(incident_id: str) -> tuple[Button, ...]:
    return (
        Button("acknowledge", "Acknowledge", incident_id),
        Button("expected", "Expected until…", incident_id),
        Button("not_useful", "Not useful", incident_id),
        Button("mute", "Mute", incident_id),
        Button("why", "Why?", incident_id),
    )


def driver_table(explanation: Explanation, look: Look) -> Table:
    """By driver, in parts that add up to the whole difference as they are shown, too."""
    rows = [(name, coins(units, look)) for name, units in _drivers(explanation, look)]
    rows.append(("all of it", money(explanation.delta, look)))
    return Table(
        f"What makes the difference, against {explanation.against}", ("driver", "amount"), tuple(rows), (False, True)
    )


def _drivers(explanation: Explanation, look: Look) -> list[tuple[str, int]]:
    """By driver, in whole coins that add up; without those that come to nothing."""
    amounts = look.units_of_parts([nano for _, nano in explanation.drivers], explanation.delta)
    return [(n.replace("_", " "), v) for (n, _), v in zip(explanation.drivers, amounts, strict=True) if v]


def part_tables(explanation: Explanation, look: Look) -> tuple[Table, ...]:
    """By dimension, the parts that add up to the whole difference."""
    tables = []
    for dimension, parts in explanation.parts:
        names = ["the rest" if p.rest else "(untagged)" if p.value is None else p.value for p in parts]
        amounts = zip(
            look.units_of_parts([p.base for p in parts], explanation.base),
            look.units_of_parts([p.current for p in parts], explanation.current),
            look.units_of_parts([p.delta for p in parts], explanation.delta), strict=True,
        )  # fmt: skip
        rows = tuple((name, *(coins(v, look) for v in row)) for name, row in zip(names, amounts, strict=True))
        if len(rows) > 1:
            columns = (dimension.replace("_", " "), "before", "now", "difference")
            tables.append(Table(f"By {dimension.replace('_', ' ')}", columns, rows, (False, True, True, True)))
    return tuple(tables[:PARTS_SHOWN])


def place_table(explanation: Explanation, look: Look) -> tuple[Table, ...]:
    """The places that moved and the rest, which add up to the difference; none where the scope is the only place."""
    places = [p for p in explanation.places if p.scope != explanation.scope]
    if not places:
        return ()
    shown, other = places[:PLACES_SHOWN], places[PLACES_SHOWN:]
    kept = sum(p.delta for p in explanation.places) - sum(p.delta for p in places)
    amounts = [(place(p.scope), driver_words(p.driver), p.delta) for p in shown]
    if other:
        amounts.append((f"{len(other)} more places", "", sum(p.delta for p in other)))
    amounts.append(("the rest", "", explanation.rest + kept))
    units = look.units_of_parts([nano for _, _, nano in amounts], explanation.delta)
    rows = tuple((name, words, coins(unit, look)) for (name, words, _), unit in zip(amounts, units, strict=True))
    return (Table("Where", ("place", "mostly", "difference"), rows, (False, False, True)),)


def incident_charts(told: Told, look: Look) -> tuple[Chart, ...]:
    """The band with the spike, and a waterfall of the drivers where there is more than one."""
    several = len(_drivers(told.explanation, look)) > 1
    return (band(told.change.incident, look), *([waterfall(told.explanation, look)] if several else []))


def band(incident: Incident, look: Look) -> Chart:
    """What the incident was judged by, over the last weeks before its end."""
    j = incident.judgement
    in_money = j.signal == "cost" or j.unit in ("usd", "nano_usd", "nano-dollars")
    scale = 1.0 if not in_money else NANO * float(look.usd) if j.unit != "usd" else float(look.usd)
    steps = max(1, CHART_DAYS * 24 // j.grain)
    actual, expected, low, high = (tuple(v / scale for v in s[-steps:]) for s in (j.actual, j.expected, j.low, j.high))
    zone = look.zone if j.grain == 1 else UTC
    times = tuple(from_hour(h).astimezone(zone) for h in j.hours[-steps:])
    named = "Cost" if in_money else j.signal.replace("_", " ").capitalize()
    title = f"{named} of {_places(incident.scopes)}, by the {'hour' if j.grain == 1 else 'day'}"
    alt = (
        f"{title} since {day(times[0], look) if times else 'the beginning'}; it left the expected band on "
        f"{moment(incident.started_at, look)}."
    )
    end = (incident.ended_at + timedelta(hours=1)).astimezone(zone) if incident.ended_at else None
    return Chart(
        "band", title, alt, look.currency.lower() if in_money else j.unit, times, actual, expected, low, high,
        marked_from=incident.started_at.astimezone(zone), marked_to=end, currency=look.currency if in_money else "",
        language=look.language, zone=look.zone_name(incident.started_at) if j.grain == 1 else "UTC",
    )  # fmt: skip


def waterfall(explanation: Explanation, look: Look) -> Chart:
    """From what it was, driver by driver, to what it is."""
    steps = _drivers(explanation, look)
    labels = ("before", *(n for n, _ in steps), "now")
    coin = 10**look.digits
    values = (
        float(look.amount(explanation.base)), *(v / coin for _, v in steps), float(look.amount(explanation.current)),
    )  # fmt: skip
    alt = "From {} to {}: {}.".format(
        money(explanation.base, look),
        money(explanation.current, look),
        ", ".join(f"{n} {coins(v, look)}" for n, v in steps),
    )
    return Chart(
        "waterfall", "What makes the difference", alt, look.currency.lower(), labels=labels, values=values,
        currency=look.currency, language=look.language,
    )  # fmt: skip


def answer_message(explanation: Explanation, narrative: Narrative, look: Look, *, key: str) -> Message:
    """The answer to a question about two periods, or about an incident."""
    return Message(
        key=key, thread=key, kind="answer", tone="calm", headline=narrative.headline, paragraphs=narrative.sentences,
        numbers=(
            ("Now", money(explanation.current, look)), ("Before", money(explanation.base, look)),
            ("Difference", f"{money(explanation.delta, look)} ({change_percent(explanation.delta, explanation.base, look)})"),
        ),
        charts=(waterfall(explanation, look),),
        tables=(driver_table(explanation, look), *place_table(explanation, look), *part_tables(explanation, look)),
        evidence=tuple(e.text for e in explanation.evidence), next_steps=narrative.next_steps,
        footer=f"{moment(explanation.start, look)} to {moment(explanation.end, look)}, against {explanation.against}",
        rate=look.rate_words,
    )  # fmt: skip


def budget_message(scope: Scope, *, budget: int, spent: int, forecast: int, breaks: datetime, look: Look) -> Message:
    """A month's budget is going to break, and when. Amounts in nano-dollars."""
    month = breaks.astimezone(look.zone).strftime("%Y-%m")
    whose = place(scope) if scope else "the whole company"
    return Message(
        key=f"budget:{place(scope)}:{month}", thread=f"budget:{place(scope)}:{month}", kind="budget", tone="alert",
        headline=f"The budget of {whose} will break on {day(breaks, look)} if spend goes on as it does",
        paragraphs=(f"By the end of the month it comes to {money(forecast, look)}, {money(forecast - budget, look)} over.",),
        numbers=(("Budget", money(budget, look)), ("Spent so far", money(spent, look)), ("By month's end", money(forecast, look))),
        footer=f"budget of {month}", rate=look.rate_words,
    )  # fmt: skip


def operator_message(key: str, headline: str, *details: str) -> Message:
    """Something about the tool itself or its data: for whoever runs it, never for a team."""
    return Message(key=f"operator:{key}", thread=f"operator:{key}", kind="operator", tone="operator", headline=headline, paragraphs=details)  # fmt: skip


def summary_message(key: str, messages: list[Message]) -> Message:
    """Many alerts at once, on a line each."""
    rows = tuple((m.headline, m.thread) for m in messages)
    return Message(
        key=f"summary:{key}", thread=f"summary:{key}", kind="summary", tone="alert",
        headline=f"{len(messages)} more incidents in the same minute",
        tables=(Table("", ("incident", "id"), rows, (False, False)),), footer="ask /why-spike with an id for the whole story",
        rate=next((m.rate for m in messages if m.rate), ""),
    )  # fmt: skip


def test_message(at: datetime, look: Look) -> Message:
    """Says that it is a test, and when."""
    key = f"test:{at.isoformat()}"
    return Message(key=key, thread=key, kind="test", tone="good", headline="This is a test of why-spike",
                   paragraphs=(f"Sent {moment(at, look)}. If you can read this, alerts will reach you here.",), footer="test")  # fmt: skip

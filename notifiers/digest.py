"""The weekly page for finance: what it came to, what moved and why, what happened, what is not yet known."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from detector.types import Incident
from explainer.look import Look
from explainer.types import Explanation, Narrative
from ledger.types import Scope
from notifiers.compose import STATES, driver_table, part_tables, waterfall
from notifiers.figures import change_percent, coins, day, money, place, short_place, unit_money
from notifiers.types import Attachment, Chart, Message, Table

CSV_DIGITS = 6
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Happened:
    """An incident of the week with its cause in a word."""

    incident: Incident
    cause: str
    owner: str


@dataclass(frozen=True, slots=True)
class DigestData:
    """What the page is made of. Amounts are nano-dollars; `forecast` is (low, middle, high) by the month's end; `days`
    the week's days with their spend; `cells` the week by team, feature and model for the attached table."""

    start: datetime
    end: datetime
    explanation: Explanation
    narrative: Narrative
    month_so_far: int
    forecast: tuple[int, int, int] | None
    budget: int | None
    incidents: tuple[Happened, ...]
    planned: tuple[Happened, ...]
    untagged: tuple[int, int]
    unit_costs: tuple[tuple[str, int, int], ...]
    incomplete: tuple[str, ...]
    days: tuple[tuple[datetime, int], ...]
    cells: tuple[tuple[Scope, int, int], ...]
    late: bool = False


def digest_message(data: DigestData, look: Look) -> Message:
    """One page, a chart, the table attached as CSV."""
    why = data.explanation
    local = data.start.astimezone(look.zone)
    week = f"{local:%G}-W{local:%V}"
    last = data.end - timedelta(seconds=1)
    title = f"AI spend, {day(data.start, look)} to {day(last, look)}: {money(why.current, look)}"
    change = change_percent(why.delta, why.base, look)
    late = ("This page is late: why-spike was not running when it was due.",) if data.late else ()
    calm = tuple(f"As announced: {_line(h, look)}." for h in data.planned)
    return Message(
        key=f"digest:{week}", thread=f"digest:{week}", kind="digest", tone="calm",
        headline=f"{title} ({change} on the week before)", paragraphs=(*late, *data.narrative.sentences, *calm),
        numbers=_numbers(data, look), charts=(_days(data, look), waterfall(why, look)),
        tables=(driver_table(why, look), *[t for t in part_tables(why, look) if t.title == "By team"], *_incidents(data, look)),
        evidence=tuple(f"Not complete yet: {text}" for text in data.incomplete), next_steps=data.narrative.next_steps,
        attachments=(Attachment(f"ai-spend-{week}.csv", "text/csv", digest_csv(data, look)),), footer=f"week {week}",
        rate=look.rate_words,
    )  # fmt: skip


def digest_csv(data: DigestData, look: Look) -> bytes:
    """The week by team, feature and model, in the currency that its headings name, in cells that add up to the week;
    a cell that a spreadsheet would run is made text."""
    out = io.StringIO()
    writer, unit = csv.writer(out), look.currency.lower()
    writer.writerow(
        ["team", "feature", "model", *(f"{unit}_{what}" for what in ("week_before", "this_week", "change"))]
    )
    before, now = [c[1] for c in data.cells], [c[2] for c in data.cells]
    columns = (look.units_of_parts(column, sum(column), CSV_DIGITS) for column in (before, now))
    for (scope, _, _), was, this in zip(data.cells, *columns, strict=True):
        names = [_harmless(dict(scope).get(d)) for d in ("team", "feature", "model")]
        writer.writerow([*names, *(f"{Decimal(v).scaleb(-CSV_DIGITS):f}" for v in (was, this, this - was))])
    return out.getvalue().encode()


def _harmless(name: str | None) -> str:
    text = "(untagged)" if name is None else name
    return f"'{text}" if text.startswith(FORMULA) else text


def _numbers(data: DigestData, look: Look) -> tuple[tuple[str, str], ...]:
    why = data.explanation
    rows = [
        ("This week", money(why.current, look)),
        ("The week before", money(why.base, look)),
        ("Difference", f"{money(why.delta, look)} ({change_percent(why.delta, why.base, look)})"),
        ("This month so far", money(data.month_so_far, look)),
    ]
    if data.forecast:
        low, middle, high = (money(v, look) for v in data.forecast)
        rows.append(("By month's end", f"{middle} ({low} to {high})"))
    if data.budget:
        rows.append(("Budget of the month", money(data.budget, look)))
    now, before = data.untagged
    if now or before:
        rows.append(("Untagged", f"{money(now, look)} ({change_percent(now - before, before, look)})"))
    rows += [
        (f"Cost per {_one_of(name)}", f"{unit_money(n, look)} (before {unit_money(b, look)})")
        for name, n, b in data.unit_costs
    ]
    return tuple(rows[:10])


def _one_of(name: str) -> str:
    """contract reviewed, of contracts reviewed: what is counted comes first, and is mostly written as many."""
    first, _, rest = name.partition(" ")
    if first.endswith("ies"):
        first = f"{first[:-3]}y"
    elif first.endswith("s") and not first.endswith(("ss", "us", "is")):
        first = first[:-1]
    return f"{first} {rest}".rstrip()


def _incidents(data: DigestData, look: Look) -> tuple[Table, ...]:
    if not data.incidents:
        return ()
    rows = tuple(
        (day(h.incident.started_at, look), " and ".join(short_place(s) for s in h.incident.scopes), h.cause,
         money(h.incident.impact_nano, look), STATES[h.incident.state], h.owner)
        for h in data.incidents
    )  # fmt: skip
    columns = ("since", "where", "cause", "difference", "state", "owner")
    return (Table("Incidents", columns, rows, (False, False, False, True, False, False)),)


def _line(happened: Happened, look: Look) -> str:
    incident = happened.incident
    where = " and ".join(place(s) for s in incident.scopes)
    said = incident.note.removeprefix("announced: ") or happened.cause
    return f"{said}, {where}, since {day(incident.started_at, look)}, {money(incident.actual_nano, look)}"


def _days(data: DigestData, look: Look) -> Chart:
    labels = tuple(day(at, look) for at, _ in data.days)
    values = tuple(float(look.amount(nano)) for _, nano in data.days)
    spent = [nano for _, nano in data.days]
    shown = (coins(units, look) for units in look.units_of_parts(spent, sum(spent)))
    alt = "Spend by day: " + ", ".join(f"{name} {amount}" for name, amount in zip(labels, shown, strict=True))
    return Chart(
        "bars", "Spend by day", alt, look.currency.lower(), labels=labels, values=values, currency=look.currency,
        language=look.language,
    )  # fmt: skip

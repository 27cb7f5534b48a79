"""The weekly page for finance: what it came to, what moved and why, what happened, what is not yet known."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from detector.types import Incident
from explainer.types import Explanation, Narrative
from ledger.types import Scope
from notifiers.compose import STATES, driver_table, part_tables, waterfall
from notifiers.figures import Look, change_percent, day, place, unit_usd, usd
from notifiers.types import Attachment, Chart, Message, Table

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
    title = f"AI spend, {day(data.start, look)} to {day(last, look)}: {usd(why.current, look)}"
    change = change_percent(why.delta, why.base, look)
    late = ("This page is late: why-spike was not running when it was due.",) if data.late else ()
    calm = tuple(f"As announced: {_line(h, look)}." for h in data.planned)
    return Message(
        key=f"digest:{week}", thread=f"digest:{week}", kind="digest", tone="calm",
        headline=f"{title} ({change} on the week before)", paragraphs=(*late, *data.narrative.sentences, *calm),
        numbers=_numbers(data, look), charts=(_days(data, look), waterfall(why, look)),
        tables=(driver_table(why, look), *[t for t in part_tables(why, look) if t.title == "By team"], *_incidents(data, look)),
        evidence=tuple(f"Not complete yet: {text}" for text in data.incomplete), next_steps=data.narrative.next_steps,
        attachments=(Attachment(f"ai-spend-{week}.csv", "text/csv", digest_csv(data)),), footer=f"week {week}",
    )  # fmt: skip


def digest_csv(data: DigestData) -> bytes:
    """The week by team, feature and model, in dollars; a cell that a spreadsheet would run is made text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["team", "feature", "model", "usd_week_before", "usd_this_week", "usd_change"])
    for scope, before, now in data.cells:
        names = [_harmless(dict(scope).get(d)) for d in ("team", "feature", "model")]
        writer.writerow([*names, *(f"{v / 1e9:.6f}" for v in (before, now, now - before))])
    return out.getvalue().encode()


def _harmless(name: str | None) -> str:
    text = "(untagged)" if name is None else name
    return f"'{text}" if text.startswith(FORMULA) else text


def _numbers(data: DigestData, look: Look) -> tuple[tuple[str, str], ...]:
    why = data.explanation
    rows = [
        ("This week", usd(why.current, look)),
        ("The week before", usd(why.base, look)),
        ("Difference", f"{usd(why.delta, look)} ({change_percent(why.delta, why.base, look)})"),
        ("This month so far", usd(data.month_so_far, look)),
    ]
    if data.forecast:
        low, middle, high = (usd(v, look) for v in data.forecast)
        rows.append(("By month's end", f"{middle} ({low} to {high})"))
    if data.budget:
        rows.append(("Budget of the month", usd(data.budget, look)))
    now, before = data.untagged
    if now or before:
        rows.append(("Untagged", f"{usd(now, look)} ({change_percent(now - before, before, look)})"))
    rows += [
        (f"Cost per {name}", f"{unit_usd(n, look)} (before {unit_usd(b, look)})") for name, n, b in data.unit_costs
    ]
    return tuple(rows[:10])


def _incidents(data: DigestData, look: Look) -> tuple[Table, ...]:
    if not data.incidents:
        return ()
    rows = tuple(
        (day(h.incident.started_at, look), " and ".join(place(s) for s in h.incident.scopes), h.cause,
         usd(h.incident.impact_nano, look), STATES[h.incident.state], h.owner)
        for h in data.incidents
    )  # fmt: skip
    columns = ("since", "where", "cause", "difference", "state", "owner")
    return (Table("Incidents", columns, rows, (False, False, False, True, False, False)),)


def _line(happened: Happened, look: Look) -> str:
    incident = happened.incident
    where = " and ".join(place(s) for s in incident.scopes)
    said = incident.note.removeprefix("announced: ") or happened.cause
    return f"{said}, {where}, since {day(incident.started_at, look)}, {usd(incident.actual_nano, look)}"


def _days(data: DigestData, look: Look) -> Chart:
    labels = tuple(day(at, look) for at, _ in data.days)
    values = tuple(nano / 1e9 for _, nano in data.days)
    alt = "Spend by day: " + ", ".join(f"{name} {usd(n, look)}" for name, (_, n) in zip(labels, data.days, strict=True))
    return Chart("bars", "Spend by day", alt, "usd", labels=labels, values=values)

"""The typed facts of an explanation: every figure, name, time and cause that words may use, each in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from explainer.findings import Findings, Measure
from explainer.look import DOLLARS, Look
from explainer.next_steps import next_steps
from explainer.types import Explanation, Fact, FactKind, Place
from explainer.wording import CAUSE_WORDS, clean_name, driver_words, scope_words, within_words
from ledger.types import NANO

Draft = tuple[FactKind, str, int | float | str | tuple[str, ...], str | None, str]
SHOWN_PARTS, SHOWN_PLACES = 4, 2
SAID = ("tag_move", "untagged_growth", "pool", "pool_change", "credit", "data_fault")
"""Causes whose evidence is told as it stands."""


def facts_of(explanation: Explanation, findings: Findings, look: Look = DOLLARS) -> tuple[Fact, ...]:
    """All facts, with ids f1, f2 and so on in a fixed order. Values are in dollars, texts as `look` writes them."""
    drafts = [
        *_names(explanation, findings),
        *_amounts(explanation, look),
        *_drivers(explanation, look),
        *_places(explanation, look),
        *_parts(explanation, look),
        *_measures(findings.measures, look),
        *_times(explanation, findings),
        *_cause(explanation),
        *_circumstances(findings, look),
        *_outlook(findings, look),
        *(("next_step", "next_step", step, None, step) for step in next_steps(explanation)),
    ]
    return tuple(Fact(f"f{i}", *draft_fields(draft)) for i, draft in enumerate(drafts, 1))


def draft_fields(draft: Draft) -> tuple[FactKind, str, int | float | str | tuple[str, ...], str | None, str]:
    """A draft in the order of Fact's fields after its id."""
    kind, name, value, unit, text = draft
    return kind, name, value, unit, text


def _names(explanation: Explanation, findings: Findings) -> Iterable[Draft]:
    for dimension, value in explanation.scope:
        label = "owning team" if dimension == "team" else dimension.replace("_", " ")
        if value is None:
            yield (
                "state",
                f"{dimension}_untagged",
                "untagged",
                None,
                f"The spend has no {dimension.replace('_', ' ')} tag; it is untagged.",
            )
        else:
            yield "name", dimension, clean_name(value), None, f"The {label} is {clean_name(value)}."
    if not explanation.scope and findings.spread == "everywhere":
        yield "state", "scope", "everywhere", None, "The change is spread over all spend; no single scope stands out."
    elif findings.spread == "nowhere":
        yield "state", "scope", "not shown", None, "None of the recorded dimensions shows where the change is."
    if findings.owner and findings.owner != dict(explanation.scope).get("team"):
        yield "name", "team", clean_name(findings.owner), None, f"The owning team is {clean_name(findings.owner)}."
    yield "name", "compared_with", explanation.against, None, f"The comparison is with {explanation.against}."


def _amounts(explanation: Explanation, look: Look) -> Iterable[Draft]:
    subject, over = scope_words(explanation.scope), explanation.delta >= 0
    base = "expected cost" if explanation.incident_id else "cost before"
    side = "above" if over else "below"
    yield (
        "amount",
        "cost_actual",
        explanation.current / NANO,
        "usd",
        f"{subject} cost {look.money(explanation.current)}.",
    )
    yield (
        "amount",
        "cost_expected" if explanation.incident_id else "cost_before",
        explanation.base / NANO,
        "usd",
        (f"The {base} was {look.money(explanation.base)}."),
    )
    yield (
        "amount",
        "excess" if explanation.incident_id else "difference",
        explanation.delta / NANO,
        "usd",
        (f"The cost is {look.money(abs(explanation.delta))} {side} the {base}."),
    )
    if explanation.base > 0:
        change = 100 * explanation.delta / explanation.base
        name = "excess_percent" if explanation.incident_id else "difference_percent"
        yield "change", name, change, "percent", f"The cost is {look.percent(change)} {side} the {base}."
        if change >= 100:
            ratio = explanation.current / explanation.base
            yield "rate", "cost_ratio", ratio, "ratio", f"The cost is {look.number(ratio, 3)} times the {base}."


def _drivers(explanation: Explanation, look: Look) -> Iterable[Draft]:
    total = explanation.delta
    for driver, nano in sorted(explanation.drivers, key=lambda d: -abs(d[1])):
        if not nano:
            continue
        words = driver_words(driver)
        against = (nano > 0) != (total > 0) or abs(nano) > abs(total)
        text = (
            f"{words} accounts for {look.money(nano)}, it {'raised' if nano > 0 else 'lowered'} the cost."
            if against
            else f"{words} accounts for {look.money(abs(nano))} of the {look.money(abs(total))} difference."
        )
        yield "amount", f"driver_{driver}", nano / NANO, "usd", text[0].upper() + text[1:]
        if total and not against:
            share = 100 * nano / total
            yield (
                "share",
                f"driver_{driver}_share",
                share,
                "percent",
                f"{words} accounts for {look.number(share, 2)} % of the difference.",
            )


def _places(explanation: Explanation, look: Look) -> Iterable[Draft]:
    for place in places_told(explanation):
        name = within_words(place.scope, explanation.scope)
        yield (
            "amount",
            f"excess_by_place:{name}",
            place.delta / NANO,
            "usd",
            f"{name} makes up {look.money(place.delta)} of the difference.",
        )


def places_told(explanation: Explanation) -> tuple[Place, ...]:
    """The largest places that say more than the scope does."""
    if explanation.incident_id:
        return ()
    return tuple(p for p in explanation.places[:SHOWN_PLACES] if p.scope != explanation.scope and p.delta)


def _parts(explanation: Explanation, look: Look) -> Iterable[Draft]:
    for dimension, parts in explanation.parts:
        shown = [p for p in sorted(parts, key=lambda p: -abs(p.delta)) if not p.rest and p.delta][:SHOWN_PARTS]
        if len(shown) < 2:
            continue
        for part in shown:
            name = clean_name(part.value)
            yield (
                "amount",
                f"excess_by_{dimension}:{name}",
                part.delta / NANO,
                "usd",
                (
                    f"{dimension.replace('_', ' ').capitalize()} {name} makes up {look.money(part.delta)} of the difference."
                ),
            )


def _measures(measures: Iterable[Measure], look: Look) -> Iterable[Draft]:
    for measure in measures:
        words = measure.name.replace("_", " ")
        for when, value, verb in (("before", measure.before, "was"), ("after", measure.after, "is")):
            shown = look.money(round(value * NANO)) if measure.unit == "usd" else look.count(value)
            shown += " %" if measure.unit == "percent" else ""
            yield (
                "share" if measure.unit == "percent" else "rate",
                f"{measure.name}_{when}",
                value,
                measure.unit,
                f"{words.capitalize()} {verb} {shown} {'before' if when == 'before' else 'now'}.",
            )


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _times(explanation: Explanation, findings: Findings) -> Iterable[Draft]:
    yield "time", "now", _iso(findings.now), None, f"The time now is {_iso(findings.now)}."
    if findings.state == "period":
        yield "time", "period_from", _iso(explanation.start), None, f"The period begins at {_iso(explanation.start)}."
        yield "time", "period_to", _iso(explanation.end), None, f"The period ends at {_iso(explanation.end)}."
        return
    yield "time", "started_at", _iso(explanation.start), None, f"It started at {_iso(explanation.start)}."
    if findings.state == "ended":
        yield "time", "ended_at", _iso(explanation.end), None, f"It ended at {_iso(explanation.end)}."
        yield "state", "state", "ended", None, "The incident has ended."
    else:
        yield "state", "state", "ongoing", None, "The incident is still going on."
    hours = int((explanation.end - explanation.start) / timedelta(hours=1))
    if hours > 0:
        verb = "has lasted" if findings.state == "ongoing" else "lasted"
        yield "time", "duration_hours", hours, "hours", f"It {verb} {hours} hours."
    if findings.baseline_days:
        yield (
            "time",
            "baseline_window",
            findings.baseline_days,
            "days",
            (f"The expected cost comes from the baseline, the {findings.baseline_days} days before."),
        )


def _cause(explanation: Explanation) -> Iterable[Draft]:
    if explanation.cause == "unknown":
        yield "state", "cause_unknown", "unknown", None, "The cause is not known."
        return
    words = CAUSE_WORDS[explanation.cause]
    if explanation.cause in SAID and (explanation.incident_id is None or explanation.cause == "tag_move"):
        for evidence in explanation.evidence[:1]:
            said = f"{evidence.text[0].upper()}{evidence.text[1:]}."
            yield "state", "evidence", said, None, said
    yield "cause", "cause", explanation.cause, None, f"The likely cause is {words}."
    yield (
        "share",
        "confidence",
        100 * explanation.confidence,
        "percent",
        (f"The confidence in this cause is {100 * explanation.confidence:.0f} %."),
    )


def _circumstances(findings: Findings, look: Look) -> Iterable[Draft]:
    if findings.release:
        release = clean_name(findings.release)
        yield (
            "coincidence",
            "release",
            release,
            None,
            (f"Release {release} went live about when it started; that it is the cause is not shown."),
        )
        if findings.release_at:
            yield (
                "time",
                "release_at",
                _iso(findings.release_at),
                None,
                (f"Release {release} went live at {_iso(findings.release_at)}."),
            )
    for name, value, verb in (
        ("model_from", findings.model_from, "moved away from"),
        ("model_to", findings.model_to, "moved to"),
    ):
        if value:
            yield "name", name, clean_name(value), None, f"Requests {verb} {clean_name(value)}."
    for name, value, words in (
        ("version_from", findings.version_from, "before was"),
        ("version_to", findings.version_to, "now is"),
    ):
        if value:
            yield "name", name, clean_name(value), None, f"The version {words} {clean_name(value)}."
    if findings.event:
        yield from _event(findings)
    if findings.overrun_hours:
        yield (
            "time",
            "overrun_hours",
            findings.overrun_hours,
            "hours",
            (f"It ran {findings.overrun_hours} hours past its planned end."),
        )
    if findings.growth_percent_a_week is not None:
        growth = findings.growth_percent_a_week
        yield "rate", "growth_per_week", growth, "percent", f"The cost grows {look.number(growth, 3)} % a week."


def _event(findings: Findings) -> Iterable[Draft]:
    event = findings.event
    assert event is not None
    title = clean_name(event.title)
    if findings.announced:
        yield "name", "event", title, None, f"The planned event is {title}."
        yield "state", "planned", "planned", None, f"{title} was announced beforehand."
        if event.until:
            yield "time", "planned_until", _iso(event.until), None, f"It was planned to end at {_iso(event.until)}."
        return
    kind = event.kind.replace("_", " ")
    yield (
        "coincidence",
        "event",
        title,
        None,
        (f"The {kind} {title} came about when it started; that it is the cause is not shown."),
    )
    yield "time", "event_at", _iso(event.time), None, f"The {kind} {title} was at {_iso(event.time)}."


def _outlook(findings: Findings, look: Look) -> Iterable[Draft]:
    if findings.forecast_nano is not None:
        yield (
            "amount",
            "month_end_forecast",
            findings.forecast_nano / NANO,
            "usd",
            (f"The month is forecast to end at {look.money(findings.forecast_nano)}."),
        )
    if findings.budget_nano is not None:
        yield (
            "amount",
            "budget",
            findings.budget_nano / NANO,
            "usd",
            f"The month's budget is {look.money(findings.budget_nano)}.",
        )
    if findings.budget_breaks_at is not None:
        yield (
            "time",
            "budget_breaks_at",
            _iso(findings.budget_breaks_at),
            None,
            (f"The month's budget is used up at {_iso(findings.budget_breaks_at)} if it goes on."),
        )
    if findings.budget_broke_at is not None:
        yield (
            "time",
            "budget_broke_at",
            _iso(findings.budget_broke_at),
            None,
            (f"The month's budget was used up at {_iso(findings.budget_broke_at)}."),
        )

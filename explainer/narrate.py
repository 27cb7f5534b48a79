"""The deterministic narrator, the default: an explanation's facts in words, for the owning team, finance and Slack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from explainer.facts import places_told
from explainer.look import DOLLARS, Look
from explainer.next_steps import next_steps
from explainer.types import Cause, Explanation, Fact, Narrative, Reader
from explainer.wording import CAUSE_WORDS, driver_words, scope_words, within_words
from ledger.types import NANO

SURE, LIKELY = 0.8, 0.5
LEAST_UNIT = 0.0005
"""Dollars below which a unit cost cannot be read."""
PLURAL = ("requests per run", "input tokens per request", "output tokens per request", "credits")
MEASURES: dict[str, str] = {
    "volume": "runs",
    "requests_per_run": "requests_per_run",
    "input_tokens_per_request": "input_tokens_per_request",
    "output_tokens_per_request": "output_tokens_per_request",
    "cache": "cache_share",
    "attribution": "untagged_share",
}
"""The measure that shows a driver at work."""
MEASURE_WORDS: dict[str, tuple[str, str]] = {
    "requests": ("Requests", ""),
    "runs": ("Runs", ""),
    "requests_per_run": ("Requests per run", ""),
    "input_tokens_per_request": ("Input", " tokens per request"),
    "output_tokens_per_request": ("Output", " tokens per request"),
    "cache_share": ("The share of input read from the cache", ""),
    "untagged_share": ("The share of spend without tags", ""),
    "staging_share": ("The share of staging", ""),
    "error_share": ("The share of failed requests", ""),
}
FITTING: dict[Cause, tuple[str, ...]] = {"retry_storm": ("error_share",), "staging_leak": ("staging_share",)}
"""Measures that show a cause beside those of its driver."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An explanation with its facts at hand by name."""

    why: Explanation
    facts: dict[str, Fact]
    look: Look

    def text(self, name: str) -> str | None:
        fact = self.facts.get(name)
        return None if fact is None else str(fact.value)

    def number(self, name: str) -> float | None:
        value = self.facts[name].value if name in self.facts else None
        return float(value) if isinstance(value, int | float) else None

    def usd(self, dollars: float) -> str:
        return self.look.money(round(dollars * NANO))

    def at(self, name: str) -> datetime | None:
        value = self.text(name)
        return None if value is None else datetime.fromisoformat(value)


def narrate(explanation: Explanation, reader: Reader, look: Look = DOLLARS) -> Narrative:
    """Headline, sentences and next steps for one reader, out of `explanation.facts` alone, written as `look` says."""
    told = _Told(explanation, {fact.name: fact for fact in reversed(explanation.facts)}, look)
    lead = [_cause(told), told.text("evidence") or "", _driver(told), _where(told)]
    if explanation.cause == "unknown":
        # Where and by what it moved is more than that nobody knows why.
        lead = [*lead[2:], *lead[:2]]
    sentences = [*lead, _course(told), _coincidence(told)]
    if reader != "slack":
        sentences.append(_second_driver(told))
        sentences.append(_unit_cost(told))
    sentences.append(_outlook(told))
    steps = next_steps(explanation)
    return Narrative(
        headline=_headline(told),
        sentences=tuple(s for s in sentences if s),
        next_steps=steps[:1] if reader == "slack" else steps,
        reader=reader,
        narrator="template",
    )


def _headline(told: _Told) -> str:
    why, moved = told.why, told.text("evidence")
    if why.cause == "tag_move" and not why.delta and moved:
        return f"Moved: {moved[0].lower()}{moved[1:].rstrip('.')}"
    who = scope_words(why.scope)
    team = told.text("team")
    if team and team != who and who != f"Team {team}":
        who += f" ({team})"
    if why.cause == "untagged_growth" and why.incident_id:
        return _lost_tags(told, who)
    lead = "As announced: " if _announced(told) else ""
    return f"{lead}{who} {_how_much(told)}{_because(told)}"


def _announced(told: _Told) -> bool:
    return bool(told.text("planned")) and told.why.cause != "batch_overrun"


def _lost_tags(told: _Told, who: str) -> str:
    """What happened, not what it cost: by its nature it cost nothing."""
    named = dict(told.why.scope).get("team", "") is not None
    said = f"Requests of {who} most likely lost their tags" if named else "More spend than usual has lost its tags"
    before, after = told.number("untagged_share_before"), told.number("untagged_share_after")
    if before is None or after is None:
        return said
    shown = told.look.percent(before), told.look.percent(after)
    if shown[0] == shown[1]:
        return said
    return f"{said}: {shown[1]} of all spend has no team now, {shown[0]} before"


def _how_much(told: _Told) -> str:
    why = told.why
    over = why.delta >= 0
    base = ("usual" if _announced(told) else "expected") if why.incident_id else why.against
    if why.delta == 0 and why.cause == "untagged_growth" and why.confidence >= LIKELY:
        return f"cost {told.look.money(why.current)}, as much as {base}, but requests most likely lost their tags"
    if why.delta == 0:
        return f"cost {told.look.money(why.current)}, as much as {base}"
    if why.base <= 0:
        return f"cost {told.look.money(why.current)}, {told.look.money(abs(why.delta))} {'more' if over else 'less'} than {base}"
    change = 100 * why.delta / why.base
    much = f" ({told.look.percent(change)})" if abs(change) < 1_000 else ""
    return f"cost {told.look.money(why.current)}, {told.look.money(abs(why.delta))}{much} {'more' if over else 'less'} than {base}"


def _because(told: _Told) -> str:
    why = told.why
    if why.cause == "unknown" or why.confidence < LIKELY or not why.delta:
        return ""
    if _announced(told):
        return f", with the announced {told.text('event')}"
    hedge = "most likely" if why.confidence >= SURE else "probably"
    return f", {hedge} because of {CAUSE_WORDS[why.cause]}"


def _cause(told: _Told) -> str:
    why = told.why
    if why.cause == "unknown":
        return "The cause is not known."
    if told.text("evidence"):
        return ""
    if why.cause == "untagged_growth" and why.incident_id:
        return ""
    if _because(told):
        return _overrun(told) if why.cause == "batch_overrun" else ""
    return f"The cause is not certain; it may be {CAUSE_WORDS[why.cause]}."


def _overrun(told: _Told) -> str:
    event, planned, hours = told.text("event"), told.at("planned_until"), told.number("overrun_hours")
    if not event or planned is None:
        return ""
    ran = "ran" if told.text("state") == "ended" else "has run"
    late = f" and {ran} {told.look.count(hours)} hours past that" if hours else ""
    return f"The announced {event} was due to end on {told.look.moment(planned)}{late}."


def _driver(told: _Told) -> str:
    why = told.why
    if why.cause == "untagged_growth" and why.incident_id:
        return ""
    amount = dict(why.drivers).get(why.driver, 0)
    if not amount or not why.delta:
        return _change(told, ())
    words = "what changed its tags" if why.driver == "attribution" else driver_words(why.driver)
    if (amount > 0) != (why.delta > 0) or abs(amount) > abs(why.delta):
        said = f"{words} {'raised' if amount > 0 else 'lowered'} the cost by {told.look.money(abs(amount))}"
    else:
        verb = "account" if words in PLURAL else "accounts"
        said = f"{words} {verb} for {told.look.money(abs(amount))} of the {told.look.money(abs(why.delta))} difference"
    measures = (MEASURES.get(why.driver, ""), *FITTING.get(why.cause, ()))
    change = _change(told, measures)
    return f"{said[0].upper()}{said[1:]}." + (f" {change}" if change else "")


def _where(told: _Told) -> str:
    """The smallest places, where they say more than the scope does."""
    if told.why.cause in ("tag_move", "untagged_growth"):
        return ""
    places = places_told(told.why)
    if not places:
        nowhere = told.text("scope") == "not shown"
        return "None of the recorded dimensions shows where the change is." if nowhere else ""
    one = places[0]
    if told.why.delta and 0.5 <= one.delta / told.why.delta <= 1:
        return f"{within_words(one.scope, told.why.scope)} makes up {told.look.money(abs(one.delta))} of it."
    moved = [
        f"{within_words(p.scope, told.why.scope)} {'rose' if p.delta > 0 else 'fell'} by {told.look.money(abs(p.delta))}"
        for p in places
    ]
    if len(moved) > 1 and not dict(places[1].scope).get("feature"):
        moved[1] = moved[1][0].lower() + moved[1][1:]
    return f"{' and '.join(moved)}."


def _change(told: _Told, measures: Iterable[str]) -> str:
    """One sentence a measure that moved: Runs went up from 47,258 to 58,904."""
    said = []
    for name in dict.fromkeys(measures):
        before, after = told.number(f"{name}_before"), told.number(f"{name}_after")
        if before is None or after is None or before == after:
            continue
        words, unit = MEASURE_WORDS[name]
        share = name.endswith("_share")
        shown = (
            (told.look.percent(before), told.look.percent(after))
            if share
            else (told.look.count(before), told.look.count(after))
        )
        if shown[0] == shown[1]:
            continue
        said.append(f"{words} went {'up' if after > before else 'down'} from {shown[0]} to {shown[1]}{unit}.")
    return " ".join(said)


def _coincidence(told: _Told) -> str:
    if told.text("model_from") and told.text("model_to"):
        return f"Requests moved from {told.text('model_from')} to {told.text('model_to')}."
    if told.text("version_from") and told.text("version_to") and told.why.cause == "version_upgrade":
        return f"The version was {told.text('version_from')} before and is {told.text('version_to')} now."
    if told.text("release"):
        return f"Release {told.text('release')} came into use about when it began, which may be a coincidence."
    event = told.facts.get("event")
    if event is not None and event.kind == "coincidence":
        said = f"{event.value} came about when it began, which may be a coincidence."
        return said[0].upper() + said[1:]
    return ""


def _course(told: _Told) -> str:
    state, start, end = told.text("state"), told.at("started_at"), told.at("ended_at")
    if start is None:
        return ""
    if state == "ended" and end is not None:
        return f"It ran from {told.look.moment(start)} to {told.look.moment(end)} and has ended."
    return f"It began on {told.look.moment(start)} and is still going on."


def _second_driver(told: _Told) -> str:
    """The next largest driver, where it is worth a tenth of the difference."""
    why = told.why
    others = sorted((d for d in why.drivers if d[0] != why.driver), key=lambda d: -abs(d[1]))
    if not others or not others[0][1] or abs(others[0][1]) * 10 < abs(why.delta):
        return ""
    driver, amount = others[0]
    words = driver_words(driver)
    return f"{words[0].upper()}{words[1:]} {'added' if amount > 0 else 'saved'} {told.look.money(abs(amount))}."


def _unit_cost(told: _Told) -> str:
    """Growth or waste: what one of the narrowest known unit costs, now and before."""
    for name, unit in (("cost_per_outcome", "outcome"), ("cost_per_run", "run"), ("cost_per_request", "request")):
        before, after = told.number(f"{name}_before"), told.number(f"{name}_after")
        if before and after and min(before, after) >= LEAST_UNIT and told.usd(before) != told.usd(after):
            return f"One {unit} costs {told.usd(after)} now, {told.usd(before)} before."
    return ""


def _outlook(told: _Told) -> str:
    forecast, budget, breaks = told.number("month_end_forecast"), told.number("budget"), told.at("budget_breaks_at")
    if forecast is None:
        return ""
    if budget is None:
        return f"The month is forecast to end at {told.usd(forecast)}."
    side = "below" if forecast < budget else "above"
    said = f"The month is forecast to end at {told.usd(forecast)}, {side} the budget of {told.usd(budget)}."
    broke = told.at("budget_broke_at")
    if broke is not None:
        return f"{said} The budget was used up on {told.look.moment(broke)}."
    return said if breaks is None else f"{said} If it goes on, the budget is used up on {told.look.moment(breaks)}."

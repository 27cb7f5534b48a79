"""Who hears of what: the most specific rule that holds a scope, a fallback, and quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from ledger.types import Scope
from notifiers.types import Message, Route

SEVERITIES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Rule:
    """Messages about places within `scope`, of at least `min_usd` and `severity`, go to `routes`."""

    name: str
    scope: Scope
    routes: tuple[Route, ...]
    min_usd: float = 0.0
    severity: str = "low"


@dataclass(frozen=True, slots=True)
class Quiet:
    """No alerts between `start` and `end` of the day in `zone`, but severe ones."""

    start: time
    end: time
    zone: tzinfo


def route(scopes: Sequence[Scope], *, usd: float, severity: str, rules: Sequence[Rule], fallback: Rule) -> Rule:
    """The most specific rule that holds all scopes and asks for no more than this amount and severity: the longest scope,
    then the highest floor, then the highest severity, then the first. Where all that hold it ask for more, nobody is told:
    a rule without routes. Where none holds it, or it names no channel, the fallback."""
    holding = [r for r in rules if all(set(r.scope) <= set(s) for s in scopes)]
    level = SEVERITIES.index(severity)
    asked = [r for r in holding if usd >= r.min_usd and level >= SEVERITIES.index(r.severity)]
    if holding and not asked:
        longest = max(holding, key=lambda r: len(r.scope))
        return Rule(longest.name, longest.scope, ())
    best = max(asked, key=lambda r: (len(r.scope), r.min_usd, SEVERITIES.index(r.severity)), default=fallback)
    return best if best.routes else fallback


def not_before(message: Message, quiet: Quiet | None, now: datetime) -> datetime | None:
    """When a message may go out, where that is not now."""
    if quiet is None or message.severity == "high" or message.kind not in ("incident", "budget"):
        return None
    local = now.astimezone(quiet.zone)
    over_midnight = quiet.start > quiet.end
    clock = local.time().replace(tzinfo=None)
    inside = (clock >= quiet.start or clock < quiet.end) if over_midnight else quiet.start <= clock < quiet.end
    if not inside:
        return None
    end = local.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)

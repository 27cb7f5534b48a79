"""The values of the facts, and what follows exactly from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from explainer.checker.concepts import COST, concept_of
from explainer.checker.fact_values import FactValues
from explainer.checker.fact_words import UNTRUSTED, words_beside
from explainer.checker.quantity import Quantity
from explainer.checker.sums import sums
from explainer.types import Fact

_UNIT = {"usd": "usd", "percent": "percent", "ratio": "ratio"}


def _unit(fact: Fact) -> str:
    """The unit of its value; so many of one thing for one of another are a count."""
    return "count" if fact.unit == "ratio" and "_per_" in fact.name else _UNIT.get(fact.unit or "", "count")


def _noun(fact: Fact) -> str:
    """What its value counts, where its unit says so."""
    return (fact.unit or "") if _unit(fact) == "count" and fact.unit != "ratio" else ""


def direct(known: FactValues) -> Iterable[Quantity]:
    """The values of the facts themselves."""
    for fact in known.facts:
        if isinstance(fact.value, str | tuple | list | bool) or fact.unit in ("hours", "days"):
            continue
        value, name, unit = float(fact.value), fact.name, _unit(fact)
        roles = _roles(name)
        told = _A_SPAN.search(fact.text) if unit in ("usd", "percent") else None
        per = "week" if "per_week" in name else told[1] if told else _per(fact)
        of = _of(fact) if unit == "percent" else ""
        if unit == "percent" and "change" in roles:
            of = "expected" if concept_of(name) == COST else "before"
        also = frozenset(words_beside(fact))
        if "_without_" in name:
            also |= {f"without:{concept_of(name.rpartition('_without_')[2])}"}
        noun = _noun(fact)
        concept = "rest" if "_without_" in name else concept_of(name)
        roles = frozenset({"rest", "excess"}) if concept == "rest" else roles
        yield Quantity(value, unit, concept, roles, of, noun, per, name, also)


def pairs(known: FactValues) -> Iterable[Quantity]:
    """What follows from a unit before and after: change, ratio and difference."""
    for name in known.by_name:
        if not name.endswith("_before") or name == "cost_before":
            continue
        stem = name.removesuffix("_before")
        before, after = known.number(name), known.number(f"{stem}_after")
        if before is None or after is None:
            continue
        fact = known.by_name[name][0]
        unit, concept, also = _unit(fact), concept_of(name), frozenset(words_beside(fact))
        diff = "points" if unit == "percent" else unit
        generic = {"any"} if concept == COST and not name.startswith(("cost", "excess")) else set()
        change, noun = frozenset({"change", "excess", *generic}), _noun(fact)
        yield Quantity(after - before, diff, concept, change, "", noun, "", stem, also)
        if before > 0:
            yield Quantity(100 * (after / before - 1), "percent", concept, change, "before", "", "", stem, also)
            yield Quantity(after / before, "ratio", concept, frozenset({"ratio"}), also=also)
            yield Quantity(100 * after / before, "percent", concept, frozenset({"ratio"}), "before", also=also)
        if after > 0 and before > 0:
            yield Quantity(before / after, "ratio", concept, frozenset({"ratio", "inverse"}), also=also)


def money(known: FactValues) -> Iterable[Quantity]:
    """What follows from the amounts: the other two of actual, base and excess, drivers together, rest, rates."""
    actual, base, excess = known.number("cost_actual"), known.base, known.excess
    if actual is not None and excess is not None and base is None:
        base = actual - excess
        yield Quantity(base, "usd", COST, frozenset({"before"}))
    if actual is None and excess is not None and base is not None:
        actual = base + excess
        yield Quantity(actual, "usd", COST, frozenset({"after", "total"}))
    if excess is not None:
        yield Quantity(excess, "usd", COST, frozenset({"excess", "total"}))
    if actual is not None and base:
        yield Quantity(100 * (actual / base - 1), "percent", COST, frozenset({"change", "excess"}), "expected")
        yield Quantity(actual / base, "ratio", COST, frozenset({"ratio"}), "expected")
        yield Quantity(100 * actual / base, "percent", COST, frozenset({"ratio"}), "expected")
        if actual > 0:
            part = frozenset({"share", "explicit"})
            yield Quantity(100 * (actual - base) / actual, "percent", COST, part, "cost")
            yield Quantity(base / actual, "ratio", COST, frozenset({"ratio", "inverse"}), "expected")
            yield Quantity(100 * base / actual, "percent", COST, frozenset({"before", "explicit"}), "cost")
    yield from sums(known, excess)
    yield from _rates(known, actual, excess)
    forecast, budget = known.number("month_end_forecast"), known.number("budget")
    if forecast is not None and budget:
        both = frozenset({"budget", "forecast"})
        yield Quantity(forecast - budget, "usd", "budget", frozenset({"excess", "change"}), also=both)
        yield Quantity(100 * forecast / budget, "percent", "budget", frozenset({"ratio", "share"}), "budget", also=both)
        yield Quantity(
            100 * (forecast / budget - 1), "percent", "budget", frozenset({"change", "excess"}), "budget", also=both
        )
        yield Quantity(forecast / budget, "ratio", "budget", frozenset({"ratio"}), "budget", also=both)


def _rates(known: FactValues, actual: float | None, excess: float | None) -> Iterable[Quantity]:
    hours = known.number("duration_hours") or _lasted(known.facts)
    requests = known.number("requests_in_incident")
    if hours and requests:
        yield Quantity(requests / hours, "count", "requests", frozenset({"after", "rate"}), noun="requests", per="hour")
    if hours:
        for value, role in ((actual, "after"), (excess, "excess"), (known.base, "before")):
            if value is not None:
                yield Quantity(value / hours, "usd", COST, frozenset({role, "rate"}), per="hour")
                yield Quantity(24 * value / hours, "usd", COST, frozenset({role, "rate"}), per="day")


def shares(known: FactValues) -> Iterable[Quantity]:
    """Amounts that are parts of the whole cost, and what is left of a share."""
    actual = known.number("cost_actual")
    for name in known.by_name:
        value = known.number(name)
        fact = known.by_name[name][0]
        if (
            name.startswith("cost_")
            and actual
            and value
            and name not in ("cost_actual", "cost_expected", "cost_before", "cost_ratio")
            and fact.unit == "usd"
            and "outcome" not in name
        ):
            yield Quantity(
                100 * value / actual,
                "percent",
                concept_of(name),
                frozenset({"share"}),
                "cost",
                also=frozenset(words_beside(fact)),
            )
            without = frozenset({f"without:{concept_of(name)}"})
            yield Quantity(actual - value, "usd", "rest", frozenset({"rest"}), also=without)
        if name == "credit" and value and known.excess:
            part = 100 * value / abs(known.excess)
            yield Quantity(part, "percent", "credit", frozenset({"share"}), "excess")
            rest = frozenset({"without:credit"})
            yield Quantity((actual or 0.0) + value, "usd", "rest", frozenset({"rest", "after"}), also=rest)
            yield Quantity(100 - part, "percent", "rest", frozenset({"rest", "share"}), "excess", also=rest)
        if (
            value is not None
            and fact.unit == "percent"
            and ("share" in name or fact.kind == "share")
            and name != "confidence"
        ):
            yield Quantity(
                100 - value,
                "percent",
                "rest",
                frozenset({"rest", "share", *_roles(name)}),
                _of(fact),
                also=frozenset([*words_beside(fact), f"without:{concept_of(name)}"]),
            )


def counts(known: FactValues) -> Iterable[Quantity]:
    """How many things the facts list, drivers there are (that raised the cost, that lowered it), and parts of a kind."""
    for fact in known.facts:
        if isinstance(fact.value, tuple | list):
            yield Quantity(
                len(fact.value),
                "count",
                fact.name.rstrip("s"),
                frozenset({"count"}),
                noun=fact.name,
                also=frozenset({fact.name}),
            )
    yield Quantity(len(known.drivers), "count", "driver", frozenset({"count"}), noun="drivers")
    yield Quantity(len(known.drivers) - 1, "count", "driver", frozenset({"count", "rest"}), noun="drivers")
    for told, signed in (("raised", 1), ("lowered", -1)):
        moved = sum(signed * v > 0 for v in known.drivers.values())
        yield Quantity(moved, "count", "driver", frozenset({"count", told}), noun="drivers")
    families = [n.partition(":")[0].rpartition("_")[2] for n in known.parts]
    for name, fact in ((n, known.by_name[n][0]) for n in known.parts):
        family, element = name.partition(":")[0].rpartition("_")[2], name.partition(":")[2]
        noun = re.search(rf"\b([a-z]+) {re.escape(element)}\b", fact.text)
        if noun and noun[1] != family:
            count = frozenset({"count"})
            yield Quantity(families.count(family), "count", noun[1], count, noun=f"{noun[1]}s")
    for family in set(families):
        yield Quantity(families.count(family), "count", family, frozenset({"count"}), noun=f"{family}s")
        yield Quantity(families.count(family) - 1, "count", family, frozenset({"count", "rest"}), noun=f"{family}s")


def told(known: FactValues) -> Iterable[Quantity]:
    """Numbers that stand in a fact's sentence beside its value: `43 of 72 customers`, and what follows from two of them."""
    for fact in known.facts:
        if fact.kind not in ("amount", "share", "rate", "state") or fact.name in UNTRUSTED:
            continue
        also = frozenset(words_beside(fact))
        if (of := _SOME_OF.search(fact.text)) and (whole := float(of["all"].replace(",", ""))):
            some, noun = float(of["some"].replace(",", "")), of["noun"]
            for value, name in ((some, ""), (whole, ""), (whole - some, f"{fact.name}_not")):
                one, roles = noun.rstrip("s"), frozenset({"any", "told"})
                mine = roles | {"count", *(["whole"] if value == whole else [])}
                yield Quantity(value, "count", one, mine, noun=noun, name=name, also=also)
                if value != whole:
                    share = 100 * value / whole
                    yield Quantity(share, "percent", one, roles | {"share"}, noun=noun, name=name, also=also)
        for number in _MILLIONS.findall(fact.text.lower()):
            value = {"thousand": 1e3, "million": 1e6, "billion": 1e9}[number]
            yield Quantity(value, "count", concept_of(fact.name), frozenset({"any", "told"}), noun="tokens", also=also)


_SOME_OF = re.compile(r"\b(?P<some>\d[\d,]*) of (?:the |all )?(?P<all>\d[\d,]*) (?P<noun>[a-z]+)")
_A_SPAN = re.compile(r"\b(?:an?|per|each|every) (hour|day|week|month|year)\b(?!')")
_MILLIONS = re.compile(r"\b(?:a|one|1) (thousand|million|billion) (?:input |output )?tokens")


def _lasted(facts: Sequence[Fact]) -> float | None:
    """Hours from the start to the end, or to now, by the facts' times."""
    times = {f.name: f.value for f in facts if f.kind == "time" and isinstance(f.value, str)}
    start, end = times.get("started_at"), times.get("ended_at") or times.get("now")
    if not start or not end:
        return None
    try:
        hours = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 3600
    except (TypeError, ValueError):
        return None
    return hours if hours > 0 else None


def _roles(name: str) -> frozenset[str]:
    fixed = {
        "cost_actual": {"after", "total"},
        "cost_expected": {"before"},
        "cost_before": {"before"},
        "excess": {"excess", "total"},
        "difference": {"excess", "total"},
        "excess_percent": {"change", "excess"},
        "difference_percent": {"change", "excess"},
        "cost_ratio": {"ratio"},
        "month_end_forecast": {"forecast", "after"},
        "budget": {"budget", "before", "total"},
        "pool_cost": {"total", "after"},
    }
    if name in fixed:
        return frozenset(fixed[name])
    if name.endswith(("_before", "_from")):
        return frozenset({"before"})
    if name.endswith(("_after", "_to")):
        return frozenset({"after"})
    if name.endswith("_change"):
        return frozenset({"change", "excess"})
    if name.startswith("driver_") or ":" in name:
        return frozenset({"part", "excess", "share"})
    return frozenset({"any", "after", "excess"})


def _per(fact: Fact) -> str:
    if fact.unit == "tokens_per_request":
        return "request"
    return "run" if fact.unit == "requests_per_run" else ""


def _of(fact: Fact) -> str:
    text = fact.text.lower()
    for words, of in (
        (r"of the (?:excess|difference)", "excess"),
        (r"% of requests", "requests"),
        (r"of pool|of the pool", "pool"),
        (r"of the (?:month's )?budget", "budget"),
        (r"cost", "cost"),
    ):
        if re.search(words, text) and fact.kind == "share":
            return of
    return ""

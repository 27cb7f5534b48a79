"""How soon slow growth is told, on organisations in which one place grows by a few percent a day.

    python -m benchmarks.growth [--cases 60] [--first 1000] [--every 2] [--jobs 1] [--each]

Each case is an organisation of `benchmarks.organisations`, its features in two workflows. From a random hour on, one
place (a feature, a workflow, a team or a model) costs 2 to 6 % more every day, compounded, by one driver: more runs,
more requests a run, longer input or longer output; every third case grows on workdays alone, as much a week. What the
place costs a day before that is 60, 250 or 1,000 dollars. Drivers, rates and levels are crossed, so that 60 cases hold
each combination once. The detector, as it comes, looks until the cost has doubled.

A case is found where an alert agrees with the place: it contradicts nothing that holds all over the place, and names
something that tells the place apart. Days count from the beginning, and from when the first grown row could be read.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd

from benchmarks.organisations import MODELS, START, alerted, feature, ticks
from detector import DetectionSettings, Detector, Incident
from detector.grid import INPUT, OUTPUT, REQUESTS, RUNS, Floats
from ledger.table import Bools, CostTable, Ints, leaves_inside, table_of
from ledger.types import NANO, Scope, from_hour

DRIVERS = ("volume", "requests_per_run", "input_tokens_per_request", "output_tokens_per_request")
RATES = (0.02, 0.03, 0.04, 0.05, 0.06)
LEVELS = (60.0, 250.0, 1000.0)
"""Dollars a day before it grows."""
PLACES = (("team", "feature"), ("team", "feature", "workflow"), ("team",), ("provider", "model"))
NAMES = ("team", "feature", "workflow", "provider", "model")
WATCHED_FROM, BEGINS = 38, 45
"""Days: the detector looks from the first on, and growth begins within a week of the second."""
LEAST_REQUESTS = 200
"""A place that grows has so many requests a day: of fewer nobody could say that they grow."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Case:
    """One organisation and what grows in it."""

    seed: int
    driver: str
    rate: float
    level: float

    @property
    def doubles(self) -> int:
        """Days until the cost has doubled."""
        return int(np.ceil(np.log(2) / np.log1p(self.rate)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Days from the beginning and from the first grown row that could be read to the first right alert, None where there
    was none before the cost doubled; the alert's signal, and whether its place is the very one; other alerts."""

    case: Case
    scope: Scope
    days: float | None
    seen: float | None
    signal: str
    exact: bool
    repeats: int
    false: int
    watched: float
    """Days looked at."""


def cases(count: int, first: int) -> list[Case]:
    """Drivers, rates and levels crossed, each organisation by a seed of its own."""
    each = [(d, r, x) for r in RATES for x in LEVELS for d in DRIVERS]
    return [Case(first + i, *each[i % len(each)]) for i in range(count)]


def grown(case: Case) -> tuple[CostTable, Scope, int]:
    """Rows, the place that grows, and the hour it begins."""
    rng = np.random.default_rng(case.seed)
    days = BEGINS + 8 + case.doubles
    parts = []
    for number in range(rng.integers(6, 15)):
        for workflow in ("draft", "review"):
            parts += [part.assign(workflow=workflow) for part in feature(rng, number, days)]
    table = table_of(pd.concat(parts, ignore_index=True))
    begin = START + 24 * BEGINS + int(rng.integers(24 * 7))
    before = (table.hour < begin) & (table.hour >= begin - 24 * 28)
    place = drawn(rng, table, before)
    inside = table.inside(place)[table.leaf]
    a_day = table.cost[before & inside].sum() / NANO / 28
    power = elapsed(table.hour, begin, workdays=rng.random() < 1 / 3)
    rows = np.flatnonzero(inside & (power > 0))
    factor = (1 + case.rate) ** power[rows]
    drivers, cost = multiplied(rng, table, case.driver, rows, factor, before & inside)
    scaled = np.rint(cost * (case.level / a_day)).astype(np.int64)
    return replace(table, drivers=drivers, cost=scaled), place, begin


def drawn(rng: np.random.Generator, table: CostTable, before: Bools) -> Scope:
    """A place that has enough requests, of a kind that is drawn first."""
    named = list(PLACES[rng.integers(len(PLACES))])
    number = table.leaves.groupby(named, sort=True).ngroup().to_numpy()
    requests = np.bincount(number[table.leaf[before]], weights=table.drivers[before, REQUESTS]) / 28
    chosen = rng.choice(np.flatnonzero(requests >= LEAST_REQUESTS))
    row = table.leaves[named].iloc[int(np.argmax(number == chosen))]
    return tuple((d, row[d]) for d in named)


def elapsed(hour: Ints, begin: int, *, workdays: bool) -> Floats:
    """(n,) days since growth began, 0 before; with `workdays` it stands still at weekends and is as fast a week."""
    if not workdays:
        return np.maximum((hour - begin) / 24, 0.0)
    clock = np.arange(begin, int(hour.max()) + 1)
    works = ((clock // 24 + 3) % 7 < 5) * 7 / 5 / 24  # the first day of the epoch was a Thursday
    run = np.concatenate([[0.0], np.cumsum(works)])
    return np.asarray(run[np.clip(hour - begin, 0, len(clock) - 1)])


def multiplied(
    rng: np.random.Generator, table: CostTable, driver: str, rows: Ints, factor: Floats, before: Bools
) -> tuple[Ints, Floats]:  # fmt: skip
    """Counts and cost with the cost of some rows multiplied by way of one driver; what a token costs stays."""
    drivers, cost = table.drivers.copy(), table.cost.astype(float)
    was = drivers[rows].astype(float)
    prices = {model: (input_price, output_price) for _provider, model, input_price, output_price in MODELS}
    price = np.array([prices[m] for m in table.leaves["model"]])[table.leaf] * NANO
    if driver in ("volume", "requests_per_run"):
        many = np.floor(was[:, REQUESTS] * factor + rng.random(len(rows)))
        factor = many / was[:, REQUESTS]
        drivers[rows, REQUESTS] = many
        for kind in (INPUT, OUTPUT):
            drivers[rows, kind] = np.rint(was[:, kind] * factor)
        if driver == "volume":
            drivers[rows, RUNS] = np.floor(was[:, RUNS] * factor + rng.random(len(rows)))
        cost[rows] *= factor
        return drivers, cost
    kind, one = (INPUT, price[:, 0]) if driver.startswith("input") else (OUTPUT, price[:, 1])
    share = (drivers[before, kind] * one[before]).sum() / cost[before].sum()
    drivers[rows, kind] = np.rint(was[:, kind] * (1 + (factor - 1) / share))
    cost[rows] += (drivers[rows, kind] - was[:, kind]) * one[rows]
    return drivers, cost


def predicates(leaves: pd.DataFrame, place: Scope) -> tuple[dict[str, str], set[str]]:
    """What holds all over a place, and the dimensions by which it can be told apart: those of the shortest predicates
    that select just its leaves."""
    inside = leaves_inside(leaves, place)
    mine = leaves[inside]
    holds = {d: mine[d].iloc[0] for d in NAMES if mine[d].nunique(dropna=False) == 1}
    for size in range(1, len(holds) + 1):
        same = [
            set(c)
            for c in combinations(holds, size)
            if np.array_equal(leaves_inside(leaves, tuple((d, holds[d]) for d in c)), inside)
        ]
        if same:
            return holds, set().union(*same)
    return holds, set()


def outcome(case: Case, settings: DetectionSettings, every: int = 2) -> Outcome:
    """Runs a case until the cost has doubled."""
    table, place, begin = grown(case)
    detector = Detector(settings)
    hours = range(START + 24 * WATCHED_FROM, begin + 24 * case.doubles + 1, every)
    numbers = [c.incident.id for changes in ticks(table, detector, hours) for c in changes if alerted(c)]
    told = [i for i in detector.incidents if i.id in numbers]
    holds, telling = predicates(table.leaves, place)
    right = [i for i in told if i.detected_at >= from_hour(begin) and agrees(i, holds, telling)]
    first = right[0] if right else None
    inside = table.inside(place)
    seen = table.available[inside[table.leaf] & (table.hour >= begin)].min()
    return Outcome(
        case=case,
        scope=place,
        days=None if first is None else (first.detected_at - from_hour(begin)) / DAY,
        seen=None if first is None else (first.detected_at.timestamp() - float(seen)) / DAY.total_seconds(),
        signal="" if first is None else first.signal,
        exact=first is not None and np.array_equal(leaves_inside(table.leaves, first.scopes[0]), inside),
        repeats=max(len(right) - 1, 0),
        false=len(told) - len(right),
        watched=len(hours) * every / 24,
    )


def agrees(incident: Incident, holds: dict[str, str], telling: set[str]) -> bool:
    """Whether an incident can mean the place."""
    scope = dict(incident.scopes[0])
    named = all(holds.get(d, v) == v for d, v in scope.items()) and telling & set(scope)
    return bool(named) and incident.direction == "up"


def line(name: str, of: Sequence[Outcome]) -> str:
    """The figures of some outcomes; one that was not found counts as later than all."""
    days, seen = ([np.inf if getattr(o, k) is None else getattr(o, k) for o in of] for k in ("days", "seen"))
    middle, late, from_seen = (np.quantile(x, q, method="lower") for x, q in ((days, 0.5), (days, 0.9), (seen, 0.5)))
    share = np.mean(np.isfinite(days))
    return f"{name:34} {len(of):5} {middle:7.1f} {late:7.1f} {from_seen:9.1f} {share:10.0%}"


def report(outcomes: Sequence[Outcome]) -> None:
    """Prints the figures by driver, rate, level and kind of place."""
    print(f"{'':34} cases  median     p90  from seen  before it doubled")
    kinds: dict[str, Callable[[Outcome], str]] = {
        "": lambda _: "all",
        "driver": lambda o: o.case.driver,
        "a day": lambda o: f"{o.case.rate:.0%}",
        "dollars a day": lambda o: f"{o.case.level:5.0f}",
        "place": lambda o: " ".join(d for d, _ in o.scope),
    }
    for kind, of in kinds.items():
        for value in sorted({of(o) for o in outcomes}):
            print(line(f"{kind} {value}".strip(), [o for o in outcomes if of(o) == value]))
    found = [o for o in outcomes if o.days is not None]
    weeks = sum(o.watched for o in outcomes) / 7
    print(
        f"of {len(found)} found: place right {np.mean([o.exact for o in found]):.0%}, driver right "
        f"{np.mean([o.signal == o.case.driver for o in found]):.0%}; {sum(o.repeats for o in outcomes)} repeats, "
        f"{sum(o.false for o in outcomes)} other alerts in {weeks:.0f} weeks"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--first", type=int, default=1000, help="seed of the first organisation")
    parser.add_argument("--every", type=int, default=2, help="hours between ticks")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--each", action="store_true", help="print every case")
    options = parser.parse_args()
    run = partial(outcome, settings=DetectionSettings(), every=options.every)
    outcomes = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for o in pool.map(run, cases(options.cases, options.first)):
            outcomes.append(o)
            if options.each:
                days = "      " if o.days is None else f"{o.days:5.1f}d"
                print(days, o.case, dict(o.scope), o.signal, "exact" if o.exact else "", o.repeats, o.false, flush=True)
    report(outcomes)


if __name__ == "__main__":
    main()

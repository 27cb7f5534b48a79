"""Where spend moved: the detector's search over combinations of dimensions, run on every driver of a comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.search import APPEARED, Channel, Options, search
from explainer.drivers import REQUESTS, RUNS, Floats, drivers_of
from explainer.periods import INPUT, OUTPUT, Comparison, Sums
from explainer.types import Driver, Place
from ledger.table import Ints, leaves_inside
from ledger.types import DIMENSIONS, NANO, Scope

SEARCHED = ("team", "feature", "workflow", "environment", "provider", "model", "region", "tier", "account", "charge")
SERVED = tuple(SEARCHED.index(d) for d in ("provider", "model"))
NATURAL = (
    ("team", "feature"), ("team", "feature", "workflow"), ("team",), ("team", "feature", "environment"), ("provider",), ("model",),
    ("team", "feature", "model"), ("team", "feature", "workflow", "model"),
)  # fmt: skip
"""Predicates as people would name a place, the most natural first."""
LEAST_SHARE, LEAST_OF_SPEND = 0.04, 0.005
"""What a place must have moved: of all that moved, and of the spend before."""


def places_of(c: Comparison, by_leaf: Ints, scope: Scope) -> tuple[Place, ...]:
    """Disjoint places, each the smallest predicate that holds a cause, the one that moved most money first."""
    if len(c.leaves) < 2:
        return ()
    codes = np.stack([pd.factorize(c.leaves[d], use_na_sentinel=False)[0] for d in SEARCHED], axis=1).astype(np.int64)
    spend = float(np.abs(c.base.cost).sum()) / NANO
    found = search(codes, _channels(c), Options(least_share=LEAST_SHARE, least_dollars=LEAST_OF_SPEND * spend))
    delta = c.current.cost - c.base.cost
    places = []
    for cause in found:
        named, same = _natural(c, cause.leaves, tuple(SEARCHED[d] for d, _ in cause.predicate))
        whole = dict(scope) | dict(named)
        change, drivers = int(delta[cause.leaves].sum()), drivers_of(by_leaf[cause.leaves])
        driver = largest(drivers, change)
        where = tuple((d, whole[d]) for d in DIMENSIONS if d in whole)
        places.append(Place(where, change, drivers, driver, change, same))
    return tuple(sorted(places, key=lambda p: -abs(p.delta)))


def _natural(c: Comparison, leaves: Ints, found: tuple[str, ...]) -> tuple[Scope, tuple[Scope, ...]]:
    """Of the predicates that select just these leaves, the one that people would name, and the others."""
    chosen = np.zeros(len(c.leaves), dtype=bool)
    chosen[leaves] = True
    first = {d: None if pd.isna(v) else str(v) for d, v in c.leaves.iloc[leaves[0]].items()}
    equal = []
    for names in dict.fromkeys((*NATURAL, found)):
        predicate: Scope = tuple((d, first[d]) for d in names)
        if np.array_equal(leaves_inside(c.leaves, predicate), chosen):
            equal.append(predicate)
    return equal[0], tuple(equal[1:])


def largest(drivers: tuple[tuple[Driver, int], ...], delta: int) -> Driver:
    """The driver that did most in the direction of the change."""
    sign = 1 if delta >= 0 else -1
    return max(drivers, key=lambda d: sign * d[1], default=("volume", 0))[0]


def _channels(c: Comparison) -> list[Channel]:
    """Log ratios of each driver by leaf; leaves without requests are a channel of their own, by cost."""
    b, n = c.base.counts.astype(float), c.current.counts.astype(float)
    counted = (b[:, REQUESTS] > 0) | (n[:, REQUESTS] > 0)
    both = (b[:, REQUESTS] > 0) & (n[:, REQUESTS] > 0)
    requests = _ratio(b[:, REQUESTS], n[:, REQUESTS], both)
    requests = np.where(counted & ~both, np.where(n[:, REQUESTS] > 0, APPEARED, -APPEARED), requests)
    wander = np.sqrt(_spread(requests, both) ** 2 + 4.0 / np.maximum(b[:, REQUESTS] + n[:, REQUESTS], 1.0))
    change = (c.current.cost - c.base.cost) / NANO
    size = np.maximum(c.base.cost, c.current.cost) / NANO
    found = [
        Channel("volume", requests, wander, np.where(counted & ~both, change, size * np.tanh(requests))),
        Channel(
            "model_mix", requests, wander, np.where(counted, change, 0.0), SERVED, (b[:, REQUESTS], n[:, REQUESTS])
        ),
    ]
    units: dict[str, tuple[Floats, Floats]] = {
        "requests_per_run": _per(c, REQUESTS, RUNS), "input_tokens_per_request": _per(c, INPUT, REQUESTS),
        "output_tokens_per_request": _per(c, OUTPUT, REQUESTS), "unit_cost": (_unit(c.base), _unit(c.current)),
    }  # fmt: skip
    for name, (before, after) in units.items():
        known = both & (before > 0) & (after > 0)
        x = _ratio(before, after, known)
        found.append(Channel(name, x, np.full(len(x), max(_spread(x, known), 0.02)), size * np.tanh(x)))
    cost = np.where(
        c.base.cost * c.current.cost > 0,
        _ratio(c.base.cost, c.current.cost, c.base.cost * c.current.cost > 0),
        APPEARED,
    )
    bare = np.where(counted, 0.0, np.where(c.base.cost == 0, APPEARED, np.where(c.current.cost == 0, -APPEARED, cost)))
    found.append(Channel("cost", bare, np.full(len(bare), 0.15), np.where(counted, 0.0, change)))
    return found


def _unit(s: Sums) -> Floats:
    """Cost of a token of input, whatever it was: caching and prices show here."""
    found: Floats = s.cost / np.maximum(s.counts[:, INPUT] + s.counts[:, OUTPUT], 1.0)
    return found


def _per(c: Comparison, what: int, of: int) -> tuple[Floats, Floats]:
    one, two = (
        s.counts[:, what] / np.maximum(s.counts[:, of], 1e-12) * (s.counts[:, of] > 0) for s in (c.base, c.current)
    )
    return one, two


def _ratio(before: Floats | Ints, after: Floats | Ints, known: np.ndarray) -> Floats:
    """Log ratios without what all leaves did alike, 0 where one side is not known."""
    x = np.zeros(len(before))
    x[known] = np.log(np.abs(after[known]) / np.abs(before[known]))
    if known.any():
        x[known] -= np.median(x[known])
    return x


def _spread(x: Floats, known: np.ndarray) -> float:
    return max(1.4826 * float(np.median(np.abs(x[known]))), 0.03) if known.any() else 0.1

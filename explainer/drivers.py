"""How much of a change each driver made: Shapley values, exact in integer nano-dollars.

The cost of a leaf is runs x requests a run x share of the model x (input tokens x their price, by how much is cached,
+ output tokens x their price). The value of a driver is its marginal effect averaged over all orders in which the
drivers can change (Shapley 1953; for products, Sun 1998): free of order, defined for leaves that appear or vanish, and
the values add up to the change. They are rounded by largest remainder, so that the integers add up as well."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from explainer.periods import CACHED, INPUT, OUTPUT, USUAL, WRITTEN, Comparison, Sums
from explainer.types import Driver
from ledger.table import Ints
from ledger.types import DRIVERS

Floats = NDArray[np.float64]
PRODUCT: tuple[Driver, ...] = (
    "volume",
    "requests_per_run",
    "model_mix",
    "input_tokens_per_request",
    "output_tokens_per_request",
    "cache",
    "price",
)
ALL: tuple[Driver, ...] = (*PRODUCT, "attribution", "credit", "pool")
RUNS, REQUESTS = DRIVERS.index("runs"), DRIVERS.index("requests")
LARGEST = 2.0**59
"""Nano-dollars (0.6 billion dollars) at which one driver of one leaf is cut off, so that no sum leaves 64 bits."""
AT_ONCE = 50_000
"""Leaves whose 128 mixtures of factors are held at once: what bounds the memory."""
FLOW = ("team", "feature", "workflow", "environment")


def leaf_drivers(c: Comparison) -> Ints:
    """(leaves, len(ALL)) nano-dollars by driver; each row adds up to that leaf's change exactly."""
    out = np.zeros((len(c.leaves), len(ALL)), dtype=np.int64)
    if not len(c.leaves):
        return out
    delta = c.current.cost - c.base.cost
    charge = c.leaves["charge"].to_numpy(dtype=object)
    out[:, ALL.index("credit")] = np.where(charge == "credit", delta, 0)
    out[:, ALL.index("pool")] = np.where(charge == "pool", delta, 0)
    used = ~np.isin(charge, ["credit", "pool"])
    counted = used & ((c.base.counts[:, REQUESTS] > 0) | (c.current.counts[:, REQUESTS] > 0))
    out[:, 0] += np.where(used & ~counted, delta, 0)
    rows = np.flatnonzero(counted)
    if len(rows):
        out[rows, : len(PRODUCT)] = _shapley(c, rows)
    return out


def drivers_of(by_leaf: Ints) -> tuple[tuple[Driver, int], ...]:
    """Sums over leaves, without the drivers that did nothing."""
    return tuple((d, int(v)) for d, v in zip(ALL, by_leaf.sum(axis=0), strict=True) if v)


def _shapley(c: Comparison, rows: Ints) -> Ints:
    before, after = _factors(c, rows)
    phi = np.empty((len(rows), len(PRODUCT)))
    for first in range(0, len(rows), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        phi[some] = values_of([f[some] for f in before], [f[some] for f in after])
    return exact(phi, (c.current.cost - c.base.cost)[rows])


def values_of(before: list[Floats], after: list[Floats]) -> Floats:
    """(rows, len(PRODUCT)) Shapley values in nano-dollars, unrounded, of the factors before and after."""
    n = len(PRODUCT)
    value: dict[frozenset[int], Floats] = {}
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            mixed = [after[i] if i in chosen else before[i] for i in range(n)]
            value[frozenset(chosen)] = _cost(mixed)
    phi = np.zeros((len(before[0]), n))
    for i in range(n):
        for s, of in value.items():
            if i not in s:
                weight = factorial(len(s)) * factorial(n - len(s) - 1) / factorial(n)
                phi[:, i] += weight * (value[s | {i}] - of)
    return phi


def exact(parts: Floats, total: Ints) -> Ints:
    """(n, k) integers near `parts` whose rows add up to `total` (n,) exactly, whatever its size: the rounding's rest
    goes to the parts with the largest remainders, and what doubles cannot hold to the largest part."""
    parts = np.clip(np.nan_to_num(parts), -LARGEST, LARGEST)
    floor = np.floor(parts)
    whole = floor.astype(np.int64)
    rest = total - whole.sum(axis=1)
    order = np.argsort(-(parts - floor), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    small = (rest >= 0) & (rest <= parts.shape[1])
    whole += np.where(small[:, None], rank < rest[:, None], 0)
    largest = np.argmax(np.abs(parts), axis=1)
    whole[np.arange(len(whole)), largest] += total - whole.sum(axis=1)
    return whole


def _cost(f: list[Floats]) -> Floats:
    """Nano-dollars of the product form; the price factor has five columns: the four prices and a multiplier."""
    runs, per_run, share, tokens_in, tokens_out, cache, price = f
    cached, written = cache[:, 0], cache[:, 1]
    each_in = (1 - cached - written) * price[:, 0] + cached * price[:, 1] + written * price[:, 2]
    found: Floats = runs * per_run * share * (tokens_in * each_in + tokens_out * price[:, 3]) * price[:, 4]
    return found


def _factors(c: Comparison, rows: Ints) -> tuple[list[Floats], list[Floats]]:
    """The seven factors before and after. What a leaf has not on one side, it has there as on the other, so that
    appearing and vanishing is a matter of volume or mix."""
    flow: Ints = c.leaves.groupby(list(FLOW), dropna=False, sort=False).ngroup().to_numpy()[rows].astype(np.int64)
    prices = [_prices(s, rows) for s in (c.base, c.current)]
    sides = [_side(s, rows, flow, p) for s, p in zip((c.base, c.current), prices, strict=True)]
    before, after = sides
    here = [s.counts[rows, REQUESTS] > 0 for s in (c.base, c.current)]
    for i in (3, 4, 5, 6):
        shape = (slice(None), None) if before[i].ndim == 2 else (slice(None),)
        one, two = here[0][shape], here[1][shape]
        before[i], after[i] = np.where(one, before[i], after[i]), np.where(two, after[i], before[i])
    flows = [np.bincount(flow, weights=s.counts[rows, REQUESTS]) > 0 for s in (c.base, c.current)]
    for i in (1, 2):
        one, two = flows[0][flow], flows[1][flow]
        before[i], after[i] = np.where(one, before[i], after[i]), np.where(two, after[i], before[i])
    return before, after


def _side(s: Sums, rows: Ints, flow: Ints, prices: Floats) -> list[Floats]:
    counts = s.counts[rows].astype(float)
    total = np.bincount(flow, weights=counts[:, REQUESTS])[flow]
    begun = np.bincount(flow, weights=counts[:, RUNS])[flow]
    runs = np.where(begun > 0, begun, total)
    q = np.maximum(counts[:, REQUESTS], 1e-12)
    tokens = np.maximum(counts[:, INPUT], 1e-12)
    cache = np.stack([counts[:, CACHED] / tokens, counts[:, WRITTEN] / tokens], axis=1)
    size_in, size_out = counts[:, INPUT] / q, counts[:, OUTPUT] / q
    bare = (counts[:, INPUT] + counts[:, OUTPUT]) == 0
    size_in = np.where(bare, 1.0, size_in)
    side = [
        runs, total / np.maximum(runs, 1e-12), counts[:, REQUESTS] / np.maximum(total, 1e-12), size_in, size_out, cache,
        np.concatenate([prices, np.ones((len(rows), 1))], axis=1),
    ]  # fmt: skip
    modelled = _cost(side)
    side[6][:, 4] = np.where(modelled > 0, s.cost[rows] / np.maximum(modelled, 1e-12), 1.0)
    return side


def _prices(s: Sums, rows: Ints) -> Floats:
    """(n, 4) nano-dollars a token; where the rows did not tell, in the usual ratios, at the leaf's own level."""
    counts, known = s.counts[rows].astype(float), s.prices[rows]
    plain = counts[:, INPUT] - counts[:, CACHED] - counts[:, WRITTEN]
    weight = np.stack([plain, counts[:, CACHED], counts[:, WRITTEN], counts[:, OUTPUT]], 1) @ np.array(USUAL)
    unit = np.where(weight > 0, s.cost[rows] / np.maximum(weight, 1e-12), 1.0)
    guess = np.maximum(unit, 1e-9)[:, None] * np.array(USUAL)
    told = np.isfinite(known).all(axis=1, keepdims=True)
    return np.where(told, known, guess)

"""Drivers add up to the change exactly whatever the leaves are, and depend on no order, no name and no size."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explainer.drivers import ALL, PRODUCT, _cost, exact, leaf_drivers, values_of
from explainer.parts import tables
from explainer.periods import Comparison, Sums, split
from ledger.table import Ints
from ledger.types import DIMENSIONS, DRIVERS

HUGE = 2**53
CHARGES = ("usage", "usage", "usage", "credit", "pool", "tax")


def comparison(seed: int, size: int, largest: int) -> Comparison:
    """Random leaves: zeros on either side, negative costs, sign changes, requests without tokens, cost without requests."""
    rng = np.random.default_rng(seed)
    leaves = pd.DataFrame({d: np.full(size, None, dtype=object) for d in (*DIMENSIONS, "source", "grain")})
    for d, count in (("team", 20), ("feature", 50), ("model", 8)):
        leaves[d] = np.array([f"{d}{i}" for i in range(count)] + [None], dtype=object)[rng.integers(0, count + 1, size)]
    leaves["charge"] = np.array(CHARGES, dtype=object)[rng.integers(0, len(CHARGES), size)]
    return Comparison(leaves, side(rng, size, largest), side(rng, size, largest))


def side(rng: np.random.Generator, size: int, largest: int) -> Sums:
    counts = rng.integers(0, 10_000, (size, len(DRIVERS)))
    counts[rng.random(size) < 0.2] = 0
    counts[rng.random(size) < 0.1, DRIVERS.index("input_tokens") :] = 0
    cost = rng.integers(-largest // 20, largest, size) * (rng.random(size) > 0.2)
    prices = np.where(rng.random((size, 1)) < 0.3, np.nan, rng.uniform(1, 5000, (size, 4)))
    return Sums(counts, cost, prices)


def off(c: Comparison) -> int:
    """Leaves whose drivers do not add up to their change."""
    return int((leaf_drivers(c).sum(axis=1) != c.current.cost - c.base.cost).sum())


def test_a_million_leaves_add_up() -> None:
    """0 of 1,000,000 are off."""
    assert off(comparison(1, 1_000_000, 10**13)) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([1, 1000, 10**12, HUGE, 40 * HUGE]))
def test_every_leaf_and_every_table_adds_up(seed: int, size: int, largest: int) -> None:
    """Also with amounts above 2^53 nano-dollars, which no double holds."""
    c = comparison(seed, size, largest)
    by_leaf = leaf_drivers(c)
    delta = c.current.cost - c.base.cost
    assert (by_leaf.sum(axis=1) == delta).all()
    for _name, parts in tables(c, c, by_leaf, ()):
        assert sum(p.delta for p in parts) == sum(int(d) for d in delta)
        for part in parts if _name not in ("version", "release") else ():
            assert sum(v for _, v in part.drivers) == part.delta == part.current - part.base


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_order_and_names_do_not_matter(seed: int) -> None:
    """The same leaves in another order under other names have the same drivers, up to the rounding of doubles."""
    c = comparison(seed, 40, 10**10)
    rows = np.random.default_rng(seed).permutation(40)
    names = c.leaves.iloc[rows].reset_index(drop=True)
    for d in ("team", "feature", "model"):
        names[d] = names[d].map(lambda v: f"{v[::-1]} renamed" if isinstance(v, str) else None)
    sides = [Sums(s.counts[rows], s.cost[rows], s.prices[rows]) for s in (c.base, c.current)]
    one, two = leaf_drivers(c)[rows], leaf_drivers(Comparison(names, *sides))
    assert np.abs(one - two).max() <= 2


def test_the_values_are_the_mean_over_all_orders_of_change() -> None:
    """Of one leaf, by all 5,040 orders in which seven drivers can change."""
    rng = np.random.default_rng(5)
    before, after = (
        [*(rng.uniform(1, 9, 1) for _ in range(5)), rng.uniform(0, 0.4, (1, 2)), rng.uniform(1, 9, (1, 5))]
        for _ in range(2)
    )
    total = np.zeros(len(PRODUCT))
    for order in permutations(range(len(PRODUCT))):
        now = list(before)
        for i in order:
            was = _cost(now)[0]
            now[i] = after[i]
            total[i] += _cost(now)[0] - was
    assert values_of(before, after)[0] == pytest.approx(total / 5040)


@given(
    st.lists(st.floats(-1e18, 1e18), min_size=1, max_size=9),
    st.integers(-(2**62), 2**62),
)
def test_rounding_leaves_nothing_over(parts: list[float], total: int) -> None:
    """Whatever doubles say of the parts, the integers come to the total."""
    assert int(exact(np.array([parts]), np.array([total], dtype=np.int64)).sum()) == total


@given(st.integers(0, 2**62), st.lists(st.integers(0, 2**50), min_size=1, max_size=9).filter(any))
def test_a_split_comes_to_the_whole(total: int, weights: list[int]) -> None:
    """Largest remainder in integers, each part within one of its share."""
    parts = split(total, ints(weights))
    assert sum(int(p) for p in parts) == total
    assert all(abs(int(p) * sum(weights) - total * w) < sum(weights) for p, w in zip(parts, weights, strict=True))


def ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def test_credits_and_pools_are_their_own_drivers() -> None:
    """A credit's change is all credit, a pool's all pool."""
    c = comparison(3, 500, 10**9)
    by_leaf, delta = leaf_drivers(c), c.current.cost - c.base.cost
    for charge in ("credit", "pool"):
        rows = (c.leaves["charge"] == charge).to_numpy()
        assert (by_leaf[rows, ALL.index(charge)] == delta[rows]).all()
        assert not by_leaf[~rows, ALL.index(charge)].any()

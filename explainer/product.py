"""Shapley values of a cost that is a product: requests x sends x price x (input x its paid share + output)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
INTO, OUT = ("req", "retry", "price", "tin", "hit"), ("req", "retry", "price", "tout")


def shapley(
    before: Mapping[str, Floats], after: Mapping[str, Floats], prices: Sequence[Floats]
) -> tuple[dict[str, Floats], Floats]:
    """({factor: (n,)}, (n,) mix) in the unit of the prices; they add up to the change of the product.

    `prices` are the price of input, of output, and a multiplier. Requests are split into growth at an unchanged mix of
    the n leaves, which is the value of `req`, and the rest, which is the mix. Value of a factor of a product: its
    change times the mean of the others over all orders (Shapley 1953), from elementary symmetric sums, O(k^2)."""
    p_in, p_out, multiplier = prices
    values: dict[str, Floats] = {}
    for names, price in ((INTO, p_in * multiplier), (OUT, p_out * multiplier)):
        for name in names:
            others = [n for n in names if n != name]
            unit = _mean_of_others([before[n] for n in others], [after[n] for n in others]) * price
            if name == "req":
                values["req_unit"] = values.get("req_unit", np.zeros_like(price)) + unit
            else:
                values[name] = values.get(name, np.zeros_like(price)) + (after[name] - before[name]) * unit
    unit = values.pop("req_unit")
    had, has = float(before["req"].sum()), float(after["req"].sum())
    grown = before["req"] * (has / had) if had > 0 else after["req"]
    return values | {"req": (grown - before["req"]) * unit}, (after["req"] - grown) * unit


def _mean_of_others(before: Sequence[Floats], after: Sequence[Floats]) -> Floats:
    """The product of the others, averaged over all orders: sum over sizes s of s!(k-1-s)!/k! times the sum of products
    with s of them changed."""
    k = len(before) + 1
    sums = [np.ones_like(before[0])]
    for a, b in zip(before, after, strict=True):
        kept, changed = [s * a for s in sums], [s * b for s in sums]
        sums = [x + y for x, y in zip([*kept, np.zeros_like(a)], [np.zeros_like(a), *changed], strict=True)]
    total = np.zeros_like(before[0])
    for size, value in enumerate(sums):
        total += factorial(size) * factorial(k - 1 - size) / factorial(k) * value
    return total

"""How sure a cause is: a function of how much of what moved its driver explains, and of what else speaks for it.

`python -m benchmarks.confidence` makes incidents with known causes and prints how often what is said with a confidence
is right; the constants here were fitted on other seeds of it."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

from explainer.types import Driver

STEEP, MIDDLE, MOST_SURE = 13.5, 0.54, 0.976
"""The logistic curve from a driver's share of what moved to how often its cause is right."""
SEEN = 0.9
"""How sure a cause is at least, where something beside the sums speaks for it."""
UNKNOWN, UNSURE = 0.5, 0.3
"""What is less sure than the first is told as unknown, with the second."""


def share_of(drivers: Iterable[tuple[Driver, int]], driver: Driver, delta: int) -> float:
    """Of all that moved the cost in the direction of the change, what this driver moved: 0 to 1."""
    sign = 1 if delta >= 0 else -1
    moved = {d: max(sign * v, 0) for d, v in drivers}
    whole = sum(moved.values())
    return moved.get(driver, 0) / whole if whole else 0.0


def sure_by(share: float) -> float:
    """How often a cause is right whose driver has this share of what moved."""
    return MOST_SURE / (1 + exp(-STEEP * (share - MIDDLE)))


def sure_of_incident(share: float, *, seen: bool) -> float:
    """`seen`: the detector saw the driver itself leave its band, or an announced event fits the cause."""
    return max(sure_by(share), SEEN) if seen else sure_by(share)

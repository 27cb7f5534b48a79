"""What parts of the difference make together, what is left without one, and how they compare."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from explainer.checker.concepts import concept_of
from explainer.checker.fact_values import FactValues
from explainer.checker.quantity import Quantity


def sums(known: FactValues, excess: float | None) -> Iterable[Quantity]:
    """Sums, rests, leads and ratios of the drivers, and of the named parts."""
    for amounts, kind in ((known.drivers, "driver"), (known.parts, "part")):
        concepts = {n: concept_of(n if kind == "part" else f"driver_{n}") for n in amounts}
        for size in range(2, min(len(amounts), 5) + 1):
            for some in combinations(amounts, size):
                total = sum(amounts[n] for n in some)
                also = frozenset(concepts[n] for n in some)
                yield Quantity(total, "usd", "sum", frozenset({"total", "sum"}), also=also)
                if excess:
                    yield Quantity(
                        100 * total / excess, "percent", "sum", frozenset({"share", "sum"}), "excess", also=also
                    )
        for name, value in amounts.items():
            if excess:
                yield Quantity(
                    100 * value / excess,
                    "percent",
                    concepts[name],
                    frozenset({"share"}),
                    "excess",
                    also=frozenset({concepts[name]}),
                )
                without = frozenset({f"without:{concepts[name]}"})
                yield Quantity(excess - value, "usd", "rest", frozenset({"rest"}), also=without)
                if (actual := known.number("cost_actual")) is not None:
                    yield Quantity(actual - value, "usd", "rest", frozenset({"rest", "after"}), also=without)
                left, roles = 100 - 100 * value / excess, frozenset({"rest", "share"})
                yield Quantity(left, "percent", "rest", roles, "excess", also=without)
                if excess != value and value / (excess - value) > 0:
                    yield Quantity(
                        value / (excess - value),
                        "ratio",
                        concepts[name],
                        frozenset({"ratio", "versus"}),
                        also=frozenset({"rest"}),
                    )
            for other, against in amounts.items():
                if other != name:
                    both = frozenset({concepts[other]})
                    yield Quantity(value - against, "usd", concepts[name], frozenset({"versus", "lead"}), also=both)
                if other != name and against and value / against > 0:
                    yield Quantity(
                        value / against,
                        "ratio",
                        concepts[name],
                        frozenset({"ratio", "versus"}),
                        also=frozenset({concepts[other]}),
                    )
